import * as vscode from 'vscode';
import type { PendingAuthorization } from '../../core/oauth/authorizationCode.ts';
import { BrowserSignIns, type SignInEnd } from '../../core/oauth/browserSignIns.ts';
import { type OAuthFailure, oauthFailure } from '../../core/oauth/failures.ts';
import { landingPage } from '../../core/oauth/landingPage.ts';
import {
  defaultRedirect,
  type LoopbackRedirect,
  loopbackUri,
  readLoopbackRedirect,
  readUriQuery,
} from '../../core/oauth/redirects.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import type { TokenSet } from '../../core/oauth/tokens.ts';
import type { Clock, Disposable, Log } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { HostKind } from '../hostKind.ts';
import type { LoopbackReceivers } from '../node/loopbackReceiver.ts';
import { landingTexts } from './landingTexts.ts';

/** An address that the browser can come back to, as long as it isn't closed. */
export interface OpenRedirect {
  readonly uri: string;
  close(): void;
}

export interface SignInBrowserOptions {
  /** `publisher.name`, under which VS Code hands URIs to the extension. */
  readonly extensionId: string;
  readonly host: HostKind;
  readonly clock: Clock;
  readonly log: Log;
  /** Says a sentence to the person when the browser brought something that nobody here waits for. */
  readonly tell: (failure: OAuthFailure) => void;
}

const callbackPath = '/oauth-callback';

/** Sends people to their browser to sign in, and takes what it brings back: on loopback where that is here, else by VS Code's URIs. */
export class SignInBrowser implements Disposable {
  readonly #options: SignInBrowserOptions;
  readonly #signIns: BrowserSignIns;
  #receivers: Promise<LoopbackReceivers> | undefined;

  constructor(options: SignInBrowserOptions) {
    this.#options = options;
    this.#signIns = new BrowserSignIns(options.clock);
  }

  /**
   * Makes ready to be come back to.
   * @param wanted a redirect URI on loopback, with or without port; empty for what suits the host
   * @param preferredPort of any port, this one if it's free
   */
  async open(wanted: string, preferredPort = 0): Promise<Result<OpenRedirect, OAuthFailure>> {
    const { host } = this.#options;
    if (wanted === '' && host !== 'node') {
      return ok(await this.#openUri());
    }
    const redirect = wanted === '' ? ok(defaultRedirect) : readLoopbackRedirect(wanted);
    if (!redirect.ok) {
      return redirect;
    }
    if (host === 'web') {
      return fail(oauthFailure('redirect-unusable', { redirectUri: wanted }));
    }
    const { port } = redirect.value;
    const opened =
      port === 0 && preferredPort !== 0
        ? ((await this.#openLoopback({ ...redirect.value, port: preferredPort })) ??
          (await this.#openLoopback(redirect.value)))
        : await this.#openLoopback(redirect.value);
    return opened ? ok(opened) : fail(oauthFailure('port-taken', { port }));
  }

  /** Waits for the browser; see {@link BrowserSignIns.wait}. */
  wait(context: OAuthContext, pending: PendingAuthorization): Promise<Result<TokenSet, OAuthFailure>> {
    return this.#signIns.wait(context, pending);
  }

  /** Takes a URI that VS Code got for this extension. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    if (uri.path !== callbackPath) {
      this.#options.log.warn('uri-unknown');
      return;
    }
    const end = await this.#deliver(readUriQuery(uri.query));
    // Whoever waits for a sign-in tells how it ended; for an answer to none there is nobody else to tell.
    if (
      end.kind === 'failed' &&
      (end.failure.code === 'callback-unknown' || end.failure.code === 'callback-replayed')
    ) {
      this.#options.tell(end.failure);
    }
  }

  dispose(): void {
    this.#receivers?.then(receivers => receivers.dispose()).catch(() => {});
  }

  async #openUri(): Promise<OpenRedirect> {
    const { extensionId } = this.#options;
    const own = vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: extensionId, path: callbackPath });
    // In a browser this becomes an address of its server, and on the desktop it names this window.
    const external = await vscode.env.asExternalUri(own);
    // Not encoded once more: the query's separators have to stay what they are.
    return { uri: external.toString(true), close: () => {} };
  }

  async #openLoopback(redirect: LoopbackRedirect): Promise<OpenRedirect | undefined> {
    this.#receivers ??= import('../node/loopbackReceiver.ts').then(
      ({ LoopbackReceivers }) =>
        new LoopbackReceivers(async parameters => landingPage(landingTexts(await this.#deliver(parameters)))),
    );
    const receiver = await (await this.#receivers).open(redirect);
    return receiver && { uri: loopbackUri(redirect, receiver.port), close: () => receiver.close() };
  }

  async #deliver(parameters: URLSearchParams): Promise<SignInEnd> {
    const end = await this.#signIns.deliver(parameters);
    if (end.kind === 'failed') {
      this.#options.log.warn('sign-in-answer-refused', { code: end.failure.code });
    }
    return end;
  }
}
