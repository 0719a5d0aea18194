import { readUrl } from '../config/url.ts';
import { fail, ok, type Result } from '../result.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';

/** `fetch`, or a fake of it. It is never called but by {@link boundedFetch}. */
export type Http = (url: string, init: HttpInit) => Promise<Response>;

export interface HttpInit {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Always: whoever redirects a request with a credential gets to see the credential. */
  readonly redirect: 'manual';
  readonly credentials: 'omit';
  readonly cache: 'no-store';
  readonly signal: AbortSignal;
}

/** What every request of OAuth is made with. */
export interface HttpContext {
  readonly http: Http;
  /** Ends it early; the failure is `cancelled` then. */
  readonly signal?: AbortSignal;
  /** For the whole answer, in ms; 15 s when left out. */
  readonly timeLimit?: number;
  /** For the body, in bytes; 256 KiB when left out. */
  readonly sizeLimit?: number;
  /** The user said yes to plain http to hosts that aren't loopback, for this server. */
  readonly insecureAllowed?: boolean;
}

export interface HttpRequest {
  readonly method?: HttpInit['method'];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that has been read to its end. */
export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Empty for a status whose body nobody wants. */
  readonly text: string;
}

export const defaultTimeLimit = 15_000;
export const defaultSizeLimit = 256 * 1024;

/**
 * Fetches with limits in time and size, over https or to loopback only, without following redirects or sending cookies.
 * An answer with any other status than a redirect is `ok`: what it means is for the caller to say.
 *
 * Fails with `url-forbidden`, `network` (`data.reason` is the system's error code, such as `ECONNREFUSED`), `timeout`,
 * `cancelled`, `redirected`, `too-large`.
 */
export async function boundedFetch(
  context: HttpContext,
  url: string,
  request: HttpRequest = {},
): Promise<Result<HttpAnswer, OAuthFailure>> {
  const where = placeOf(url);
  const parts = readUrl(url);
  if (!parts.ok || (parts.value.security === 'insecure' && !context.insecureAllowed)) {
    return fail(oauthFailure('url-forbidden', { url: where, reason: parts.ok ? 'insecure' : parts.error }));
  }
  if (context.signal?.aborted) {
    return fail(oauthFailure('cancelled', { url: where }));
  }
  const timeLimit = context.timeLimit ?? defaultTimeLimit;
  const timeout = AbortSignal.timeout(timeLimit);
  const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
  try {
    const response = await orAborted(
      context.http(url, {
        method: request.method ?? 'GET',
        headers: { Accept: 'application/json', ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal,
      }),
      signal,
    );
    // A browser tells of a redirect that it didn't follow by type and status 0, Node by the status itself.
    if (
      response.type === 'opaqueredirect' ||
      response.status === 0 ||
      (response.status >= 300 && response.status < 400)
    ) {
      discard(response);
      const location = response.headers.get('location');
      return fail(oauthFailure('redirected', { url: where, ...(location !== null && { to: placeOf(location, url) }) }));
    }
    const sizeLimit = context.sizeLimit ?? defaultSizeLimit;
    const text = await readText(response, sizeLimit, signal);
    return text === undefined
      ? fail(oauthFailure('too-large', { url: where, limit: sizeLimit }))
      : ok({ url, status: response.status, headers: response.headers, text });
  } catch (error) {
    if (context.signal?.aborted) {
      return fail(oauthFailure('cancelled', { url: where }));
    }
    if (timeout.aborted) {
      return fail(oauthFailure('timeout', { url: where, limit: timeLimit }));
    }
    const reason = systemCode(error);
    return fail(oauthFailure('network', { url: where, ...(reason !== undefined && { reason }) }));
  }
}

/** A URL without its query and fragment, in which secrets may stand; for messages and logs. */
export function placeOf(url: string, base?: string): string {
  try {
    const { origin, protocol, pathname } = new URL(url, base);
    return origin === 'null' ? protocol : `${origin}${pathname}`;
  } catch {
    return '';
  }
}

async function readText(response: Response, limit: number, signal: AbortSignal): Promise<string | undefined> {
  if (Number(response.headers.get('content-length')) > limit) {
    discard(response);
    return undefined;
  }
  const reader = response.body?.getReader();
  if (!reader) {
    return '';
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) {
        return text + decoder.decode();
      }
      size += value.byteLength;
      if (size > limit) {
        return undefined;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** Rejects as soon as the signal aborts, also where the port pays no heed to it. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The code that the system's error has in Node's `fetch`, one or two causes deep. */
export function systemCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z][A-Z0-9_]{2,63}$/.test(cause.code)) {
      return cause.code;
    }
  }
  return undefined;
}
