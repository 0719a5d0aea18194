import * as vscode from 'vscode';
import { until } from './keyring.ts';

/**
 * A panel whose page is the test: it hears what the page would hear, and says what the page would say. As VS Code's own, it is
 * of no use once it is closed.
 */
export class FakePage<Message> {
  readonly received: Message[] = [];
  title = '';
  readonly #said = new vscode.EventEmitter<unknown>();
  readonly #closed = new vscode.EventEmitter<void>();
  readonly #viewState = new vscode.EventEmitter<void>();
  #isClosed = false;
  #isVisible = true;
  readonly #webview = {
    html: '',
    options: {},
    cspSource: 'https://csp.example',
    asWebviewUri: (uri: vscode.Uri) => uri,
    onDidReceiveMessage: this.#said.event,
    postMessage: async (message: Message) => this.received.push(message) > 0,
  };
  readonly onDidDispose = this.#closed.event;
  readonly onDidChangeViewState = this.#viewState.event;

  get panel(): vscode.WebviewPanel {
    return this as unknown as vscode.WebviewPanel;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get webview() {
    this.#assertOpen();
    return this.#webview;
  }

  get visible(): boolean {
    this.#assertOpen();
    return this.#isVisible;
  }

  show(visible: boolean): void {
    this.#isVisible = visible;
    this.#viewState.fire();
  }

  reveal(): void {}

  say(message: unknown): void {
    this.#said.fire(message);
  }

  dispose(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#closed.fire();
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) {
      throw new Error('Webview is disposed');
    }
  }
}

/** Begins something that shows its progress, closes the page before that is over, and waits for what comes of it. */
export async function closedMeanwhile(page: { dispose(): void }, begin: () => void): Promise<void> {
  const { withProgress } = vscode.window;
  let isClosed = () => {};
  const closed = new Promise<void>(resolve => {
    isClosed = resolve;
  });
  let under: Thenable<unknown> | undefined;
  Object.assign(vscode.window, {
    withProgress: (options: vscode.ProgressOptions, work: Parameters<typeof withProgress>[1]) => {
      under = withProgress(options, async (...given) => {
        const result = await work(...given);
        await closed;
        return result;
      });
      return under;
    },
  });
  try {
    begin();
    await until('the progress', () => under !== undefined);
    page.dispose();
    isClosed();
    await under;
    // Whoever waited for the same comes first.
    await new Promise(resolve => setTimeout(resolve));
  } finally {
    Object.assign(vscode.window, { withProgress });
  }
}
