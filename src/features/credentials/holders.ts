import * as vscode from 'vscode';
import { currentToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { providedLabel } from '../../core/inventory/provided.ts';
import { parseHeaderValue } from '../../core/jwt/headerValue.ts';
import { plainText } from '../../core/text.ts';
import { providedFile, type ServerTarget, vscodeCommands } from '../../ids.ts';
import { fileUri } from '../../platform/configLocations.ts';
import type { Services } from '../../services.ts';

/** A server that has a credential, and how. */
export interface Holder {
  readonly target: ServerTarget;
  /** Whether the value itself stands in the file. */
  readonly isLiteral: boolean;
}

/** Servers that send it, in files or offered by this extension, and those in whose headers it stands in clear, attached or not. */
export function holdersOf({ inventory }: Services, credential: Credential): Holder[] {
  const token = currentToken(credential)?.reveal();
  const { files, provided } = inventory.snapshot;
  const inFiles = files.flatMap(({ source, servers }) =>
    servers.flatMap(({ parsed, headers }) =>
      headers.flatMap(header => {
        const { name, value = '' } = header.parsed;
        const isLiteral =
          header.kind === 'literal' &&
          header.authenticates &&
          // One that is in use here and says something else is an older token of the same credential.
          (header.credentialId === credential.id || (value !== '' && parseHeaderValue(name, value).token === token));
        return isLiteral || header.credentialId === credential.id
          ? [{ target: { file: source.uri, server: parsed.name, header: name }, isLiteral }]
          : [];
      }),
    ),
  );
  const offered = provided.flatMap(({ parsed, headers }) =>
    headers
      .filter(header => header.credentialId === credential.id)
      .map(header => ({
        target: { file: providedFile, server: parsed.name, header: header.parsed.name },
        isLiteral: false,
      })),
  );
  return [...inFiles, ...offered];
}

/** A running server has the value already. */
export async function stopServers(
  { inventory, mcp, log, context }: Services,
  holders: readonly Holder[],
): Promise<void> {
  for (const { target } of holders) {
    try {
      const id =
        target.file === providedFile
          ? `${context.extension.id}/${providedLabel(inventory.snapshot, target.server)}`
          : await runningId(mcp, target);
      if (id !== undefined) {
        await vscode.commands.executeCommand(vscodeCommands.stopServer, id);
      }
    } catch (error) {
      log.error('server-not-stopped', error, { server: target.server });
    }
  }
}

async function runningId(mcp: Services['mcp'], { file, server }: ServerTarget): Promise<string | undefined> {
  const definition = await mcp.find(fileUri(file), server);
  return definition?.running === false ? undefined : definition?.id;
}

/** Names for a sentence, each once. */
export function namesOf(all: readonly string[]): string {
  return [...new Set(all)].map(name => plainText(name, 80)).join(', ');
}
