import * as vscode from 'vscode';
import { detectSecrets } from '../core/detect/detectSecrets.ts';
import type { Exposure } from '../core/inventory/exposed.ts';
import type { Inventory } from '../core/inventory/inventory.ts';
import type { Disposable, Log } from '../core/ports.ts';
import type { ConfigFiles } from './configFiles.ts';
import { type ConfigLocation, isUserFile } from './configLocations.ts';
import { trackedByGit } from './node/git.ts';

/** Typing changes a file at every key, and none of that changes what git tracks. In ms. */
const quietTime = 1000;

/** Gives the inventory its detector, and tells it from then on which files git tracks and Settings Sync uploads. */
export function watchExposure(inventory: Inventory, files: ConfigFiles, log: Log): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    exposuresOf(inventory, files.locations).then(
      exposures => inventory.setExposures(exposures),
      error => log.error('exposure-unknown', error),
    );
  };
  const soon = () => {
    timer ??= setTimeout(look, quietTime);
  };
  // `git add` and `git rm` write the index. Where it isn't in the workspace's folder, coming back to the window will do.
  const watchers = (vscode.workspace.workspaceFolders ?? []).map(folder =>
    vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '.git/index')),
  );
  const subscriptions: vscode.Disposable[] = watchers.flatMap(watcher => [
    watcher,
    watcher.onDidCreate(soon),
    watcher.onDidChange(soon),
  ]);
  subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(soon),
    vscode.window.onDidChangeWindowState(state => state.focused && soon()),
  );
  const changed = files.onDidChange(soon);
  inventory.setDetector((text, { syntax }) => detectSecrets(text, syntax));
  look();
  return {
    dispose: () => {
      clearTimeout(timer);
      changed.dispose();
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}

/** Of the files that are there: what isn't there exposes nothing, and asking git about it would cost a process. */
async function exposuresOf(
  { snapshot }: Inventory,
  locations: readonly ConfigLocation[],
): Promise<ReadonlyMap<string, Exposure>> {
  const there = new Set(snapshot.files.map(({ source }) => source.uri));
  const places = locations.filter(({ key }) => there.has(key));
  // A repository's configuration can make git run programs: nobody asks it before the workspace is trusted.
  const local = vscode.workspace.isTrusted ? places.filter(({ uri }) => uri.scheme === 'file') : [];
  const tracked = await trackedByGit(local.map(({ uri }) => uri.fsPath));
  return new Map(
    places.map(place => [place.key, { tracked: tracked.has(place.uri.fsPath), synced: isUserFile(place) }]),
  );
}
