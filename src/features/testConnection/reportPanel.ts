import * as vscode from 'vscode';
import type { Diagnosis } from '../../core/connection/diagnosis/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { plainText } from '../../core/text.ts';
import { type ServerTarget, webviews } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { pageFolder, pageHtml } from '../../platform/webview/page.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { type ReportMessage, type ReportRequest, readReportRequest } from './reportView.ts';
import { reportView } from './reportWords.ts';

/** The report on one server. It holds no secret, and shows no text of a server but as text. */
export class ReportPanel implements Disposable {
  readonly #services: Services;
  readonly #target: ServerTarget;
  readonly #again: (tool: string | undefined) => Promise<Diagnosis>;
  readonly #panel: vscode.WebviewPanel;
  #diagnosis: Diagnosis;
  #pageIsReady = false;
  #isTesting = false;
  #isClosed = false;

  /** @param again tests the server once more */
  constructor(
    services: Services,
    target: ServerTarget,
    diagnosis: Diagnosis,
    again: (tool: string | undefined) => Promise<Diagnosis>,
  ) {
    this.#services = services;
    this.#target = target;
    this.#diagnosis = diagnosis;
    this.#again = again;
    const title = vscode.l10n.t('{0} (connection)', plainText(target.server, 40));
    const { extensionUri } = services.context;
    this.#panel = vscode.window.createWebviewPanel(webviews.connectionReport, title, vscode.ViewColumn.Active, {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [pageFolder(extensionUri)],
    });
    this.#panel.webview.onDidReceiveMessage(message => this.#receive(message));
    this.#panel.onDidDispose(() => {
      this.#isClosed = true;
    });
    this.#panel.onDidChangeViewState(() => {
      // A page that is hidden is thrown away, and says that it is ready when it comes back.
      this.#pageIsReady &&= this.#panel.visible;
    });
    this.#panel.webview.html = pageHtml(this.#panel.webview, extensionUri, 'connectionReport', title);
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  /** Shows what a newer test found, in front. */
  show(diagnosis: Diagnosis): void {
    this.#diagnosis = diagnosis;
    // One that is in view keeps the focus where it is.
    if (!this.#panel.visible) {
      this.#panel.reveal();
    }
    this.#update();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #update(): void {
    if (this.#pageIsReady) {
      this.#post({ type: 'report', view: reportView(this.#target.server, this.#diagnosis) });
    }
  }

  #receive(message: unknown): void {
    const request = readReportRequest(message);
    if (!request) {
      this.#services.log.warn('report-message-ignored');
      return;
    }
    this.#answer(request).catch(error => this.#services.commands.show(error));
  }

  async #answer(request: ReportRequest): Promise<void> {
    switch (request.type) {
      case 'ready':
        this.#pageIsReady = true;
        this.#update();
        return;
      case 'again':
        return this.#test(undefined);
      case 'callTool': {
        const tool = await this.#pickTool();
        return this.#test(tool);
      }
      case 'fix': {
        const offer = this.#diagnosis.causes[request.cause]?.offers[request.offer];
        if (offer) {
          await runCommand('mcpKeyring.servers.applyFix', this.#target, offer);
        }
      }
    }
  }

  async #test(tool: string | undefined): Promise<void> {
    if (this.#isTesting) {
      return;
    }
    this.#isTesting = true;
    this.#post({ type: 'testing', text: vscode.l10n.t('Testing...') });
    try {
      const diagnosis = await this.#again(tool);
      if (!this.#isClosed) {
        this.show(diagnosis);
      }
    } finally {
      this.#isTesting = false;
      this.#update();
    }
  }

  /** @throws Cancelled */
  #pickTool(): Promise<string> {
    const all = this.#diagnosis.examination.lists.tools?.items ?? [];
    const tools = all.filter(({ readOnly, callableWithoutArguments }) => readOnly && callableWithoutArguments);
    return new Prompts(vscode.l10n.t('Call a Tool of {0}', plainText(this.#target.server))).pick({
      prompt: vscode.l10n.t('Which tool? It is called without arguments, and its answer is shown in the report.'),
      none: {
        message: vscode.l10n.t(
          'The server has no tool that says of itself that it changes nothing and needs no arguments.',
        ),
      },
      items: tools.map(({ name, description = '' }) => ({
        label: plainText(name),
        description: plainText(description, 100),
        value: name,
      })),
    });
  }

  #post(message: ReportMessage): void {
    // A test may end when the page is gone.
    if (!this.#isClosed) {
      void this.#panel.webview.postMessage(message);
    }
  }
}
