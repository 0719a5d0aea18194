import * as vscode from 'vscode';
import type { ExtraFile } from '../core/config/extraFiles.ts';
import { formats } from '../core/config/formats.ts';
import { folderPlaces, type HomePlace, homePlaces, projectFormat } from '../core/config/places.ts';
import type { ConfigFormat } from '../core/config/types.ts';
import { hostKind } from './hostKind.ts';
import { thisMachine } from './node/machine.ts';

/** A place where an MCP client looks for servers, whether or not there is a file. */
export interface ConfigLocation {
  /**
   * What stands for it in snapshots and targets: its URI as a string. The servers that a file has for one project alone
   * are a location of their own, with the project's path as the URI's fragment.
   */
  readonly key: string;
  /** The file. */
  readonly uri: vscode.Uri;
  readonly format: ConfigFormat;
  /** Whose file it is: everybody's who has the folder or workspace, or this user's alone. */
  readonly level: 'workspace' | 'user';
  /** The workspace folder that it belongs to, or whose servers it names; absent for what belongs to no folder. */
  readonly folder?: vscode.WorkspaceFolder;
  /** In which of VS Code's stores resolved inputs of this file end up; absent for files that this VS Code doesn't read. */
  readonly inputScope?: 'workspace' | 'user';
  /** The user profile of VS Code that it belongs to, by its folder's name; absent for the default profile. */
  readonly profile?: string;
  /** The home on the machine of the folders that it's in, where that isn't the machine of the window. */
  readonly remoteHome?: string;
  /** The user has named it in the settings. */
  readonly extra?: true;
  /** There is something here as soon as the file's client has been used; absent where the file may be made at any time. */
  readonly evidence?: vscode.Uri;
}

/** The places of this window that are looked for, not known from the start. */
export interface DiscoveredPlaces {
  /** `.devcontainer/<name>/devcontainer.json`, in the order of the folders. */
  readonly containers: readonly ConfigLocation[];
  readonly profiles: readonly ConfigLocation[];
  /** In the home on the machine that the folders are on, where that isn't the one of the window. */
  readonly remote: readonly ConfigLocation[];
  /** What the user has named in the settings. */
  readonly extra: readonly ExtraFile[];
}

/**
 * Every place of this window, in the order of the views: what is shared with others, then the user's own.
 */
export function listLocations(user: UserFolder, found: DiscoveredPlaces): readonly ConfigLocation[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const { workspaceFile } = vscode.workspace;
  // A workspace that hasn't been saved has a file too, in a place that is none of the user's.
  const saved = workspaceFile && workspaceFile.scheme !== 'untitled';
  const all = [
    ...folders.flatMap(folder => [
      ...folderPlaces.map(({ path, format }) => inFolder(folder, path, format)),
      ...found.containers.filter(place => place.folder?.uri.toString() === folder.uri.toString()),
      ...found.extra
        .filter(({ at }) => at === 'folder')
        .map(({ path, format }) =>
          location(vscode.Uri.joinPath(folder.uri, path), format, 'workspace', { folder, extra: true }),
        ),
    ]),
    ...(saved ? [location(workspaceFile, formats.codeWorkspace, 'workspace', { inputScope: 'workspace' })] : []),
    location(vscode.Uri.joinPath(user.uri, 'mcp.json'), user.format, 'user', {
      inputScope: 'user',
    }),
    ...found.profiles,
    ...found.remote,
    ...homePlaces(thisMachine()).flatMap(place => [
      inHome(place),
      ...projectsOf(
        place,
        vscode.Uri.file(place.path),
        folders.filter(({ uri }) => uri.scheme === 'file'),
      ),
    ]),
    ...found.extra
      .filter(({ at }) => at === 'machine')
      .map(({ path, format }) => location(vscode.Uri.file(path), format, 'user', { extra: true })),
  ];
  // A folder that is open may be the home itself, and a user may have named what is found anyway: the first one counts.
  const byKey = new Map<string, ConfigLocation>();
  for (const place of all) {
    if (!byKey.has(place.key)) {
      byKey.set(place.key, place);
    }
  }
  return [...byKey.values()];
}

/** Where VS Code keeps the files of the user, and below `profiles` those of other profiles than the default one. */
export interface UserFolder {
  readonly uri: vscode.Uri;
  /** Of its `mcp.json`. */
  readonly format: ConfigFormat;
}

/** @param storage the extension's own folder, two levels below it */
export function userFolder(context: vscode.ExtensionContext, storage: vscode.Uri): UserFolder {
  return {
    uri: vscode.Uri.joinPath(storage, '..', '..'),
    format: hostKind(context) === 'remote' ? formats.vscodeRemoteUser : formats.vscodeUser,
  };
}

/**
 * A user's `mcp.json`, of whichever profile, where this window keeps it. Where the extension runs on the machine of a
 * remote window, that is the remote one.
 */
export function isUserFile({ format, remoteHome }: ConfigLocation): boolean {
  return (format.id === 'vscodeUser' || format.id === 'vscodeRemoteUser') && remoteHome === undefined;
}

/**
 * What two URIs of one file have in common: on the desktop the editors of the user's own files have a scheme of their own
 * (VS Code 1.139.1, source).
 */
export function comparable(uri: vscode.Uri): string {
  return (uri.scheme === 'vscode-userdata' ? uri.with({ scheme: 'file' }) : uri).with({ fragment: '' }).toString();
}

/** The file that a location, or a target's `file`, stands in. */
export function fileUri(key: string): vscode.Uri {
  return vscode.Uri.parse(key).with({ fragment: '' });
}

/** Whether a folder that is new may be one in which `discoverPlaces` finds something. */
export function mayHoldPlaces({ path }: vscode.Uri): boolean {
  return /\/(?:\.devcontainer|profiles)(?:\/[^/]*)?$/.test(path);
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

export function inFolder(folder: vscode.WorkspaceFolder, path: string, format: ConfigFormat): ConfigLocation {
  // Inputs in files that VS Code reads reach our resolver.
  const inputs = format.clients.includes('vscode');
  // VS Code and its containers keep what is asked for in a container with the user, not with the workspace.
  const inputScope = format.id === 'devContainer' ? 'user' : 'workspace';
  // Anybody may want `.vscode/mcp.json` or `.mcp.json`; the others only who has the client.
  const always = format.id === 'vscode' || format.id === 'dotMcp';
  return location(vscode.Uri.joinPath(folder.uri, path), format, 'workspace', {
    folder,
    ...(inputs && { inputScope }),
    ...(!always && { evidence: vscode.Uri.joinPath(folder.uri, path, ...(inputs ? [] : ['..'])) }),
  });
}

function inHome({ path, format, clientFolder }: HomePlace): ConfigLocation {
  return location(vscode.Uri.file(path), format, 'user', { evidence: vscode.Uri.file(clientFolder) });
}

/** The servers that Claude Code keeps in the user's file for folders on the same machine. */
export function projectsOf(
  { format }: HomePlace,
  uri: vscode.Uri,
  folders: readonly vscode.WorkspaceFolder[],
): ConfigLocation[] {
  if (format.id !== 'claudeCode') {
    return [];
  }
  return folders.map(folder => {
    const project = projectPath(folder.uri);
    const key = uri.with({ fragment: project }).toString();
    return { ...location(uri, projectFormat(project), 'user', { folder, evidence: uri }), key };
  });
}

/** As Claude Code writes it: with `/` on every system, and drives in upper case. */
function projectPath({ path }: vscode.Uri): string {
  return path.replace(/^\/([A-Za-z]:)/, (_, drive: string) => drive.toUpperCase());
}

export function location(
  uri: vscode.Uri,
  format: ConfigFormat,
  level: ConfigLocation['level'],
  rest: Omit<ConfigLocation, 'key' | 'uri' | 'format' | 'level'> = {},
): ConfigLocation {
  return { key: uri.toString(), uri, format, level, ...rest };
}
