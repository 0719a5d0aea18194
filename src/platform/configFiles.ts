import * as vscode from 'vscode';
import { Emitter } from '../core/emitter.ts';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { Disposable, Event, Log } from '../core/ports.ts';
import { plainText } from '../core/text.ts';
import {
  type ConfigLocation,
  comparable,
  type DiscoveredPlaces,
  exists,
  fileUri,
  isUserFile,
  listLocations,
  mayHoldPlaces,
  type UserFolder,
} from './configLocations.ts';
import type { ConfigWatchers } from './configWatchers.ts';
import { homeRelative } from './node/machine.ts';
import type { ProfileUse } from './profileUse.ts';
import type { Settings } from './settings.ts';

/** Larger files are no config files, and reading them on every change would be felt. */
const largestFile = 20 * 1024 * 1024;

/** Changes come in bursts: a save touches the file several times, typing changes the buffer at every key. */
const quietTime = 150;

type Content = ConfigSource['content'];

interface Places {
  readonly all: readonly ConfigLocation[];
  readonly byKey: ReadonlyMap<string, ConfigLocation>;
  /** By {@link comparable}. */
  readonly byFile: ReadonlyMap<string, readonly ConfigLocation[]>;
}

/**
 * The config files of this window, live: they appear, change and vanish, in the editor's buffers and on disk. What an
 * editor shows counts before what is on disk, so that findings stand where the person looks.
 */
export class ConfigFiles implements Disposable {
  readonly #user: UserFolder;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #changed: Emitter<void>;
  readonly #disposables: vscode.Disposable[] = [];
  #watchers: ConfigWatchers | undefined;
  #disposed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #found: DiscoveredPlaces = { containers: [], profiles: [], remote: [], extra: [] };
  /** Whether there may be other places than {@link #found} says. */
  #unsure = true;
  #places: Places | undefined;
  /** The places that are watched. */
  #watched: readonly ConfigLocation[] | undefined;
  #profileUse: ProfileUse | undefined;
  /** What {@link current} has read, by key. */
  readonly #known = new Map<string, ConfigSource | undefined>();
  /** The keys of what may have changed since. */
  #stale = new Set<string>();

  constructor(user: UserFolder, settings: Settings, log: Log) {
    this.#user = user;
    this.#settings = settings;
    this.#log = log;
    this.#changed = new Emitter(error => log.error('config-files-listener', error));
    const heard = (document: vscode.TextDocument) => this.#heard(document.uri);
    let extra = JSON.stringify(settings.extraConfigFiles);
    this.#disposables.push(
      settings.onDidChange(() => {
        const now = JSON.stringify(settings.extraConfigFiles);
        if (now !== extra) {
          extra = now;
          this.#lookAround();
        }
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#lookAround()),
      vscode.workspace.onDidChangeTextDocument(event => heard(event.document)),
      vscode.workspace.onDidOpenTextDocument(heard),
      vscode.workspace.onDidCloseTextDocument(heard),
    );
  }

  /** Fires when any of the files may have changed. */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Every place where a config file may stand, as far as is known, in the order of the views. */
  get locations(): readonly ConfigLocation[] {
    return this.#listed.all;
  }

  /** Those of {@link locations} where a file is, or would be read if there were one: their clients are in use. */
  async offered(): Promise<readonly ConfigLocation[]> {
    const there = await Promise.all(
      this.locations.map(async ({ uri, evidence }) => !evidence || (await exists(evidence)) || exists(uri)),
    );
    return this.locations.filter((place, index) => there[index] && this.#isRead(place));
  }

  /**
   * @param file a location's key, a target's `file`, or the URI of a document; of a file with several locations the first
   */
  locationOf(file: vscode.Uri | string): ConfigLocation | undefined {
    return (
      (typeof file === 'string' ? this.#listed.byKey.get(file) : undefined) ??
      this.#listed.byFile.get(comparable(typeof file === 'string' ? fileUri(file) : file))?.[0]
    );
  }

  /** The locations that a document shows. */
  locationsIn(document: vscode.TextDocument): readonly ConfigLocation[] {
    return this.#listed.byFile.get(comparable(document.uri)) ?? [];
  }

  /** What the file says, as the person sees it; undefined where there is no file. */
  async read(place: ConfigLocation): Promise<ConfigSource | undefined> {
    return sourceOf(place, await this.#shown(place.uri));
  }

  async readAll(): Promise<ConfigSource[]> {
    await this.#discover();
    return this.#readEach(this.locations, uri => this.#shown(uri));
  }

  /** As {@link readAll}, past the editors: what VS Code's own MCP client has read. */
  async readAllFromDisk(): Promise<ConfigSource[]> {
    await this.#discover();
    return this.#readEach(this.locations, uri => this.#onDisk(uri));
  }

  /** As {@link readAll}, but reads only what may have changed since it was last called. */
  async current(): Promise<ConfigSource[]> {
    if (this.#unsure) {
      await this.#discover();
    }
    if (this.#watched !== this.locations) {
      this.#watched = this.locations;
      (await this.#startedWatchers()).watch(this.locations);
    }
    // What changes from here on may have been read already, and is read again.
    const stale = this.#stale;
    this.#stale = new Set();
    const places = this.locations.filter(({ key }) => stale.has(key) || !this.#known.has(key));
    const read = new Map((await this.#readEach(places, uri => this.#shown(uri))).map(source => [source.uri, source]));
    for (const { key } of places) {
      this.#known.set(key, read.get(key));
    }
    for (const key of this.#known.keys()) {
      if (!this.#listed.byKey.has(key)) {
        this.#known.delete(key);
      }
    }
    if (this.#found.profiles.length > 0) {
      const use = await this.#startedProfileUse();
      for (const place of this.locations.filter(isUserFile)) {
        use.note(place, this.#known.get(place.key));
      }
    }
    return this.locations.filter(place => this.#isRead(place)).flatMap(({ key }) => this.#known.get(key) ?? []);
  }

  /** Tells everybody to look again. */
  refresh(): void {
    this.#known.clear();
    this.#lookAround();
    clearTimeout(this.#timer);
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposed = true;
    for (const disposable of [...this.#disposables, this.#watchers, this.#profileUse]) {
      disposable?.dispose();
    }
  }

  /** Nothing is watched while the extension is being activated, so this is loaded after it. */
  async #startedWatchers(): Promise<ConfigWatchers> {
    const { ConfigWatchers } = await import('./configWatchers.ts');
    this.#watchers ??= new ConfigWatchers(this.#user.uri, {
      file: uri => this.#heard(uri),
      folder: uri => this.#heardOfFolder(uri),
      begun: folder => this.#heardOfFolder(folder),
    });
    if (this.#disposed) {
      this.#watchers.dispose();
    }
    return this.#watchers;
  }

  /** Only who has more than one profile needs it. */
  async #startedProfileUse(): Promise<ProfileUse> {
    const { ProfileUse } = await import('./profileUse.ts');
    this.#profileUse ??= new ProfileUse(() => this.#soon(), this.#log);
    return this.#profileUse;
  }

  /** Whether a file is read by its client in this window, as far as is known. */
  #isRead(place: ConfigLocation): boolean {
    return this.#found.profiles.length === 0 || !isUserFile(place) || this.#profileUse?.isRead(place) !== false;
  }

  get #listed(): Places {
    this.#places ??= placesOf(listLocations(this.#user, this.#found));
    return this.#places;
  }

  /** Folders have come or gone, and with them places. */
  #lookAround(): void {
    this.#places = undefined;
    this.#unsure = true;
    this.#soon();
  }

  async #discover(): Promise<void> {
    this.#unsure = false;
    const { discoverPlaces } = await import('./discoverPlaces.ts');
    const found = await discoverPlaces(this.#user, this.#settings);
    const told = ({ containers, profiles, remote, extra }: DiscoveredPlaces) =>
      JSON.stringify([[...containers, ...profiles, ...remote].map(({ key }) => key), extra]);
    if (told(found) !== told(this.#found)) {
      this.#found = found;
      this.#places = undefined;
    }
  }

  /** Each file once, however many locations it holds. */
  async #readEach(
    places: readonly ConfigLocation[],
    read: (uri: vscode.Uri) => Promise<Content | undefined>,
  ): Promise<ConfigSource[]> {
    const files = new Map<string, Promise<Content | undefined>>();
    const sources = places.map(async place => {
      const file = place.uri.toString();
      const content = files.get(file) ?? read(place.uri);
      files.set(file, content);
      return sourceOf(place, await content);
    });
    return (await Promise.all(sources)).filter(source => source !== undefined);
  }

  async #shown(uri: vscode.Uri): Promise<Content | undefined> {
    const onDisk = await this.#onDisk(uri);
    const document = openDocument(uri);
    // A buffer without changes follows the file, a moment later or, where the file is gone, never.
    const follows = document && !document.isDirty;
    if (!document || (follows && (onDisk?.state !== 'text' || !showsText(document, onDisk.text)))) {
      return onDisk;
    }
    return { state: 'text', text: document.getText() };
  }

  async #onDisk(uri: vscode.Uri): Promise<Content | undefined> {
    try {
      const stat = await vscode.workspace.fs.stat(uri);
      if (stat.type & vscode.FileType.Directory) {
        return { state: 'unreadable', reason: 'is-directory' };
      }
      // A link whose target is there counts as what its target is, too.
      if (stat.type === vscode.FileType.SymbolicLink) {
        return { state: 'unreadable', reason: 'dangling-link' };
      }
      if (!(stat.type & vscode.FileType.File)) {
        return { state: 'unreadable', reason: 'not-regular' };
      }
      if (stat.size > largestFile) {
        return { state: 'unreadable', reason: 'too-large' };
      }
      const text = decodeText(await vscode.workspace.fs.readFile(uri));
      return text === undefined ? { state: 'unreadable', reason: 'not-utf8' } : { state: 'text', text };
    } catch (error) {
      const code = error instanceof vscode.FileSystemError ? error.code : undefined;
      if (code === 'FileNotFound' || code === 'FileNotADirectory') {
        return undefined;
      }
      this.#log.error('config-file-unreadable', error, { file: uri.path });
      return { state: 'unreadable', reason: code === 'NoPermissions' ? 'no-permission' : 'failed' };
    }
  }

  /** Something has happened to a file, on disk or in an editor. */
  #heard(uri: vscode.Uri): boolean {
    const places = this.#listed.byFile.get(comparable(uri)) ?? [];
    for (const { key } of places) {
      this.#stale.add(key);
    }
    if (places.length > 0) {
      this.#soon();
    }
    return places.length > 0;
  }

  /** A folder that comes or vanishes is told of, what is in it often isn't. */
  #heardOfFolder(folder: vscode.Uri): boolean {
    const below = `${comparable(folder)}/`;
    const places = this.locations.filter(({ uri }) => comparable(uri).startsWith(below));
    for (const { key } of places) {
      this.#stale.add(key);
    }
    const matters = places.length > 0 || mayHoldPlaces(folder);
    if (matters) {
      this.#unsure = true;
      this.#soon();
    }
    return matters;
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), quietTime);
  }
}

/** Whether an editor's buffer has this text, which it shows without BOM and with one kind of line ends. */
export function showsText(document: vscode.TextDocument, text: string): boolean {
  const plain = (some: string) => some.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return plain(document.getText()) === plain(text);
}

/** How long VS Code may take to show what another program has written, in ms. */
const catchUpTime = 2000;

/** Waits for a buffer without changes to show a file's text: it follows the file a moment later, or never. */
export async function untilShown(document: vscode.TextDocument, text: string): Promise<void> {
  const deadline = Date.now() + catchUpTime;
  while (!document.isDirty && !showsText(document, text) && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** The editor's buffer of a file, where one is open. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const file = comparable(uri);
  return vscode.workspace.textDocuments.find(document => !document.isClosed && comparable(document.uri) === file);
}

/** Where an editor shows a file, or would. */
export function documentUri(file: vscode.Uri): vscode.Uri {
  return openDocument(file)?.uri ?? file;
}

/** UTF-8 with or without BOM (which stays in the text), or undefined for anything else. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * How a file is named on the screen: relative to its folder, with the folder's name where there are several, or to the
 * user's home (`~/.cursor/mcp.json`).
 */
export function fileLabel(file: vscode.Uri | string): string {
  const uri = typeof file === 'string' ? fileUri(file) : file;
  const label = vscode.workspace.asRelativePath(uri);
  return plainText(label === uri.fsPath || label === uri.path ? homeRelative(label) : label, 300);
}

/** What reads its format is loaded with it. */
async function sourceOf(place: ConfigLocation, content: Content | undefined): Promise<ConfigSource | undefined> {
  if (content && place.format.syntax === 'toml') {
    await import('../core/config/tomlReader.ts');
  }
  return content && { uri: place.key, format: place.format, content };
}

function placesOf(all: readonly ConfigLocation[]): Places {
  return {
    all,
    byKey: new Map(all.map(place => [place.key, place])),
    byFile: Map.groupBy(all, ({ uri }) => comparable(uri)),
  };
}
