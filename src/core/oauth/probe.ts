import { fail, ok, type Result } from '../result.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { boundedFetch, type HttpContext, placeOf } from './http.ts';

/** A refusal, with its `WWW-Authenticate` if there is one. */
export interface Refusal {
  readonly status: number;
  readonly challenge?: string;
}

/**
 * Asks an MCP server for something without a token, to be refused. Some servers let everybody `initialize` and refuse only
 * what comes next, so `tools/list` is asked for too, and a session that came about is ended.
 *
 * Fails with `not-protected` if nothing is refused, and with what {@link boundedFetch} fails with.
 */
export async function probeForChallenge(
  context: HttpContext,
  serverUrl: string,
): Promise<Result<Refusal, OAuthFailure>> {
  const initialized = await post(context, serverUrl, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'mcp-keyring', version: '1' },
  });
  if (!initialized.ok) {
    return initialized;
  }
  if (initialized.value.status >= 500) {
    return fail(oauthFailure('server-error', { url: placeOf(serverUrl), status: initialized.value.status }));
  }
  const first = readRefusal(initialized.value);
  if (first) {
    return ok(first);
  }
  const session = initialized.value.headers.get('mcp-session-id');
  const headers = { ...(session !== null && { 'Mcp-Session-Id': session }), 'MCP-Protocol-Version': '2025-11-25' };
  const listed = await post(context, serverUrl, 'tools/list', {}, headers);
  if (session !== null) {
    await boundedFetch(context, serverUrl, { method: 'DELETE', headers });
  }
  if (!listed.ok) {
    return listed;
  }
  const second = readRefusal(listed.value);
  return second
    ? ok(second)
    : fail(oauthFailure('not-protected', { url: placeOf(serverUrl), status: listed.value.status }));
}

function post(context: HttpContext, url: string, method: string, params: object, headers: Record<string, string> = {}) {
  return boundedFetch(context, url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

/** Only success is no refusal: servers say no with 400, 403 and 404 too, and their metadata may still be found. */
function readRefusal({ status, headers }: { status: number; headers: Headers }): Refusal | undefined {
  const challenge = headers.get('www-authenticate');
  return status >= 400 ? { status, ...(challenge !== null && { challenge }) } : undefined;
}
