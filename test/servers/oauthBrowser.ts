/** Where a sign-in ended: at the redirect that nobody here answers, or at a last page. */
export type SignInEnd = { readonly callback: URL } | { readonly page: string; readonly url: string };

export interface SignInOptions {
  /** Where to stop: the URL, without its query, that the authorization server sends the browser back to. */
  readonly redirectUri: string;
  /** What to type into fields, by name. */
  readonly answers?: Readonly<Record<string, string>>;
  /** The value of the button pressed on every page that has several; the first button when left out. */
  readonly press?: string;
}

/**
 * As much of a browser as the pages of the test provider need: cookies, redirects, one form a page. It follows links from
 * `start` until it is sent to the redirect URI or meets a page without a form.
 */
export async function signInByFetch(start: string, options: SignInOptions): Promise<SignInEnd> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      ...(form !== undefined && { body: form }),
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') {
        cookies.delete(name);
      } else {
        cookies.set(name, value);
      }
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, url);
      if (`${next.origin}${next.pathname}` === options.redirectUri) {
        return { callback: next };
      }
      url = next.href;
      form = undefined;
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*\saction="([^"]*)"/.exec(page)?.[1];
    if (action === undefined) {
      return { page, url };
    }
    form = fillIn(page, options);
    url = new URL(unescapeHtml(action), url).href;
  }
  throw new Error('The sign-in goes round in circles.');
}

function fillIn(page: string, { answers = {}, press }: SignInOptions): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(input, 'name');
    if (name !== undefined) {
      form.set(name, answers[name] ?? attribute(input, 'value') ?? '');
    }
  }
  const buttons = [...page.matchAll(/<button\b[^>]*>/g)].map(([button]) => button);
  const pressed = buttons.find(button => press !== undefined && attribute(button, 'value') === press) ?? buttons[0];
  const name = pressed && attribute(pressed, 'name');
  if (pressed && name !== undefined) {
    form.set(name, attribute(pressed, 'value') ?? '');
  }
  return form;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
