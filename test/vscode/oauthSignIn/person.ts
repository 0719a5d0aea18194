import * as vscode from 'vscode';
import { signInByFetch } from '../../servers/oauthBrowser.ts';

/**
 * A person whose browser VS Code opens: they go through the provider's own pages, and the browser follows the redirect to
 * whoever waits for it.
 */
export class Person {
  /** What VS Code was asked to open. */
  readonly opened: string[] = [];
  /** The pages that the browser ended on, as the person sees them. */
  readonly pages: { readonly status: number; readonly text: string; readonly headers: Headers }[] = [];
  /** What went wrong in their browser. */
  readonly troubles: unknown[] = [];
  /** Which button they press on every page. */
  press: string | undefined;
  /** What they do instead, with the address that was opened. */
  instead: ((url: string) => unknown) | undefined;
  readonly #original = vscode.env.openExternal;

  sitDown(): void {
    Object.assign(vscode.env, {
      openExternal: async (target: unknown) => {
        const url = String(target);
        this.opened.push(url);
        void (async () => (this.instead ? this.instead(url) : this.signIn(url)))().catch(error => {
          this.troubles.push(error);
        });
        return true;
      },
    });
  }

  leave(): void {
    Object.assign(vscode.env, { openExternal: this.#original });
  }

  /** Goes through the pages, and on to where the browser is sent. */
  async signIn(url: string): Promise<void> {
    const redirect = new URL(new URL(url).searchParams.get('redirect_uri') ?? 'http://127.0.0.1/none');
    const end = await signInByFetch(url, {
      redirectUri: `${redirect.origin}${redirect.pathname}`,
      ...(this.press !== undefined && { press: this.press }),
    });
    if ('callback' in end) {
      await this.land(end.callback.href);
    }
  }

  /** Follows a redirect to the extension. */
  async land(url: string): Promise<void> {
    const response = await fetch(url);
    this.pages.push({ status: response.status, text: await response.text(), headers: response.headers });
  }
}
