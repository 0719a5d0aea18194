import * as vscode from 'vscode';
import type { FormatId } from '../core/config/types.ts';
import type { ServerPlace } from '../core/inventory/types.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';
import { type ConfigLocation, isUserFile } from './configLocations.ts';

/** How a place is called: what tells it from the others first, what else there is to say of it second. */
export interface LocationLabel {
  readonly name: string;
  /** May be empty. */
  readonly path: string;
}

/**
 * A file of a folder goes by its path, with its client where the path isn't VS Code's; a user's own file by its client, so
 * that a narrow view shows what matters.
 */
export function locationLabel(place: ConfigLocation): LocationLabel {
  const { uri, format, level, folder, profile, extra } = place;
  const path = fileLabel(uri);
  if (extra) {
    return { name: path, path: vscode.l10n.t('from your settings') };
  }
  if (level === 'workspace') {
    const shared = format.id === 'vscode' || format.id === 'dotMcp' || format.id === 'codeWorkspace';
    return { name: path, path: shared ? '' : clientName(format.id) };
  }
  if (place.remoteHome !== undefined) {
    return remoteLabel(place, place.remoteHome);
  }
  if (isUserFile(place)) {
    return {
      name: vscode.l10n.t('User mcp.json'),
      path: profile === undefined ? '' : vscode.l10n.t('of this profile'),
    };
  }
  return {
    name: folder ? vscode.l10n.t('{0}, only in {1}', clientName(format.id), folder.name) : clientName(format.id),
    path,
  };
}

/** A file in the user's home on another machine, which is said by what VS Code calls the connection (`ssh-remote`, `wsl`). */
function remoteLabel({ uri, format, folder }: ConfigLocation, home: string): LocationLabel {
  const path = `~${uri.path.slice(home.length)}`;
  const machine = vscode.env.remoteName ?? uri.authority;
  if (format.id === 'vscodeRemoteUser') {
    return { name: vscode.l10n.t('Remote user mcp.json'), path: machine };
  }
  const client = clientName(format.id);
  const name = folder ? vscode.l10n.t('{0}, only in {1}', client, folder.name) : client;
  return { name: vscode.l10n.t('{0} on {1}', name, machine), path };
}

/** Who has what is written there. */
export function ownerText({ level, folder }: ConfigLocation): string {
  if (level === 'workspace') {
    return vscode.l10n.t('for this folder');
  }
  return folder ? vscode.l10n.t('for you, in this folder') : vscode.l10n.t('for you, in every window');
}

/** A place in a few words, as `Cursor (~/.cursor/mcp.json)`. */
export function locationText(place: ConfigLocation): string {
  const { name, path } = locationLabel(place);
  return path === '' ? name : `${name} (${path})`;
}

/** Which files name a server besides the one that is looked at, in the order of the views; each once. */
export function elsewhereTexts(files: ConfigFiles, places: readonly ServerPlace[]): readonly string[] {
  const locations = [...new Set(places.map(({ file }) => file))].flatMap(file => files.locationOf(file) ?? []);
  return locations.map(locationText);
}

/** Product names, which no language translates. */
export function clientName(format: FormatId): string {
  return clientNames[format];
}

const clientNames: Readonly<Record<FormatId, string>> = {
  vscode: 'VS Code',
  vscodeUser: 'VS Code',
  vscodeRemoteUser: 'VS Code',
  codeWorkspace: 'VS Code',
  dotMcp: 'VS Code, Claude Code, Copilot CLI',
  devContainer: 'Dev Container',
  copilotCli: 'Copilot CLI',
  claudeDesktop: 'Claude Desktop',
  claudeCode: 'Claude Code',
  cursor: 'Cursor',
  windsurf: 'Windsurf',
  geminiCli: 'Gemini CLI',
  codex: 'Codex',
};
