import * as vscode from 'vscode';
import type { Disposable } from '../core/ports.ts';
import { plainText } from '../core/text.ts';

const scheme = 'mcp-keyring';

/** A name may come from outside; its ending tells the language. */
function tabName(name: string): string {
  const dot = name.lastIndexOf('.');
  return `${plainText(name.slice(0, dot), 80)}${name.slice(dot)}`.replaceAll('/', '∕');
}

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
    const uri = vscode.Uri.from({ scheme, path: `/${this.#count++}/${tabName(name)}` });
    this.#texts.set(uri.toString(), text);
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.#disposable.dispose();
  }
}
