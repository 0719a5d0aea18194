import { readUrl, transportSecurity } from '../config/url.ts';
import type { FindingData } from '../findings.ts';
import { fail, ok, type Result } from '../result.ts';

export interface FetchLimits {
  /** Of the body, decompressed. */
  readonly maximumBytes: number;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
}

export interface FetchProblem {
  readonly reason: FetchProblemReason;
  /** `url` always; `status`, `location`, `limit` where they say more. Nothing of the body. */
  readonly data: FindingData;
}

export type FetchProblemReason =
  | 'url-invalid'
  | 'insecure-url' // http to a host that isn't this machine
  | 'redirected' // data: status, location
  | 'timed-out' // data: timeoutMs
  | 'too-large' // data: limit, in bytes
  | 'http-status' // data: status
  | 'not-json'
  | 'unreachable';

/** Gets a JSON document from a URL, without any credential. A port: tests and the browser have their own. */
export type FetchJson = (url: string, limits: FetchLimits) => Promise<Result<unknown, FetchProblem>>;

/** What is enough for any JWKS or metadata document. */
export const documentLimits: FetchLimits = { maximumBytes: 512 * 1024, timeoutMs: 10_000 };

/**
 * Gets JSON with a `fetch`: https or loopback alone, no redirect followed, and no more read than the limit allows. Never
 * throws.
 */
export function fetchJsonWith(fetchFunction: typeof fetch): FetchJson {
  return async (url, limits) => {
    const problem = checkFetchUrl(url);
    if (problem) {
      return fail(problem);
    }
    const signal = AbortSignal.timeout(limits.timeoutMs);
    try {
      const response = await fetchFunction(url, {
        redirect: 'manual',
        credentials: 'omit',
        headers: { accept: 'application/json' },
        signal,
      });
      return await readResponse(url, response, limits);
    } catch {
      return signal.aborted
        ? fail({ reason: 'timed-out', data: { url, timeoutMs: limits.timeoutMs } })
        : fail({ reason: 'unreachable', data: { url } });
    }
  };
}

/** Why nothing is fetched from a URL; undefined where it may be. */
export function checkFetchUrl(url: string): FetchProblem | undefined {
  const parts = readUrl(url);
  // A user name would be sent as a credential, to a host that nobody attached it to.
  if (!parts.ok || parts.value.hasUserInfo) {
    return { reason: 'url-invalid', data: { url: parts.ok ? parts.value.canonical : url } };
  }
  return transportSecurity(url) === 'insecure' ? { reason: 'insecure-url', data: { url } } : undefined;
}

async function readResponse(
  url: string,
  response: Response,
  { maximumBytes }: FetchLimits,
): Promise<Result<unknown, FetchProblem>> {
  const { status } = response;
  // In a browser a redirect that isn't followed has the status 0.
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    return fail({ reason: 'redirected', data: { url, status, location: response.headers.get('location') ?? '' } });
  }
  if (!response.ok) {
    await response.body?.cancel();
    return fail({ reason: 'http-status', data: { url, status } });
  }
  const text = await readText(response, maximumBytes);
  if (text === undefined) {
    return fail({ reason: 'too-large', data: { url, limit: maximumBytes } });
  }
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail({ reason: 'not-json', data: { url } });
  }
}

/** The body as text; undefined if it's longer than allowed, of which no more is read then. */
async function readText(response: Response, maximumBytes: number): Promise<string | undefined> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.length;
    if (bytes > maximumBytes) {
      await reader?.cancel();
      return undefined;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
