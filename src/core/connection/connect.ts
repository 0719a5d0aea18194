import {
  Client,
  ProtocolError,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { orAborted } from '../oauth/http.ts';
import { plainText } from '../text.ts';
import { anyAnswer } from './anyAnswer.ts';
import type {
  ConnectFailure,
  Connection,
  ConnectOutcome,
  ConnectRequest,
  Listing,
  ListKind,
  ToolAnswer,
  TransportKind,
} from './connection.ts';
import { type ConnectionLimits, defaultLimits } from './limits.ts';
import { listPages } from './listPages.ts';
import { ExchangeError, Recorder } from './recorder.ts';

/** Statuses with which a server that knows only HTTP+SSE answers a POST (MCP 2025-03-26, "Backwards Compatibility"). */
const tryEarlierTransport = [400, 404, 405, 406, 415];

/**
 * Connects to a server with the official MCP client: Streamable HTTP first, in the newest protocol version that both
 * know, then HTTP+SSE where the server answers as one that knows nothing else. A refusal is not tried again in any way.
 *
 * This file brings the MCP client: import it dynamically, when it is first needed.
 */
export async function connect(request: ConnectRequest): Promise<ConnectOutcome> {
  const limits = { ...defaultLimits, ...request.limits };
  const recorder = new Recorder({
    http: request.http,
    serverUrl: request.serverUrl,
    headers: request.headers,
    limits,
    now: request.now ?? Date.now,
    ...(request.signal && { signal: request.signal }),
    ...(request.onExchange && { onExchange: request.onExchange }),
  });
  const { exchanges } = recorder;
  const first = await attempt('streamableHttp', request, recorder, limits);
  if (first.ok) {
    return { ok: true, connection: first.connection, exchanges };
  }
  if (first.failure.code === 'http' && tryEarlierTransport.includes(first.failure.status ?? 0)) {
    const second = await attempt('sse', request, recorder, limits);
    if (second.ok) {
      return { ok: true, connection: second.connection, exchanges };
    }
    // The second attempt was a guess: unless it got further, the first says more.
    const better = second.failure.code === 'http' && [401, 403, 429].includes(second.failure.status ?? 0);
    recorder.close();
    return { ok: false, failure: better || recorder.ended ? second.failure : first.failure, exchanges };
  }
  recorder.close();
  return { ok: false, failure: first.failure, exchanges };
}

type Attempt =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly failure: ConnectFailure };

async function attempt(
  kind: TransportKind,
  { serverUrl }: ConnectRequest,
  recorder: Recorder,
  limits: ConnectionLimits,
): Promise<Attempt> {
  const client = new Client(
    { name: 'mcp-keyring', version: '1' },
    {
      // HTTP+SSE is older than the negotiation.
      versionNegotiation: { mode: kind === 'sse' ? 'legacy' : 'auto' },
      jsonSchemaValidator: anyAnswer,
      inputRequired: { autoFulfill: false },
    },
  );
  const from = recorder.exchanges.length;
  const transport = createTransport(kind, serverUrl, recorder);
  try {
    await orAborted(
      client.connect(transport, {
        timeout: limits.answerTime,
        signal: recorder.signal,
      }),
      recorder.signal,
    );
    return { ok: true, connection: new OpenConnection(kind, client, transport, recorder, limits) };
  } catch (error) {
    const failure = failureOf(error, recorder, from);
    client.close().catch(() => undefined);
    return { ok: false, failure };
  }
}

function createTransport(kind: TransportKind, serverUrl: string, { fetch }: Recorder): Transport {
  return kind === 'sse'
    ? new SSEClientTransport(new URL(serverUrl), { fetch })
    : new StreamableHTTPClientTransport(new URL(serverUrl), {
        fetch,
        reconnectionOptions: {
          maxRetries: 0,
          initialReconnectionDelay: 1000,
          maxReconnectionDelay: 1000,
          reconnectionDelayGrowFactor: 1,
        },
      });
}

class OpenConnection implements Connection {
  readonly transport: TransportKind;
  readonly protocolVersion: string;
  readonly server: Connection['server'];
  readonly #client: Client;
  readonly #wire: Transport;
  readonly #recorder: Recorder;
  readonly #limits: ConnectionLimits;

  constructor(transport: TransportKind, client: Client, wire: Transport, recorder: Recorder, limits: ConnectionLimits) {
    this.transport = transport;
    this.protocolVersion = plainText(client.getNegotiatedProtocolVersion() ?? '', 40);
    const { name = '', version = '' } = client.getServerVersion() ?? {};
    this.server = { name: name.slice(0, 200), version: version.slice(0, 80) };
    this.#client = client;
    this.#wire = wire;
    this.#recorder = recorder;
    this.#limits = limits;
  }

  get exchanges() {
    return this.#recorder.exchanges;
  }

  async list(kind: ListKind): Promise<Listing> {
    if (!this.#client.getServerCapabilities()?.[kind]) {
      return { state: 'notOffered', items: [], truncated: false };
    }
    const from = this.exchanges.length;
    try {
      const { signal } = this.#recorder;
      const listed = await orAborted(listPages(this.#client, kind, this.#limits, signal), signal);
      return { state: 'listed', ...listed };
    } catch (error) {
      return { state: 'failed', items: [], truncated: false, failure: failureOf(error, this.#recorder, from) };
    }
  }

  async callTool(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<ToolAnswer> {
    const from = this.exchanges.length;
    const { signal } = this.#recorder;
    try {
      const result = await orAborted(
        this.#client.callTool({ name, arguments: { ...args } }, { timeout: this.#limits.answerTime, signal }),
        signal,
      );
      const text = result.content.map(part => (part.type === 'text' ? part.text : '')).join('\n');
      return { outcome: result.isError ? 'toolError' : 'answered', text: this.#recorder.redact(text).slice(0, 2000) };
    } catch (error) {
      return { outcome: 'failed', text: '', failure: failureOf(error, this.#recorder, from) };
    }
  }

  async close(): Promise<void> {
    try {
      const soon = AbortSignal.any([this.#recorder.signal, AbortSignal.timeout(2000)]);
      if (this.#wire instanceof StreamableHTTPClientTransport && this.#wire.sessionId !== undefined) {
        await orAborted(this.#wire.terminateSession(), soon);
      }
      await orAborted(this.#client.close(), soon);
    } catch {
      // It is being dropped anyway.
    } finally {
      this.#recorder.close();
    }
  }
}

/**
 * What an error of the client means.
 * @param from which exchanges it may come of: those from this index on
 */
function failureOf(error: unknown, recorder: Recorder, from: number): ConnectFailure {
  if (recorder.ended) {
    return recorder.ended;
  }
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof ExchangeError) {
      return cause.failure;
    }
    if (ProtocolError.isInstance(cause)) {
      return { code: 'rpc', rpc: { code: cause.code, message: recorder.redact(cause.message).slice(0, 2000) } };
    }
  }
  const exchange = recorder.exchanges.slice(from).at(-1);
  if (exchange?.failure) {
    return exchange.failure;
  }
  if (exchange?.status !== undefined && exchange.status >= 400) {
    return { code: 'http', status: exchange.status };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'REQUEST_TIMEOUT') {
    return { code: 'timeout' };
  }
  return { code: 'protocol', ...(code !== undefined && { reason: plainText(code, 80) }) };
}
