import type * as vscode from 'vscode';
import type { Disposable, Listener, SecretStore } from '../core/ports.ts';

/** VS Code's SecretStorage as core sees it. */
export class VSCodeSecretStore implements SecretStore {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async keys(): Promise<readonly string[]> {
    return this.#secrets.keys();
  }

  async get(key: string): Promise<string | undefined> {
    return this.#secrets.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.#secrets.store(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#secrets.delete(key);
  }

  readonly onDidChange = (listener: Listener<string>): Disposable =>
    this.#secrets.onDidChange(event => listener(event.key));
}
