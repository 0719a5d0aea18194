import * as vscode from 'vscode';
import { currentToken } from '../core/credentials/token.ts';
import type { Credential } from '../core/credentials/types.ts';
import type { Inventory } from '../core/inventory/inventory.ts';
import { providedLabel } from '../core/inventory/provided.ts';
import type { HeaderSnapshot, ServerSnapshot } from '../core/inventory/types.ts';
import { parseHeaderValue } from '../core/jwt/headerValue.ts';
import type { Log } from '../core/ports.ts';
import { providedFile, type ServerTarget, vscodeCommands } from '../ids.ts';
import { fileUri } from './configLocations.ts';
import type { McpServers } from './mcpServers.ts';

/** What is looked at here of the services. */
interface Needs {
  readonly context: vscode.ExtensionContext;
  readonly inventory: Inventory;
  readonly mcp: McpServers;
  readonly log: Log;
}

/** A server of this window that has a credential, and how. */
export interface Holder {
  /** With its header. */
  readonly target: ServerTarget;
  /** Canonical. */
  readonly url: string | undefined;
  /** Whether the value itself stands in the file. */
  readonly isLiteral: boolean;
  /** Whether the credential is the one in use there. A value can stand in a file without that. */
  readonly isAttached: boolean;
}

/** Servers that send it, in files or offered by this extension, and those in whose headers it stands in clear, attached or not. */
export function holdersOf({ inventory }: Pick<Needs, 'inventory'>, credential: Credential): Holder[] {
  const token = currentToken(credential)?.reveal();
  const { files, provided } = inventory.snapshot;
  // One that is in use here and says something else is an older token of the same credential.
  const holds = ({ kind, credentialId, authenticates, parsed: { name, value = '' } }: HeaderSnapshot) =>
    credentialId === credential.id ||
    (kind === 'literal' && authenticates && value !== '' && parseHeaderValue(name, value).token === token);
  const holders = (file: string, { parsed, url, headers }: ServerSnapshot): Holder[] =>
    headers.filter(holds).map(header => ({
      target: { file, server: parsed.name, header: header.parsed.name },
      url,
      isLiteral: header.kind === 'literal',
      isAttached: header.credentialId === credential.id,
    }));
  return [
    ...files.flatMap(({ source, servers }) => servers.flatMap(server => holders(source.uri, server))),
    ...provided.flatMap(server => holders(providedFile, server)),
  ];
}

/**
 * Whether a server runs: unsaid where VS Code doesn't tell, absent where it knows no such server. One that this extension
 * offers is found out about by a start that is called off.
 */
export async function runState(
  { mcp, context, inventory }: Omit<Needs, 'log'>,
  { file, server }: ServerTarget,
): Promise<'running' | 'stopped' | 'unsaid' | 'absent'> {
  if (file === providedFile) {
    const label = providedLabel(inventory.snapshot, server);
    if (label === undefined) {
      return 'absent';
    }
    return (await mcp.isProvidedRunning(context.extension.id, label)) ? 'running' : 'stopped';
  }
  const definition = await mcp.find(fileUri(file), server);
  if (!definition) {
    return 'absent';
  }
  return definition.running === undefined ? 'unsaid' : definition.running ? 'running' : 'stopped';
}

/** A running server has the value already. */
export async function stopServers(services: Needs, holders: readonly Holder[]): Promise<void> {
  for (const { target } of holders) {
    try {
      const id = await idToStop(services, target);
      if (id !== undefined) {
        await vscode.commands.executeCommand(vscodeCommands.stopServer, id);
      }
    } catch (error) {
      services.log.error('server-not-stopped', error, { server: target.server });
    }
  }
}

/** Undefined for one that doesn't run. A stop does nothing to such a one, so where VS Code doesn't say, it is tried. */
async function idToStop(
  { mcp, context, inventory }: Needs,
  { file, server }: ServerTarget,
): Promise<string | undefined> {
  if (file === providedFile) {
    const label = providedLabel(inventory.snapshot, server);
    return label === undefined ? undefined : `${context.extension.id}/${label}`;
  }
  const definition = await mcp.find(fileUri(file), server);
  return definition?.running === false ? undefined : definition?.id;
}
