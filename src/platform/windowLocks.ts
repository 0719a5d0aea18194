import type * as vscode from 'vscode';
import type { HeldLock, Locks } from '../core/ports.ts';

/**
 * The locks that this host has: files in Node, Web Locks in a browser. Which they are is loaded when the first is needed.
 * @param storage the extension's own folder for all workspaces
 */
export class WindowLocks implements Locks {
  readonly #storage: vscode.Uri;
  #locks: Promise<Locks> | undefined;

  constructor(storage: vscode.Uri) {
    this.#storage = storage;
  }

  async run<T>(name: string, patience: number, action: (held: HeldLock | undefined) => Promise<T>): Promise<T> {
    this.#locks ??= load(this.#storage);
    return (await this.#locks).run(name, patience, action);
  }
}

async function load(storage: vscode.Uri): Promise<Locks> {
  if (storage.scheme === 'file') {
    const { StorageLocks } = await import('./node/storageLocks.ts');
    return new StorageLocks(storage.with({ path: lockFolder(storage.path) }).fsPath);
  }
  const { WebLocks } = await import('./browser/webLocks.ts');
  return new WebLocks();
}

/** Profiles have storages of their own, and one keyring: `User/profiles/1a2b3c/globalStorage` becomes `User/globalStorage`. */
function lockFolder(path: string): string {
  return `${path.replace(/\/profiles\/[^/]+(\/globalStorage\/[^/]+\/?)$/, '$1').replace(/\/$/, '')}/locks`;
}
