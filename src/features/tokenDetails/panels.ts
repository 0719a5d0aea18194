import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { readPanelState } from '../../core/tokenDetails/requests.ts';
import { type CredentialTarget, webviews } from '../../ids.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import type { Services } from '../../services.ts';
import { TokenDetailsPanel } from './panel.ts';

/** The open panels, one for each credential. */
export class TokenDetailsPanels implements Disposable {
  readonly #services: Services;
  readonly #open = new Map<string, TokenDetailsPanel>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Shows a credential in its panel, a new one or the one that is open. */
  async show(target?: CredentialTarget): Promise<void> {
    const credentialId = target?.credentialId || (await askForCredential(this.#services.vault, undefined)).id;
    const open = this.#open.get(credentialId);
    if (open) {
      open.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      webviews.tokenDetails,
      vscode.l10n.t('Token Details'),
      vscode.ViewColumn.Active,
    );
    this.#adopt(panel, credentialId);
  }

  /** Fills a panel that was open when the window was closed. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const credentialId = readPanelState(state);
    if (credentialId === undefined || this.#open.has(credentialId)) {
      panel.dispose();
      return;
    }
    this.#adopt(panel, credentialId);
  }

  dispose(): void {
    for (const panel of [...this.#open.values()]) {
      panel.dispose();
    }
  }

  #adopt(panel: vscode.WebviewPanel, credentialId: string): void {
    this.#open.set(credentialId, new TokenDetailsPanel(this.#services, panel, credentialId));
    panel.onDidDispose(() => this.#open.delete(credentialId));
  }
}
