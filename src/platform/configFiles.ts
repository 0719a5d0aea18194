import * as vscode from 'vscode';
import { formats } from '../core/config/formats.ts';
import type { ConfigFormat } from '../core/config/types.ts';
import { Emitter } from '../core/emitter.ts';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { Disposable, Event, Log } from '../core/ports.ts';

/** A place where an MCP client looks for servers, whether or not there is a file. */
export interface ConfigLocation {
  readonly uri: vscode.Uri;
  readonly format: ConfigFormat;
  /** The workspace folder that it belongs to; absent for the user's own file. */
  readonly folder?: vscode.WorkspaceFolder;
  /** In which of VS Code's stores resolved inputs of this file end up. */
  readonly inputScope: 'workspace' | 'user';
}

/** Larger files are no config files, and reading them on every change would be felt. */
const largestFile = 20 * 1024 * 1024;

/** Changes come in bursts: a save touches the file several times, typing changes the buffer at every key. */
const quietTime = 150;

/**
 * The config files of this window, live: they appear, change and vanish, in the editor's buffers and on disk. What an
 * editor shows counts before what is on disk, so that findings stand where the person looks.
 */
export class ConfigFiles implements Disposable {
  readonly #userFile: vscode.Uri;
  readonly #log: Log;
  readonly #changed: Emitter<void>;
  readonly #disposables: vscode.Disposable[] = [];
  #watchers: vscode.Disposable[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param globalStorage the extension's own folder; the user's `mcp.json` stands two levels above */
  constructor(globalStorage: vscode.Uri, log: Log) {
    this.#userFile = vscode.Uri.joinPath(globalStorage, '..', '..', 'mcp.json');
    this.#log = log;
    this.#changed = new Emitter(error => log.error('config-files-listener', error));
    this.#watch();
    const heard = (document: vscode.TextDocument) => {
      if (this.locationOf(document.uri)) {
        this.#soon();
      }
    };
    this.#disposables.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#watch();
        this.#soon();
      }),
      vscode.workspace.onDidChangeTextDocument(event => heard(event.document)),
      vscode.workspace.onDidOpenTextDocument(heard),
      vscode.workspace.onDidCloseTextDocument(heard),
    );
  }

  /** Fires when any of the files may have changed. */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Every place where a config file may stand, in the order of the views. */
  get locations(): readonly ConfigLocation[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const { workspaceFile } = vscode.workspace;
    // A workspace that hasn't been saved has a file too, in a place that is none of the user's.
    const saved = workspaceFile && workspaceFile.scheme !== 'untitled';
    return [
      ...folders.flatMap(folder => [
        location(folder, '.vscode/mcp.json', formats.vscode),
        location(folder, '.mcp.json', formats.dotMcp),
      ]),
      ...(saved ? [{ uri: workspaceFile, format: formats.codeWorkspace, inputScope: 'workspace' as const }] : []),
      { uri: this.#userFile, format: formats.vscodeUser, inputScope: 'user' as const },
    ];
  }

  locationOf(uri: vscode.Uri | string): ConfigLocation | undefined {
    const key = uri.toString();
    return this.locations.find(candidate => candidate.uri.toString() === key);
  }

  /** What the file says, as the person sees it; undefined where there is no file. */
  async read(place: ConfigLocation): Promise<ConfigSource | undefined> {
    const onDisk = await this.readFromDisk(place);
    const document = openDocument(place.uri);
    // A buffer without changes follows the file, a moment later or, where the file is gone, never.
    const follows = document && !document.isDirty;
    if (!document || (follows && (onDisk?.content.state !== 'text' || !showsText(document, onDisk.content.text)))) {
      return onDisk;
    }
    return { uri: place.uri.toString(), format: place.format, content: { state: 'text', text: document.getText() } };
  }

  /** What the file says to the clients that read it; undefined where there is no file. */
  async readFromDisk(place: ConfigLocation): Promise<ConfigSource | undefined> {
    const base = { uri: place.uri.toString(), format: place.format };
    try {
      const stat = await vscode.workspace.fs.stat(place.uri);
      // A dangling link is a link and nothing else.
      if (stat.type & vscode.FileType.Directory) {
        return { ...base, content: { state: 'unreadable', reason: 'is-directory' } };
      }
      if (stat.size > largestFile) {
        return { ...base, content: { state: 'unreadable', reason: 'too-large' } };
      }
      const text = decodeText(await vscode.workspace.fs.readFile(place.uri));
      return {
        ...base,
        content: text === undefined ? { state: 'unreadable', reason: 'not-utf8' } : { state: 'text', text },
      };
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') {
        return undefined;
      }
      this.#log.error('config-file-unreadable', error, { file: place.uri.path });
      const denied = error instanceof vscode.FileSystemError && error.code === 'NoPermissions';
      return { ...base, content: { state: 'unreadable', reason: denied ? 'no-permission' : 'failed' } };
    }
  }

  async readAll(): Promise<ConfigSource[]> {
    const sources = await Promise.all(this.locations.map(place => this.read(place)));
    return sources.filter(source => source !== undefined);
  }

  /** As {@link readAll}, past the editors: what VS Code's own MCP client has read. */
  async readAllFromDisk(): Promise<ConfigSource[]> {
    const sources = await Promise.all(this.locations.map(place => this.readFromDisk(place)));
    return sources.filter(source => source !== undefined);
  }

  /** Tells everybody to look again. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of [...this.#disposables, ...this.#watchers]) {
      disposable.dispose();
    }
  }

  #watch(): void {
    for (const watcher of this.#watchers) {
      watcher.dispose();
    }
    const patterns = [
      ...(vscode.workspace.workspaceFolders ?? []).map(
        // A folder that vanishes is told of, what was in it often isn't.
        folder => new vscode.RelativePattern(folder, '{.vscode,.vscode/mcp.json,.mcp.json}'),
      ),
      ...this.locations.filter(place => !place.folder).map(({ uri }) => patternOf(uri)),
    ];
    this.#watchers = patterns.flatMap(pattern => {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const heard = () => this.#soon();
      return [watcher, watcher.onDidCreate(heard), watcher.onDidChange(heard), watcher.onDidDelete(heard)];
    });
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

/** The editor's buffer of a file, where one is open. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  return vscode.workspace.textDocuments.find(document => !document.isClosed && document.uri.toString() === key);
}

/** UTF-8 with or without BOM (which stays in the text), or undefined for anything else. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How a file is named on the screen: relative to its folder, with the folder's name where there are several. */
export function fileLabel(uri: vscode.Uri | string): string {
  return vscode.workspace.asRelativePath(typeof uri === 'string' ? vscode.Uri.parse(uri) : uri);
}

/** A pattern for one file, wherever it stands. Its name may have characters that mean something in a pattern. */
function patternOf(uri: vscode.Uri): vscode.RelativePattern {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name.replace(/[[\]{}*?]/g, '?'));
}

function location(folder: vscode.WorkspaceFolder, path: string, format: ConfigFormat): ConfigLocation {
  return { uri: vscode.Uri.joinPath(folder.uri, path), format, folder, inputScope: 'workspace' };
}
