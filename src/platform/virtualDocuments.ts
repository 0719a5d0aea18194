import * as vscode from 'vscode';
import type { Disposable } from '../core/ports.ts';

const scheme = 'mcp-keyring';

/** Read-only texts that stand in no file: closing one asks for nothing, and nothing of it is kept. */
export class VirtualDocuments implements Disposable {
  readonly #texts = new Map<string, string>();
  readonly #disposable: vscode.Disposable;
  #count = 0;

  constructor() {
    this.#disposable = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: uri => this.#texts.get(uri.toString()),
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    );
  }

  /**
   * Shows a text in an editor of its own.
   * @param name what stands on the tab, with the ending that tells the language
   */
  async show(name: string, text: string): Promise<vscode.TextEditor> {
    const uri = vscode.Uri.from({ scheme, path: `/${this.#count++}/${name.replaceAll('/', '∕')}` });
    this.#texts.set(uri.toString(), text);
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.#disposable.dispose();
  }
}
