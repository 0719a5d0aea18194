import * as vscode from 'vscode';
import { folderPlaces } from '../core/config/places.ts';
import { type ConfigLocation, userFolder } from './configLocations.ts';

/** So many files of one folder are told apart by the watcher's pattern; more are cheaper told apart afterwards. */
const namedAtMost = 4;

/**
 * Patterns for the files that stand outside the open folders: one for each of their folders, none of which looks below it.
 * VS Code waits for a folder that isn't there yet.
 */
export function filePatterns(locations: readonly ConfigLocation[]): vscode.RelativePattern[] {
  const outside = locations.filter(place => !isInFolder(place)).map(({ uri }) => uri);
  const folders = Map.groupBy(outside, uri => vscode.Uri.joinPath(uri, '..').toString());
  return [...folders].map(([folder, uris]) => {
    const names = [...new Set(uris.map(({ path }) => inPattern(path.slice(path.lastIndexOf('/') + 1))))];
    const some = names.length > 1 ? `{${names.join()}}` : String(names[0]);
    return new vscode.RelativePattern(vscode.Uri.parse(folder), names.length > namedAtMost ? '*' : some);
  });
}

/** Patterns for the files of the open folders, for the folders around them, and for those in which places are found. */
export function folderPatterns(globalStorage: vscode.Uri): vscode.RelativePattern[] {
  return [
    ...(vscode.workspace.workspaceFolders ?? []).map(folder => new vscode.RelativePattern(folder, inFolder)),
    new vscode.RelativePattern(vscode.Uri.joinPath(userFolder(globalStorage), 'profiles'), '*'),
  ];
}

/** Hears of everything that happens to what a pattern names. */
export function watched(pattern: vscode.RelativePattern, heard: (uri: vscode.Uri) => unknown): vscode.Disposable[] {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  return [watcher, watcher.onDidCreate(heard), watcher.onDidChange(heard), watcher.onDidDelete(heard)];
}

const inFolder = `{${[
  ...new Set(
    [...folderPlaces.map(({ path }) => path), '.devcontainer/*/devcontainer.json'].flatMap(path =>
      path.split('/').map((_, index, steps) => steps.slice(0, index + 1).join('/')),
    ),
  ),
].join()}}`;

function isInFolder({ uri, folder }: ConfigLocation): boolean {
  return folder !== undefined && uri.path.startsWith(`${folder.uri.path}/`) && uri.authority === folder.uri.authority;
}

/** A name in which some characters would mean something in a pattern. */
function inPattern(name: string): string {
  return name.replace(/[[\]{}*?,]/g, '?');
}
