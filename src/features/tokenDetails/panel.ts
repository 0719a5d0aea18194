import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { currentToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { looksLikeJwt } from '../../core/jwt/decode.ts';
import type { Disposable } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import { type TokenDetails, tokenDetails, type VerificationCheck } from '../../core/tokenDetails/details.ts';
import { type PanelAction, type PanelRequest, readPanelRequest } from '../../core/tokenDetails/requests.ts';
import { checkName, checkText } from '../../platform/checkTexts.ts';
import { runCommand } from '../../platform/commands.ts';
import { pageFolder, pageHtml } from '../../platform/webview/page.ts';
import type { Services } from '../../services.ts';
import type { EmptyView, PanelMessage } from './panelView.ts';
import { panelView } from './panelWords.ts';

/**
 * One credential's panel. VS Code throws the page away whenever its tab is hidden, and with it whatever it showed; a page that
 * comes back says `ready` and is told everything anew, but never the token.
 */
export class TokenDetailsPanel implements Disposable {
  readonly #services: Services;
  readonly #panel: vscode.WebviewPanel;
  readonly #credentialId: string;
  readonly #subscriptions: Disposable[];
  /** What the page has been told last, as JSON; undefined while it is not there. */
  #told: string | undefined;
  #pageIsReady = false;
  /** VS Code refuses every question about a closed panel. */
  #isClosed = false;
  /** The token that the page knows the shape of. */
  #token: Secret | undefined;
  #tokenVersion = 0;
  #wasThere = false;

  constructor(services: Services, panel: vscode.WebviewPanel, credentialId: string) {
    this.#services = services;
    this.#panel = panel;
    this.#credentialId = credentialId;
    const { extensionUri } = services.context;
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage(message => this.#receive(message)),
      panel.onDidChangeViewState(() => this.#viewStateChanged()),
      panel.onDidDispose(() => this.dispose()),
      services.inventory.onDidChange(() => this.#update()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#update()),
    ];
    panel.webview.options = { enableScripts: true, enableForms: false, localResourceRoots: [pageFolder(extensionUri)] };
    panel.webview.html = pageHtml(panel.webview, extensionUri, 'tokenDetails', vscode.l10n.t('Token Details'));
    this.#update();
  }

  /** Brings the panel to the front. */
  reveal(): void {
    this.#panel.reveal();
  }

  /** Closes the panel. */
  dispose(): void {
    this.#isClosed = true;
    for (const subscription of this.#subscriptions.splice(0)) {
      subscription.dispose();
    }
    this.#panel.dispose();
  }

  #viewStateChanged(): void {
    if (!this.#panel.visible) {
      this.#pageIsReady = false;
      this.#told = undefined;
    }
  }

  /** Tells the page what has changed, if anything has. */
  #update(): void {
    const details = this.#details();
    this.#panel.title = details
      ? vscode.l10n.t('{0} (token details)', plainText(details.name, 40))
      : vscode.l10n.t('Token Details');
    if (!this.#pageIsReady) {
      return;
    }
    const message: PanelMessage = details
      ? { type: 'view', view: panelView(details, this.#versionOfToken()) }
      : { type: 'empty', empty: this.#empty() };
    const told = JSON.stringify(message);
    if (told !== this.#told) {
      this.#told = told;
      this.#post(message);
    }
  }

  #details(): TokenDetails | undefined {
    // The inventory may still know what was read before; without trust, nothing is shown of it.
    if (!vscode.workspace.isTrusted) {
      return undefined;
    }
    const { inventory, vault, clock, settings } = this.#services;
    const view = { now: clock.now(), toleranceSeconds: settings.clockToleranceSeconds };
    const details = tokenDetails(inventory.snapshot, this.#credentialId, vault, view, this.#checks());
    this.#wasThere ||= details !== undefined;
    return details;
  }

  /** What came of the last verification of the token as it is now. */
  #checks(): readonly VerificationCheck[] | undefined {
    const found = this.#services.inventory.snapshot.credentials.find(
      ({ credential }) => credential.id === this.#credentialId,
    );
    return found?.verification?.result.checks.map(check => ({
      check: checkName(check.check),
      outcome: check.outcome,
      text: checkText(check),
    }));
  }

  /** Counts the tokens that the credential has had, so that the page can tell one from the next without seeing either. */
  #versionOfToken(): number {
    const credential = this.#services.vault.credential(this.#credentialId);
    const token = credential && currentToken(credential);
    if (token && !(this.#token && token.equals(this.#token))) {
      this.#tokenVersion++;
    }
    this.#token = token;
    return this.#tokenVersion;
  }

  #empty(): EmptyView {
    if (!vscode.workspace.isTrusted) {
      return {
        title: vscode.l10n.t('Restricted Mode'),
        text: vscode.l10n.t(
          'This workspace is not trusted. MCP Keyring does not read the keyring in it, so there is nothing to show.',
        ),
        button: { label: vscode.l10n.t('Manage Workspace Trust'), request: 'manageTrust' },
      };
    }
    const { inventory } = this.#services;
    const close = { label: vscode.l10n.t('Close'), request: 'close' } as const;
    switch (inventory.snapshot.vault) {
      case 'loading':
      case 'restricted':
        return { title: vscode.l10n.t('Reading the keyring...'), text: '' };
      case 'unavailable':
        return {
          title: vscode.l10n.t('The keyring cannot be reached'),
          text: vscode.l10n.t('The keyring of this computer cannot be reached. Nothing was changed.'),
          button: close,
        };
      case 'ready':
        break;
    }
    if (inventory.snapshot.damaged.some(({ id }) => id === this.#credentialId)) {
      return {
        title: vscode.l10n.t('This credential cannot be read'),
        text: vscode.l10n.t('Its entry in the keyring is damaged. It is kept until you delete it.'),
        button: close,
      };
    }
    return {
      title: this.#wasThere ? vscode.l10n.t('Deleted') : vscode.l10n.t('No longer there'),
      text: this.#wasThere
        ? vscode.l10n.t('This credential has just been deleted from the keyring, here or in another window.')
        : vscode.l10n.t('This credential is no longer in the keyring.'),
      button: close,
    };
  }

  #receive(message: unknown): void {
    const request = readPanelRequest(message);
    if (!request) {
      this.#services.log.warn('panel-message-ignored');
      return;
    }
    this.#answer(request).catch(error => this.#services.commands.show(error));
  }

  async #answer(request: PanelRequest): Promise<void> {
    switch (request.type) {
      case 'ready':
        this.#pageIsReady = true;
        this.#told = undefined;
        this.#update();
        return;
      case 'reveal':
        return this.#revealToken(request.request);
      case 'copy':
        return this.#copy();
      case 'run':
        return this.#run(request.action);
      case 'describe':
        return this.#describe(request.text);
      case 'showInFile':
        return this.#showInFile(request.place);
      case 'copyExample':
        return this.#copyExample(request.example);
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      case 'close':
        this.dispose();
    }
  }

  /** The only place where a secret goes to the page, and only to one that can be seen. */
  async #revealToken(request: string): Promise<void> {
    const token = currentToken(await this.#read());
    // Reading takes its time, and the tab may be hidden or closed by now.
    if (!token || this.#isClosed || !this.#panel.visible || !this.#pageIsReady) {
      return;
    }
    const text = token.reveal();
    const parts = text.split('.');
    this.#post({ type: 'token', request, segments: looksLikeJwt(text) && parts.length === 3 ? parts : [text] });
  }

  async #copy(): Promise<void> {
    const { vault, clock, clipboard, settings } = this.#services;
    const token = currentToken(await this.#read());
    if (!token) {
      return;
    }
    const seconds = settings.clearClipboardSeconds;
    await clipboard.copy(token, seconds);
    vscode.window.setStatusBarMessage(
      seconds > 0
        ? vscode.l10n.t('Token copied. It leaves the clipboard in {0} seconds.', seconds)
        : vscode.l10n.t('Token copied.'),
      5000,
    );
    await vault.updateCredential(this.#credentialId, credential =>
      withEvent(credential, { at: clock.now(), event: 'copied' }),
    );
  }

  async #run(action: PanelAction): Promise<void> {
    const target = { credentialId: this.#credentialId };
    switch (action) {
      case 'renew':
        await runCommand('mcpKeyring.credentials.renew', target);
        return;
      case 'signIn':
        await runCommand('mcpKeyring.credentials.signIn', target);
        return;
      case 'replace':
        await runCommand('mcpKeyring.credentials.replaceToken', target);
        return;
      case 'rename':
        await runCommand('mcpKeyring.credentials.rename', target);
        return;
      case 'verify':
        await runCommand('mcpKeyring.verifyToken', target);
        return;
      case 'editClaims':
        await runCommand('mcpKeyring.credentials.editClaims', target);
        return;
      case 'showClaims':
        await runCommand('mcpKeyring.credentials.showClaims', target);
        return;
      case 'revoke':
      case 'replaceRevoked':
        // Of a credential that is revoked already, it offers the replacement.
        await runCommand('mcpKeyring.credentials.revoke', target);
        return;
      case 'delete':
        await runCommand('mcpKeyring.credentials.delete', target);
    }
  }

  async #describe(text: string): Promise<void> {
    const description = text.trim();
    await this.#services.vault.updateCredential(this.#credentialId, credential => {
      const { description: _, ...rest } = credential;
      return description === '' ? rest : { ...rest, description };
    });
    // Where nothing has changed, the page still has to leave its editor.
    this.#post({ type: 'described' });
  }

  async #showInFile(key: string): Promise<void> {
    const place = this.#details()
      ?.attachments.flatMap(({ places }) => places)
      .find(candidate => candidate.delivery !== 'provided' && candidate.key === key);
    if (place && place.delivery !== 'provided') {
      const { file, server, header } = place;
      await runCommand('mcpKeyring.servers.revealInFile', { file, server, header });
    }
  }

  async #copyExample(id: string): Promise<void> {
    const example = this.#details()?.examples.find(candidate => candidate.id === id);
    if (example) {
      await vscode.env.clipboard.writeText(example.text);
      vscode.window.setStatusBarMessage(vscode.l10n.t('Command copied.'), 5000);
    }
  }

  async #read(): Promise<Credential> {
    const { vault } = this.#services;
    await vault.load();
    return vault.readCredential(this.#credentialId);
  }

  #post(message: PanelMessage): void {
    if (!this.#isClosed) {
      void this.#panel.webview.postMessage(message);
    }
  }
}
