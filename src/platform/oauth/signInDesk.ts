import type * as vscode from 'vscode';
import type { Vault } from '../../core/credentials/vault.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import type { Clock, Disposable, Log } from '../../core/ports.ts';
import type { CommandRegistry } from '../commands.ts';
import { hostKind } from '../hostKind.ts';
import type { Settings } from '../settings.ts';
import type { FlowTools } from './flow.ts';
import { SignInBrowser } from './signInBrowser.ts';

export interface SignInDeskParts {
  readonly context: vscode.ExtensionContext;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Settings;
  readonly commands: CommandRegistry;
}

/** What the sign-ins of this window share: where browsers come back to, and what flows work with. */
export class SignInDesk implements Disposable {
  readonly #tools: FlowTools;

  constructor({ context, vault, clock, log, settings, commands }: SignInDeskParts) {
    const host = hostKind(context);
    const browser = new SignInBrowser({
      extensionId: context.extension.id,
      host,
      clock,
      log,
      tell: failure => commands.show(oauthError(failure)),
    });
    this.#tools = { vault, clock, log, settings, browser, host };
  }

  tools(): FlowTools {
    return this.#tools;
  }

  /** Takes a URI that VS Code got for this extension. */
  handleUri(uri: vscode.Uri): Promise<void> {
    return this.#tools.browser.handleUri(uri);
  }

  dispose(): void {
    this.#tools.browser.dispose();
  }
}
