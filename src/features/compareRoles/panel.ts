import * as vscode from 'vscode';
import { matrixCsv, matrixMarkdown } from '../../core/roleMatrix/export.ts';
import type { RoleMatrix } from '../../core/roleMatrix/matrix.ts';
import { webviews } from '../../ids.ts';
import type { HttpServer } from '../../platform/serverHeaders.ts';
import { pageFolder, pageHtml } from '../../platform/webview/page.ts';
import type { Services } from '../../services.ts';
import { type MatrixMessage, type MatrixRequest, matrixRequests } from './matrixView.ts';
import { exportWords, matrixView, title } from './matrixWords.ts';

export interface ShownMatrix {
  readonly server: HttpServer;
  readonly matrix: RoleMatrix;
  /** Asks the server again, with the same roles. */
  readonly again: () => Promise<RoleMatrix>;
}

/** Shows a matrix in a panel of its own. It holds no secret, and is gone with its tab. */
export function showMatrix(services: Services, shown: ShownMatrix): void {
  const name = title(shown.server.target.server);
  const panel = vscode.window.createWebviewPanel(webviews.roleMatrix, name, vscode.ViewColumn.Active);
  new MatrixPanel(services, panel, shown).open(name);
}

class MatrixPanel {
  readonly #services: Services;
  readonly #panel: vscode.WebviewPanel;
  readonly #shown: ShownMatrix;
  #matrix: RoleMatrix;
  #at: number;
  #asking = false;
  #isClosed = false;

  constructor(services: Services, panel: vscode.WebviewPanel, shown: ShownMatrix) {
    this.#services = services;
    this.#panel = panel;
    this.#shown = shown;
    this.#matrix = shown.matrix;
    this.#at = services.clock.now();
  }

  open(name: string): void {
    const { extensionUri } = this.#services.context;
    const { webview } = this.#panel;
    webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [pageFolder(extensionUri)] };
    const subscription = webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    this.#panel.onDidDispose(() => {
      this.#isClosed = true;
      subscription.dispose();
    });
    webview.html = pageHtml(webview, extensionUri, 'roleMatrix', name);
  }

  #receive(message: unknown): void {
    if (!isRequest(message)) {
      this.#services.log.warn('panel-message-ignored');
      return;
    }
    this.#answer(message).catch(error => this.#services.commands.show(error));
  }

  async #answer(request: MatrixRequest): Promise<void> {
    switch (request) {
      case 'ready':
        // A page that was hidden comes back empty.
        this.#tell();
        return;
      case 'copyMarkdown':
        await vscode.env.clipboard.writeText(matrixMarkdown(this.#title, this.#matrix, exportWords()));
        vscode.window.setStatusBarMessage(vscode.l10n.t('Table copied as Markdown.'), 5000);
        return;
      case 'saveCsv':
        return this.#saveCsv();
      case 'again':
        return this.#again();
    }
  }

  async #saveCsv(): Promise<void> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const name = `roles-${this.#shown.server.target.server.replace(/[^\w-]+/g, '-').slice(0, 40)}.csv`;
    const uri = await vscode.window.showSaveDialog({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
      filters: { CSV: ['csv'] },
    });
    if (uri) {
      const text = matrixCsv(this.#matrix, exportWords());
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    }
  }

  async #again(): Promise<void> {
    if (this.#asking) {
      return;
    }
    this.#asking = true;
    this.#post({ type: 'busy', busy: true });
    try {
      this.#matrix = await this.#shown.again();
      this.#at = this.#services.clock.now();
      this.#tell();
    } finally {
      this.#asking = false;
      this.#post({ type: 'busy', busy: false });
    }
  }

  get #title(): string {
    return title(this.#shown.server.target.server);
  }

  #tell(): void {
    const { target, canonicalUrl } = this.#shown.server;
    this.#post({ type: 'view', view: matrixView(target.server, canonicalUrl, this.#matrix, this.#at) });
  }

  #post(message: MatrixMessage): void {
    // An answer may come when the page is gone.
    if (!this.#isClosed) {
      void this.#panel.webview.postMessage(message);
    }
  }
}

/** The page runs foreign text past a script, and so isn't believed. */
function isRequest(message: unknown): message is MatrixRequest {
  return (matrixRequests as readonly unknown[]).includes(message);
}
