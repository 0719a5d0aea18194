import { l10n } from 'vscode';
import type { Inventory } from '../core/inventory/inventory.ts';
import type { HeaderSnapshot, ServerSnapshot, Snapshot } from '../core/inventory/types.ts';
import { providedFile, type ServerTarget } from '../ids.ts';
import { fileLabel } from './configFiles.ts';
import { listText } from './texts.ts';
import { Prompts } from './wizard.ts';

/** The server that a target names, with the header that is meant: the named one, else the one that authenticates. */
export function findServer(
  snapshot: Snapshot,
  target: ServerTarget,
): { readonly server: ServerSnapshot; readonly header?: HeaderSnapshot } | undefined {
  const servers =
    target.file === providedFile
      ? snapshot.provided
      : snapshot.files.find(file => file.source.uri === target.file)?.servers;
  const server = servers?.findLast(candidate => candidate.parsed.name === target.server);
  if (!server) {
    return undefined;
  }
  const wanted = target.header?.toLowerCase();
  const header =
    wanted === undefined
      ? (server.headers.find(candidate => candidate.credentialId !== undefined) ??
        server.headers.find(candidate => candidate.authenticates))
      : server.headers.find(candidate => candidate.parsed.name.toLowerCase() === wanted);
  return { server, ...(header && { header }) };
}

/**
 * The target that a command was called with, or one that the person picks.
 * @param provided whether servers that stand in no file are among them
 * @throws Cancelled
 */
export async function askForServer(
  inventory: Pick<Inventory, 'snapshot' | 'filesKnown'>,
  target: ServerTarget | undefined,
  wanted: (server: ServerSnapshot) => boolean = () => true,
  provided = false,
): Promise<ServerTarget> {
  if (target?.file && target.server) {
    return target;
  }
  // The command may be the first thing of this window, and what has not been read yet is not missing.
  await inventory.filesKnown;
  const { snapshot } = inventory;
  const inFiles = snapshot.files.flatMap(file =>
    file.servers.filter(wanted).map(server => ({ file: file.source.uri, server })),
  );
  const offered = provided ? snapshot.provided.filter(wanted).map(server => ({ file: providedFile, server })) : [];
  const servers = [...inFiles, ...offered];
  return new Prompts('MCP Keyring').pick({
    prompt: l10n.t('Which server?'),
    none: snapshot.files.some(file => file.servers.length > 0)
      ? { message: l10n.t('This window has no server that this applies to.') }
      : {
          message: l10n.t('No config file of this window names an MCP server yet.'),
          offer: { title: l10n.t('Add Authenticated Server...'), command: 'mcpKeyring.addServer' },
        },
    items: servers.map(({ file, server }) => ({
      label: listText(server.parsed.name),
      description: server.url ?? '',
      detail: file === providedFile ? l10n.t('Provided by MCP Keyring') : fileLabel(file),
      value: { file, server: server.parsed.name },
    })),
  });
}
