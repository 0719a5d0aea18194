import type { MaskedValue } from './maskedValue.ts';

/** One request and what came of it, as far as it may be shown: no secret is in it. Texts of the server are as they came. */
export interface Exchange {
  /** ms since the epoch */
  readonly at: number;
  /** Until the answer's head was there, in ms; absent as long as there is none. */
  readonly duration?: number;
  readonly method: string;
  /** Without its query, in which secrets may stand. */
  readonly url: string;
  /** The JSON-RPC method, where the body has one. */
  readonly rpcMethod?: string;
  readonly sent: readonly SentHeader[];
  readonly status?: number;
  /** Those that say something about a refusal, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the answer's body, at most {@link bodyShown} characters. */
  readonly body: string;
  /** Whose place the server names instead of this one (`Location`), without its query. */
  readonly redirectedTo?: string;
  readonly failure?: ExchangeFailure;
}

export interface SentHeader {
  readonly name: string;
  /** In clear where it is no secret. */
  readonly value: string | SentSecret;
}

/** A secret value: the scheme in clear, the rest masked. */
export interface SentSecret {
  readonly scheme?: string;
  readonly masked: MaskedValue;
}

/**
 * Why there is no answer. `network`: `reason` is the system's error code, such as `ECONNREFUSED`; `bounds`: `reason` names
 * the limit that was reached.
 */
export interface ExchangeFailure {
  readonly code: 'cancelled' | 'timeout' | 'network' | 'redirected' | 'bounds' | 'foreign-origin';
  readonly reason?: string;
}

export const bodyShown = 16 * 1024;

/** Headers of an answer that are worth keeping. */
export const keptHeaders = [
  'content-type',
  'date',
  'www-authenticate',
  'location',
  'retry-after',
  'server',
  'allow',
  'upgrade',
  'mcp-session-id',
  'via',
  'x-ratelimit-remaining',
] as const;
