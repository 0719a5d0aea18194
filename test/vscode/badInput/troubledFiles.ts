import * as vscode from 'vscode';
import { pause } from '../harness/keyring.ts';

/** What goes wrong with the files of a {@link TroubledFiles}. */
export type Trouble =
  | 'none'
  | 'readOnly'
  | 'refusesWrites'
  | 'changesAtFirst'
  | 'keepsChanging'
  | 'unreadable'
  | 'hangs';

/** A file system in memory that makes the trouble which a test asks for: the real one doesn't refuse root anything. */
export class TroubledFiles implements vscode.FileSystemProvider {
  trouble: Trouble = 'none';
  readonly contents = new Map<string, Uint8Array>();
  /** What happens before a file is written. */
  beforeWrite: () => PromiseLike<unknown> = async () => {};
  /** How many times a file has been read since the trouble began. */
  reads = 0;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  /** Sets a file as another program does. */
  set(path: string, text: string): void {
    this.contents.set(path, Buffer.from(text));
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri: vscode.Uri.from({ scheme: 'troubled', path }) }]);
  }

  text(path: string): string {
    return Buffer.from(this.contents.get(path) ?? []).toString();
  }

  watch(): vscode.Disposable {
    return { dispose: () => {} };
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const content = this.contents.get(uri.path);
    if (content) {
      const permissions = this.trouble === 'readOnly' ? { permissions: vscode.FilePermission.Readonly } : {};
      return { type: vscode.FileType.File, ctime: 0, mtime: this.reads, size: content.length, ...permissions };
    }
    if ([...this.contents.keys()].some(path => path.startsWith(`${uri.path.replace(/\/$/, '')}/`))) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const content = this.contents.get(uri.path);
    if (!content) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    if (this.trouble === 'unreadable') {
      throw vscode.FileSystemError.Unavailable(uri);
    }
    this.reads++;
    if (this.trouble === 'keepsChanging' || (this.trouble === 'changesAtFirst' && this.reads <= 5)) {
      // Another program was quicker: what is read now isn't what was read before.
      this.contents.set(uri.path, Buffer.concat([content, Buffer.from(`// ${this.reads}\n`)]));
    }
    return this.contents.get(uri.path) ?? content;
  }

  // Asynchronous: VS Code's queue of writes never recovers from one that throws at once.
  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await this.beforeWrite();
    if (this.trouble === 'refusesWrites' || this.trouble === 'readOnly') {
      throw vscode.FileSystemError.NoPermissions(uri);
    }
    while (this.trouble === 'hangs') {
      await pause(50);
    }
    this.contents.set(uri.path, content);
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {}

  delete(uri: vscode.Uri): void {
    this.contents.delete(uri.path);
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}
