import { orAborted, placeOf, systemCode } from '../oauth/http.ts';
import { Secret } from '../secret.ts';
import { bodyShown, type Exchange, type ExchangeFailure, keptHeaders, type SentHeader } from './exchange.ts';
import type { ConnectionLimits } from './limits.ts';
import { maskedValue } from './maskedValue.ts';
import { schemeAndToken } from './schemeAndToken.ts';

/** A header to send. The value of one that is a `Secret` is shown masked. */
export interface RequestHeader {
  readonly name: string;
  readonly value: string | Secret;
}

/** `fetch`, or a fake of it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RecorderOptions {
  readonly http: Fetch;
  /** The only server that is talked to: requests to another origin are refused. */
  readonly serverUrl: string;
  /** Sent with every request. */
  readonly headers: readonly RequestHeader[];
  readonly limits: ConnectionLimits;
  readonly signal?: AbortSignal;
  /** ms since the epoch */
  readonly now: () => number;
  /** Hears of every exchange when it begins and when its head is there. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** Why a request or a whole connection was ended from this side. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly failure: ExchangeFailure;

  constructor(failure: ExchangeFailure, options?: ErrorOptions) {
    super(failure.reason ? `${failure.code}: ${failure.reason}` : failure.code, options);
    this.failure = failure;
  }
}

/** Shorter texts stand in answers by chance. */
const shortestRedacted = 6;
/** A query says other things as well. */
const shortestOfQuery = 12;

type Draft = { -readonly [Key in keyof Exchange]: Exchange[Key] };

/**
 * The only way by which the MCP client gets to a server. Adds the credential's headers, to the server's own origin alone;
 * follows no redirect; keeps to limits in time, size and number; and writes down what was sent and what came back.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #exchanges: Draft[] = [];
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;
  #masked: Promise<readonly SentHeader[]> | undefined;
  #total = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    this.#timer = setTimeout(() => this.#stop.abort(new ExchangeError({ code: 'timeout' })), options.limits.time);
  }

  /** In the order in which they were begun; the last may still be under way. */
  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** Aborts when the connection is cancelled, closed, or has reached a limit. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** What ended the connection, if anything did. */
  get ended(): ExchangeFailure | undefined {
    if (this.#options.signal?.aborted) {
      return { code: 'cancelled' };
    }
    const reason: unknown = this.#stop.signal.reason;
    return reason instanceof ExchangeError ? reason.failure : undefined;
  }

  /** A server's text without the secrets that were sent: some send back what they don't like. */
  redact(text: string): string {
    const { headers, serverUrl } = this.#options;
    return [
      ...headers.flatMap(({ value }) => (value instanceof Secret ? partsOf(value) : [])),
      ...queryOf(serverUrl),
    ].reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  }

  /** Ends what is still under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** For the transports of the MCP client. */
  readonly fetch = async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = String(input);
    const { limits, http, headers, now } = this.#options;
    const rpcMethod = rpcMethodOf(init.body);
    const exchange: Draft = {
      at: now(),
      method: init.method ?? 'GET',
      url: placeOf(url),
      ...(rpcMethod !== undefined && { rpcMethod }),
      sent: [],
      headers: {},
      body: '',
    };
    if (new URL(url).origin !== new URL(this.#options.serverUrl).origin) {
      exchange.failure = { code: 'foreign-origin', reason: placeOf(url) };
      this.#exchanges.push(exchange);
      throw new ExchangeError(exchange.failure);
    }
    if (this.#exchanges.length >= limits.requests) {
      throw this.#breach('requests');
    }
    this.#exchanges.push(exchange);
    if (this.#signal.aborted) {
      exchange.failure = this.ended ?? { code: 'cancelled' };
      throw new ExchangeError(exchange.failure);
    }
    const sending = new Headers(init.headers);
    exchange.sent = [...(await this.#maskedHeaders()), ...clientHeaders(sending)];
    for (const { name, value } of headers) {
      sending.set(name, value instanceof Secret ? value.reveal() : value);
    }
    this.#options.onExchange?.(exchange);
    const timeout = AbortSignal.timeout(limits.answerTime);
    const signals = [this.#signal, ...(init.signal ? [init.signal] : [])];
    // A stream that stays open is not slow: the limit for one answer ends with its head.
    const head = AbortSignal.any([...signals, timeout]);
    const start = performance.now();
    const late = new AbortController();
    const body = AbortSignal.any([...signals, late.signal]);
    try {
      const response = await orAborted(
        http(url, {
          ...init,
          headers: sending,
          redirect: 'manual',
          credentials: 'omit',
          cache: 'no-store',
          signal: body,
        }),
        head,
      );
      exchange.duration = performance.now() - start;
      exchange.status = response.status;
      exchange.headers = Object.fromEntries(
        Object.entries(headersOf(response)).map(([name, value]) => [name, this.redact(value)]),
      );
      return await this.#read(url, exchange, response, head);
    } catch (error) {
      exchange.duration ??= performance.now() - start;
      exchange.failure ??= this.#failureOf(error, timeout, init.signal);
      late.abort();
      throw error instanceof ExchangeError ? error : new ExchangeError(exchange.failure, { cause: error });
    } finally {
      this.#options.onExchange?.(exchange);
    }
  };

  async #read(url: string, exchange: Draft, response: Response, signal: AbortSignal): Promise<Response> {
    const { status } = response;
    if (response.type === 'opaqueredirect' || status === 0 || (status >= 300 && status < 400 && status !== 304)) {
      response.body?.cancel().catch(() => undefined);
      const location = response.headers.get('location');
      if (location !== null) {
        exchange.redirectedTo = placeOf(location, url);
      }
      throw new ExchangeError({ code: 'redirected', ...(exchange.redirectedTo && { reason: exchange.redirectedTo }) });
    }
    if (!response.body) {
      return response;
    }
    if (response.ok && /^(?:text\/event-stream|application\/json)\b/i.test(exchange.headers['content-type'] ?? '')) {
      return rewrap(response, this.#watched(exchange, response.body));
    }
    // A refusal, or a page: its beginning is all that anybody wants of it.
    const text = await this.#beginning(response.body, signal);
    exchange.body = this.redact(text);
    return status === 204 || status === 205 || status === 304 ? rewrap(response, null) : rewrap(response, text);
  }

  /** The stream, counted and its beginning written down while the client reads it. */
  #watched(exchange: Draft, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let size = 0;
    let seen = '';
    return new ReadableStream({
      pull: async controller => {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        size += value.byteLength;
        this.#total += value.byteLength;
        const reached = size > this.#options.limits.answerSize || this.#total > this.#options.limits.totalSize;
        if (reached) {
          reader.cancel().catch(() => undefined);
          const error = this.#breach('size');
          exchange.failure = error.failure;
          controller.error(error);
          return;
        }
        if (seen.length < bodyShown) {
          seen = (seen + decoder.decode(value, { stream: true })).slice(0, bodyShown);
          exchange.body = this.redact(seen);
        }
        controller.enqueue(value);
      },
      cancel: reason => reader.cancel(reason),
    });
  }

  async #beginning(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    try {
      while (text.length < bodyShown) {
        const { done, value } = await orAborted(reader.read(), signal);
        if (done) {
          break;
        }
        this.#total += value.byteLength;
        text += decoder.decode(value, { stream: true });
      }
    } catch {
      // The head is there, and says more than a body that never ends.
    } finally {
      reader.cancel().catch(() => undefined);
    }
    return text.slice(0, bodyShown);
  }

  #breach(limit: 'requests' | 'size'): ExchangeError {
    const error = new ExchangeError({ code: 'bounds', reason: limit });
    this.#stop.abort(error);
    return error;
  }

  #failureOf(error: unknown, timeout: AbortSignal, own: AbortSignal | null | undefined): ExchangeFailure {
    if (error instanceof ExchangeError) {
      return error.failure;
    }
    const ended = this.ended;
    if (ended) {
      return ended;
    }
    if (this.#stop.signal.aborted) {
      return { code: 'cancelled' };
    }
    // The client aborts a request by itself for one reason alone: it has waited long enough.
    if (timeout.aborted || own?.aborted) {
      return { code: 'timeout' };
    }
    const reason = systemCode(error);
    return { code: 'network', ...(reason !== undefined && { reason }) };
  }

  #maskedHeaders(): Promise<readonly SentHeader[]> {
    this.#masked ??= Promise.all(
      this.#options.headers.map(async ({ name, value }) =>
        value instanceof Secret ? { name, value: await maskedHeader(value) } : { name, value },
      ),
    );
    return this.#masked;
  }
}

/** The value, the token in it, and a JWT's signature, without which the rest is worth nothing. The longest first. */
function partsOf(value: Secret): string[] {
  const whole = value.reveal();
  const { token } = schemeAndToken(whole);
  const signature = token.split('.').length === 3 ? (token.split('.')[2] ?? '') : '';
  return [whole, token, signature].filter(({ length }) => length >= shortestRedacted);
}

/** What may be a secret in a URL's query, as it is sent and as a server reads it. The longest first. */
function queryOf(url: string): string[] {
  const { search, searchParams } = new URL(url);
  const values = search
    .slice(1)
    .split('&')
    .map(pair => pair.slice(pair.indexOf('=') + 1));
  return [search.slice(1), ...values, ...searchParams.values()].filter(({ length }) => length >= shortestOfQuery);
}

async function maskedHeader(value: Secret) {
  // Written twice, or with too many blanks, is what somebody looks for here.
  const [, scheme, rest] = /^((?:\s*(?:bearer|basic|token|apikey|dpop))+\s*) (\S.*)$/is.exec(value.reveal()) ?? [];
  return scheme !== undefined && rest !== undefined
    ? { scheme, masked: await maskedValue(rest) }
    : { masked: await maskedValue(value.reveal()) };
}

/** What the MCP client sends by itself. A session's id lets in whoever knows it. */
function clientHeaders(headers: Headers): SentHeader[] {
  return [...headers].map(([name, value]) => ({ name, value: name === 'mcp-session-id' ? '…' : value }));
}

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap(name => {
      const value = headers.get(name);
      return value === null
        ? []
        : [[name, name === 'location' ? placeOf(value, 'http://relative.invalid') : value.slice(0, 4096)]];
    }),
  );
}

function rewrap({ status, statusText, headers }: Response, body: string | ReadableStream<Uint8Array> | null): Response {
  const kept = new Headers(headers);
  kept.delete('content-encoding');
  kept.delete('content-length');
  return new Response(body, { status, statusText, headers: kept });
}

function rpcMethodOf(body: RequestInit['body']): string | undefined {
  try {
    const message: unknown = typeof body === 'string' ? JSON.parse(body) : undefined;
    return typeof message === 'object' && message !== null && 'method' in message ? String(message.method) : undefined;
  } catch {
    return undefined;
  }
}
