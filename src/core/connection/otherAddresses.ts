import { type Http, orAborted } from '../oauth/http.ts';
import type { OtherAddress } from './examination.ts';
import { initializeBody, mcpHeaders } from './initialize.ts';

const timeLimit = 4000;

/** Where clients' documentation puts MCP endpoints, for a server that has none where it was looked for. */
function candidates(serverUrl: string): string[] {
  const { origin, pathname } = new URL(serverUrl);
  const base = pathname.replace(/\/(?:mcp|sse)?\/?$/, '');
  const paths = [`${base}/mcp`, `${base}/sse`, '/mcp', '/sse', '/mcp/', '/'];
  return [...new Set(paths.map(path => `${origin}${path}`))].filter(url => new URL(url).pathname !== pathname);
}

/**
 * Asks, without any credential, whether an MCP server answers at another path of the same origin. At most six small requests.
 * @param isGuarded refusals say nothing: what was looked for is refused to strangers too, and isn't there
 */
export async function findOtherAddresses(
  serverUrl: string,
  http: Http,
  isGuarded: boolean,
  signal?: AbortSignal,
): Promise<OtherAddress[]> {
  const answers = (url: string, method: 'GET' | 'POST') => answersAt(http, url, method, isGuarded, signal);
  const found = await Promise.all(
    candidates(serverUrl).map(async (url): Promise<OtherAddress | undefined> => {
      // A refusal there says nothing about the transport: the path does, by custom.
      if (new URL(url).pathname.endsWith('/sse')) {
        return (await answers(url, 'GET')) ? { url, transport: 'sse' } : undefined;
      }
      return (await answers(url, 'POST')) ? { url, transport: 'streamableHttp' } : undefined;
    }),
  );
  return found.filter(other => other !== undefined);
}

/** JSON-RPC, or the first event of HTTP+SSE. Other programs answer with JSON and with streams as well. */
const mcp = /"jsonrpc"|^event: ?endpoint/m;
/** Enough for the answer to `initialize`, in characters. */
const beginning = 64 * 1024;

async function speaksMcp({ body }: Response, signal: AbortSignal): Promise<boolean> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (reader && text.length < beginning && !mcp.test(text)) {
      const { done, value } = await orAborted(reader.read(), signal);
      if (done) {
        break;
      }
      text += decoder.decode(value, { stream: true });
    }
    return mcp.test(text);
  } finally {
    reader?.cancel().catch(() => undefined);
  }
}

async function answersAt(
  http: Http,
  url: string,
  method: 'GET' | 'POST',
  isGuarded: boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  const limit = AbortSignal.timeout(timeLimit);
  const ends = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    const response = await orAborted(
      http(url, {
        method,
        headers: method === 'POST' ? mcpHeaders : { Accept: 'text/event-stream' },
        ...(method === 'POST' && { body: initializeBody }),
        redirect: 'manual',
        credentials: 'omit',
        cache: 'no-store',
        signal: ends,
      }),
      ends,
    );
    const type = response.headers.get('content-type') ?? '';
    if (response.ok) {
      return /^(?:text\/event-stream|application\/json)\b/i.test(type) && (await speaksMcp(response, ends));
    }
    response.body?.cancel().catch(() => undefined);
    return !isGuarded && (response.status === 401 || response.status === 403) && !/^text\/html\b/i.test(type);
  } catch {
    return false;
  }
}
