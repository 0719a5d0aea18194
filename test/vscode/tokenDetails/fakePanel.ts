import * as vscode from 'vscode';
import type { PanelMessage, PanelView } from '../../../src/features/tokenDetails/panelView.ts';

/** A webview panel whose page is the test: it hears what the page would hear, and says what the page would say. */
export class FakePanel {
  readonly received: PanelMessage[] = [];
  readonly #said = new vscode.EventEmitter<unknown>();
  readonly #viewState = new vscode.EventEmitter<void>();
  readonly #disposed = new vscode.EventEmitter<void>();
  isDisposed = false;
  visible = true;
  title = '';
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'https://csp.example',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: this.#said.event,
    postMessage: async (message: PanelMessage) => {
      this.received.push(message);
      return true;
    },
  };
  readonly onDidChangeViewState = this.#viewState.event;
  readonly onDidDispose = this.#disposed.event;

  get panel(): vscode.WebviewPanel {
    return this as unknown as vscode.WebviewPanel;
  }

  /** What the page shows: the last view it was told. */
  get view(): PanelView | undefined {
    const last = this.received.findLast(({ type }) => type === 'view' || type === 'empty');
    return last?.type === 'view' ? last.view : undefined;
  }

  say(message: unknown): void {
    this.#said.fire(message);
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.#viewState.fire();
  }

  reveal(): void {}

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.#disposed.fire();
    }
  }
}
