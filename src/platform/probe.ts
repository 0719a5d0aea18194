import { bearerChallenge } from '../core/oauth/challenge.ts';
import type { HttpInit } from '../core/oauth/http.ts';
import { findResourceMetadata } from '../core/oauth/resourceMetadata.ts';

/** What an unauthenticated request tells about how a server wants to be authenticated to. */
export interface ProbeResult {
  readonly outcome: 'open' | 'refused' | 'other' | 'unreachable';
  /** A guess from the challenge or the body, where they say something. */
  readonly kind?: 'apiKey' | 'bearer' | 'oauth';
  /** The header that the server asked for by name. */
  readonly header?: string;
}

const timeLimit = 5000;
const sizeLimit = 16 * 1024;

/**
 * Asks a server for `initialize` without any credential and reads the refusal (RFC 9110 section 11.6.1). No redirect is followed,
 * a slow server is given up, and of the body only the beginning is read.
 * @param signal ends it early
 */
export async function probeServer(url: string, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: { name: 'mcp-keyring', version: '1' },
        },
      }),
    });
    if (response.status !== 401 && response.status !== 403) {
      await response.body?.cancel();
      return { outcome: response.ok ? 'open' : 'other' };
    }
    const challenge = response.headers.get('www-authenticate') ?? '';
    const guessed = guess(challenge, await beginning(response));
    return guessed.kind !== 'apiKey' && (await publishesMetadata(url, challenge, signal))
      ? { outcome: 'refused', kind: 'oauth' }
      : { outcome: 'refused', ...guessed };
  } catch {
    return { outcome: 'unreachable' };
  }
}

/** Whether the server says who gives tokens for it (RFC 9728): then a person can sign in. */
async function publishesMetadata(url: string, challenge: string, signal: AbortSignal): Promise<boolean> {
  const named = bearerChallenge(challenge)?.resourceMetadata;
  if (named !== undefined) {
    return true;
  }
  const context = { http: (place: string, init: HttpInit) => fetch(place, init as RequestInit), signal, timeLimit };
  const found = await findResourceMetadata(context, { serverUrl: url }, undefined);
  return found.ok && found.value !== undefined;
}

/** Servers challenge with `Bearer` while they want an API key, so a header that is named counts first. */
function guess(challenge: string, body: string): Pick<ProbeResult, 'kind' | 'header'> {
  const named = /\b(x-[a-z0-9-]*(?:key|token|auth)[a-z0-9-]*)\b/i.exec(`${body}\n${challenge}`)?.[1];
  if (named) {
    return { kind: 'apiKey', header: named };
  }
  if (bearerChallenge(challenge) || /\b(?:bearer|jwt|token)\b/i.test(body)) {
    return { kind: 'bearer' };
  }
  return /\bapi[- _]?key\b/i.test(`${body}\n${challenge}`) ? { kind: 'apiKey' } : {};
}

async function beginning(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (reader && text.length < sizeLimit) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text.slice(0, sizeLimit);
}
