import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Scheme of documents that stand for a credential's template: `mcp-keyring-token:/<credential id>/<name>.mcp-token.json`. */
export const templateScheme = 'mcp-keyring-token';

/**
 * Templates as files that VS Code can edit and save, so that undo, completion, validation and unsaved changes are what they are
 * in every other file. There is no secret in a template.
 */
export class TokenTemplates implements vscode.FileSystemProvider, Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
  }

  watch(): vscode.Disposable {
    return { dispose: () => {} };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { createdAt, text } = await this.#read(uri);
    // The length moves with the content, which is all that VS Code compares.
    return { type: vscode.FileType.File, ctime: createdAt, mtime: createdAt + text.length, size: text.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode((await this.#read(uri)).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const { saveTemplate } = await import('./editClaims.ts');
    try {
      await saveTemplate(this.#services, credentialIdOf(uri), new TextDecoder().decode(content));
    } catch (error) {
      // VS Code shows the sentence and keeps what was typed.
      const { savingProblem } = await import('./editClaims.ts');
      throw vscode.FileSystemError.Unavailable(savingProblem(error));
    }
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(uri: vscode.Uri): Promise<{ readonly createdAt: number; readonly text: string }> {
    const { vault } = this.#services;
    try {
      await vault.load();
      const credential = await vault.readCredential(credentialIdOf(uri));
      if (credential.kind === 'signedJwt') {
        const { templateText } = await import('./editClaims.ts');
        return { createdAt: credential.createdAt, text: templateText(credential.template) };
      }
    } catch {
      // Not there, or not to be read now: either way there is no such file.
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }
}

function credentialIdOf(uri: vscode.Uri): string {
  return uri.path.split('/')[1] ?? '';
}
