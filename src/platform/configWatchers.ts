import * as vscode from 'vscode';
import { folderPlaces } from '../core/config/places.ts';
import type { Disposable } from '../core/ports.ts';
import { type ConfigLocation, exists } from './configLocations.ts';

/** So many names of one folder are told apart by the watcher's pattern; more are cheaper told apart afterwards. */
const namedAtMost = 16;

/** So many folders above a file are watched for being made: a client's file is no deeper below what is there already. */
const levels = 3;

/** How long after a folder has come it is looked at once more, in ms: its watcher takes a moment to begin. */
const secondLook = 1000;

/** When what is newly watched is looked at again, in ms: on a busy machine, and in a new window, watchers begin late. */
const looks = [secondLook, 5000, 15_000];

/** What is told of: of files everything, of folders that they come and go. Each says whether it was one that matters. */
export interface WatchedEvents {
  file(uri: vscode.Uri): boolean;
  folder(uri: vscode.Uri): boolean;
  /** What is in this folder is watched, since a moment or a while. */
  begun(folder: vscode.Uri): void;
}

/**
 * Watches config files wherever they stand, and the folders above them, none of them recursively. VS Code's watcher gives
 * up on a folder that isn't there (measured, 1.139.1), so a folder is watched as soon as it is made.
 */
export class ConfigWatchers implements Disposable {
  readonly #user: vscode.Uri;
  readonly #events: WatchedEvents;
  readonly #watchers = new Map<
    string,
    { readonly base: vscode.Uri; readonly disposables: readonly vscode.Disposable[] }
  >();
  /** Patterns whose folder was replaced a moment ago. */
  readonly #resting = new Set<string>();
  #updating: Promise<void> = Promise.resolve();
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #locations: readonly ConfigLocation[] = [];
  #disposed = false;

  constructor(user: vscode.Uri, events: WatchedEvents) {
    this.#user = user;
    this.#events = events;
  }

  /** Watches these places from now on, and no others. */
  watch(locations: readonly ConfigLocation[]): void {
    this.#locations = locations;
    this.#updating = this.#updating.then(() => this.#update()).catch(() => {});
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#again);
    this.#timers.forEach(clearTimeout);
    for (const { disposables } of this.#watchers.values()) {
      vscode.Disposable.from(...disposables).dispose();
    }
  }

  async #update(): Promise<void> {
    const wanted = new Map(
      [...folderPatterns(), ...(await filePatterns(this.#locations, this.#user))].map(pattern => [
        `${pattern.baseUri}\n${pattern.pattern}`,
        pattern,
      ]),
    );
    if (this.#disposed) {
      return;
    }
    for (const [key, { disposables }] of this.#watchers) {
      if (!wanted.has(key)) {
        vscode.Disposable.from(...disposables).dispose();
        this.#watchers.delete(key);
      }
    }
    const added: vscode.Uri[] = [];
    for (const [key, pattern] of wanted) {
      if (!this.#watchers.has(key) && !this.#resting.has(key)) {
        this.#watchers.set(key, { base: pattern.baseUri, disposables: this.#watched(pattern) });
        added.push(pattern.baseUri);
      }
    }
    if (added.length > 0) {
      // What has changed since the files were read and before their watchers began is told by nobody.
      for (const look of looks) {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          for (const folder of added) {
            this.#events.begun(folder);
          }
          this.watch(this.#locations);
        }, look);
        this.#timers.add(timer);
      }
    }
  }

  #watched(pattern: vscode.RelativePattern): readonly vscode.Disposable[] {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const heard = (uri: vscode.Uri) => this.#events.file(uri) || this.#folder(uri);
    // A folder that is deleted and made at once has changed.
    return [watcher, watcher.onDidCreate(heard), watcher.onDidChange(heard), watcher.onDidDelete(heard)];
  }

  /** A folder has come, gone, or been replaced. */
  #folder(uri: vscode.Uri): void {
    if (!this.#events.folder(uri)) {
      return;
    }
    // Who watched the old folder hears nothing of the new one, and VS Code takes the same wish made at once for the old.
    for (const [key, { base, disposables }] of this.#watchers) {
      if (base.path === uri.path || base.path.startsWith(`${uri.path}/`)) {
        vscode.Disposable.from(...disposables).dispose();
        this.#watchers.delete(key);
        this.#resting.add(key);
      }
    }
    this.watch(this.#locations);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#resting.clear();
      this.#events.folder(uri);
      this.watch(this.#locations);
    }, secondLook);
  }
}

/** Patterns for the files that {@link folderPatterns} doesn't name and for the folders above them, as far as they are there. */
async function filePatterns(locations: readonly ConfigLocation[], user: vscode.Uri): Promise<vscode.RelativePattern[]> {
  const names = new Map([
    [user.toString(), new Set(['profiles'])],
    [vscode.Uri.joinPath(user, 'profiles').toString(), new Set(['*'])],
  ]);
  for (const { uri } of locations.filter(place => !isInFolder(place))) {
    let child = uri;
    for (let level = 0; level < levels; level++) {
      const parent = vscode.Uri.joinPath(child, '..');
      if (parent.path === child.path) {
        break;
      }
      const known = names.get(parent.toString()) ?? new Set();
      names.set(parent.toString(), known.add(inPattern(child.path.slice(child.path.lastIndexOf('/') + 1))));
      child = parent;
    }
  }
  const folders = await Promise.all(
    [...names].map(async ([folder, inside]) => {
      const uri = vscode.Uri.parse(folder);
      return (await exists(uri)) ? [{ uri, inside }] : [];
    }),
  );
  return folders.flat().map(({ uri, inside }) => {
    const some = inside.size > 1 ? `{${[...inside].join()}}` : [...inside].join();
    return new vscode.RelativePattern(uri, inside.size > namedAtMost ? '*' : some);
  });
}

/** Patterns for the files of the open folders and for the folders around them. */
function folderPatterns(): vscode.RelativePattern[] {
  return (vscode.workspace.workspaceFolders ?? []).map(folder => new vscode.RelativePattern(folder, inFolder));
}

const inFolder = `{${[
  ...new Set(
    [...folderPlaces.map(({ path }) => path), '.devcontainer/*/devcontainer.json'].flatMap(path =>
      path.split('/').map((_, index, steps) => steps.slice(0, index + 1).join('/')),
    ),
  ),
].join()}}`;

/** Whether the pattern of the file's folder names it. */
function isInFolder({ uri, folder, extra }: ConfigLocation): boolean {
  return (
    folder !== undefined &&
    !extra &&
    uri.path.startsWith(`${folder.uri.path}/`) &&
    uri.authority === folder.uri.authority
  );
}

/** A name in which some characters would mean something in a pattern. */
function inPattern(name: string): string {
  return name.replace(/[[\]{}*?,]/g, '?');
}
