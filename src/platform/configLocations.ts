import * as vscode from 'vscode';
import { formats } from '../core/config/formats.ts';
import { folderPlaces, type HomePlace, homePlaces, projectFormat } from '../core/config/places.ts';
import type { ConfigFormat } from '../core/config/types.ts';
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
  /** There is something here as soon as the file's client has been used; absent where the file may be made at any time. */
  readonly evidence?: vscode.Uri;
}

/** The places of this window that only a look at the disk tells. */
export interface DiscoveredPlaces {
  /** `.devcontainer/<name>/devcontainer.json`, in the order of the folders. */
  readonly containers: readonly ConfigLocation[];
  readonly profiles: readonly ConfigLocation[];
}

/** @param globalStorage the extension's own folder; the user's `mcp.json` stands two levels above */
export function listLocations(globalStorage: vscode.Uri, found: DiscoveredPlaces): readonly ConfigLocation[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const { workspaceFile } = vscode.workspace;
  // A workspace that hasn't been saved has a file too, in a place that is none of the user's.
  const saved = workspaceFile && workspaceFile.scheme !== 'untitled';
  const all = [
    ...folders.flatMap(folder => [
      ...folderPlaces.map(({ path, format }) => inFolder(folder, path, format)),
      ...found.containers.filter(place => place.folder?.uri.toString() === folder.uri.toString()),
    ]),
    ...(saved ? [location(workspaceFile, formats.codeWorkspace, 'workspace', { inputScope: 'workspace' })] : []),
    location(vscode.Uri.joinPath(userFolder(globalStorage), 'mcp.json'), formats.vscodeUser, 'user', {
      inputScope: 'user',
    }),
    ...found.profiles,
    ...homePlaces(thisMachine()).flatMap(place => [inHome(place), ...projectsOf(place, folders)]),
  ];
  // A folder that is open may be the home itself, or the one that a client keeps its file in.
  return [...new Map(all.map(place => [place.key, place]).reverse() as [string, ConfigLocation][]).values()].reverse();
}

/** Looks for the places that only the disk tells. A folder that can't be listed has none. */
export async function discoverPlaces(globalStorage: vscode.Uri): Promise<DiscoveredPlaces> {
  const profileFolder = vscode.Uri.joinPath(userFolder(globalStorage), 'profiles');
  const [profiles, containers] = await Promise.all([
    foldersIn(profileFolder),
    Promise.all(
      (vscode.workspace.workspaceFolders ?? []).map(async folder =>
        (await foldersIn(vscode.Uri.joinPath(folder.uri, '.devcontainer'))).map(name =>
          inFolder(folder, `.devcontainer/${name}/devcontainer.json`, formats.devContainer),
        ),
      ),
    ),
  ]);
  return {
    containers: containers.flat(),
    profiles: profiles.map(profile =>
      location(vscode.Uri.joinPath(profileFolder, profile, 'mcp.json'), formats.vscodeUser, 'user', {
        inputScope: 'user',
        profile,
      }),
    ),
  };
}

/** Where VS Code keeps the files of the user, and below `profiles` those of other profiles than the default one. */
export function userFolder(globalStorage: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(globalStorage, '..', '..');
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

async function foldersIn(folder: vscode.Uri): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder))
      .filter(([, type]) => type & vscode.FileType.Directory)
      .map(([name]) => name)
      .sort();
  } catch {
    return [];
  }
}

/** Formats whose files VS Code reads, so that their inputs reach our resolver. */
const readByVSCode = new Set(['vscode', 'vscodeUser', 'codeWorkspace', 'dotMcp', 'devContainer']);

function inFolder(folder: vscode.WorkspaceFolder, path: string, format: ConfigFormat): ConfigLocation {
  const inputs = readByVSCode.has(format.id);
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

/** The servers that Claude Code keeps in the user's file for the open folders, as far as they are on this machine. */
function projectsOf({ path, format }: HomePlace, folders: readonly vscode.WorkspaceFolder[]): ConfigLocation[] {
  if (format.id !== 'claudeCode') {
    return [];
  }
  return folders
    .filter(({ uri }) => uri.scheme === 'file')
    .map(folder => {
      const project = projectPath(folder.uri);
      const uri = vscode.Uri.file(path);
      const key = uri.with({ fragment: project }).toString();
      return { ...location(uri, projectFormat(project), 'user', { folder, evidence: uri }), key };
    });
}

/** As Claude Code writes it: with `/` on every system, and drives in upper case. */
function projectPath({ fsPath }: vscode.Uri): string {
  return fsPath.replaceAll('\\', '/').replace(/^[a-z]:/, drive => drive.toUpperCase());
}

function location(
  uri: vscode.Uri,
  format: ConfigFormat,
  level: ConfigLocation['level'],
  rest: Omit<ConfigLocation, 'key' | 'uri' | 'format' | 'level'> = {},
): ConfigLocation {
  return { key: uri.toString(), uri, format, level, ...rest };
}
