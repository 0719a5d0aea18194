import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localhostHostValidation, type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node';
import { type AuthInfo, createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server';

/** One request as it came in, kept so that a test can say what a client really sent. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Lower-case name to exact value; a repeated header's values are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value, ... in the order and case in which they were sent. */
  readonly rawHeaders: readonly string[];
  /** The status answered, or undefined while the request is still being handled. */
  readonly status: number | undefined;
  /** The JSON-RPC method of the body; those of a batch are joined with `,`. */
  readonly rpcMethod: string | undefined;
  /** When it came, in milliseconds by this machine's clock (not by the server's shifted one). */
  readonly time: number;
  /** Why the server refused, in more words than it told the client. */
  readonly refusal: string | undefined;
}

/** An answer given before the MCP layer sees the request. */
export interface Refusal {
  readonly status: number;
  readonly body: object;
  /** The value of `WWW-Authenticate`; without it none is sent. */
  readonly challenge?: string;
  /** For the record only, never sent. */
  readonly reason?: string;
}

/** What came of looking at a request's credentials. */
export type Verdict = { readonly authInfo: AuthInfo } | { readonly refusal: Refusal };

/** A request to a route, with its body read and its credentials checked. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly url: URL;
  /** The parsed JSON body, or undefined if there is none or it isn't JSON. */
  readonly body: unknown;
  /** Present on every route that isn't public. */
  readonly authInfo: AuthInfo | undefined;
}

/** One path of a server beside its MCP endpoint. */
export interface Route {
  /** Answered without credentials. */
  readonly isPublic?: boolean;
  handle(exchange: Exchange): void | Promise<void>;
}

export interface HttpMcpServerOptions {
  /** Looks at the request's headers; `now` is the time by the server's clock. */
  authenticate(headers: IncomingHttpHeaders, now: Date): Verdict | Promise<Verdict>;
  /** Makes the MCP server that answers one request; `authInfo` is what `authenticate` returned. */
  readonly mcp: McpServerFactory;
  /** A fixed port, or a free one. */
  readonly port?: number;
  /** Whether there is an endpoint for Streamable HTTP at `/mcp`; there is unless this is false. */
  readonly streamableHttp?: boolean;
  /** Further paths. */
  readonly routes?: Readonly<Record<string, Route>>;
  /** Milliseconds that the server's clock is ahead of this machine's: `Date` header, `exp`, `nbf`. */
  readonly dateOffset?: number;
}

export interface HttpMcpServer {
  /** The MCP endpoint, `http://127.0.0.1:<port>/mcp`. */
  readonly url: string;
  readonly origin: string;
  readonly port: number;
  /** Every request since the start or since a test emptied the list. */
  readonly requests: RecordedRequest[];
  /** See {@link HttpMcpServerOptions.dateOffset}; may be changed at any time. */
  dateOffset: number;
  /** Stops listening and drops every open connection. */
  close(): Promise<void>;
}

/** No real client of these servers sends more; an endless body must not fill the memory. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Starts an MCP server on loopback over Streamable HTTP. It is stateless, so it serves clients of the 2026-07-28
 * revision and those of the 2025 ones alike, any number at a time, and a restart loses no session.
 *
 * @throws when the port is taken (`code` is `EADDRINUSE`)
 */
export async function startHttpMcpServer(options: HttpMcpServerOptions): Promise<HttpMcpServer> {
  const requests: RecordedRequest[] = [];
  const mcpHandler = createMcpHandler(options.mcp, { maxRequestBodySize: MAX_BODY_BYTES });
  const mcpNodeHandler = toNodeHandler(mcpHandler, { maxRequestBodySize: MAX_BODY_BYTES });
  const routes = new Map<string, Route>(Object.entries(options.routes ?? {}));
  if (options.streamableHttp !== false) {
    routes.set('/mcp', {
      // The cast is for exactOptionalPropertyTypes alone, which the package's types don't allow for.
      handle: ({ req, res, body, authInfo }) =>
        mcpNodeHandler(Object.assign(req, { auth: authInfo }) as NodeIncomingMessageLike, res, body),
    });
  }
  // A page of another site can reach loopback by DNS rebinding; the Host header gives it away.
  const isForLoopback = localhostHostValidation();

  const server = createServer((req, res) => {
    handleRequest(req, res).catch((error: unknown) => {
      if (res.headersSent) {
        res.destroy();
      } else {
        sendJson(res, 500, { error: error instanceof Error ? error.message : String(error) });
      }
    });
  });

  async function handleRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const now = new Date(Date.now() + running.dateOffset);
    res.setHeader('Date', now.toUTCString());
    const record = recordRequest(req, res);
    requests.push(record);
    if (!isForLoopback(req, res)) {
      return;
    }

    // The body is read before the credentials are judged, so that a refused request is recorded with its method too.
    const text = await readBody(req);
    if (text === undefined) {
      res.setHeader('Connection', 'close');
      sendJson(res, 413, { error: 'Request body too large' });
      return;
    }
    const body = parseJson(text);
    record.rpcMethod = rpcMethodOf(body);

    const url = new URL(req.url ?? '/', running.origin);
    const route = routes.get(url.pathname);
    if (route === undefined) {
      sendJson(res, 404, { error: 'Not found' });
      return;
    }
    let authInfo: AuthInfo | undefined;
    if (!route.isPublic) {
      const verdict = await options.authenticate(req.headers, now);
      if ('refusal' in verdict) {
        record.refusal = verdict.refusal.reason ?? JSON.stringify(verdict.refusal.body);
        if (verdict.refusal.challenge !== undefined) {
          res.setHeader('WWW-Authenticate', verdict.refusal.challenge);
        }
        sendJson(res, verdict.refusal.status, verdict.refusal.body);
        return;
      }
      authInfo = verdict.authInfo;
    }
    await route.handle({ req, res, url, body, authInfo });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const port = (server.address() as AddressInfo).port;
  const origin = `http://127.0.0.1:${port}`;

  const running: HttpMcpServer = {
    url: `${origin}/mcp`,
    origin,
    port,
    requests,
    dateOffset: options.dateOffset ?? 0,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      await mcpHandler.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return running;
}

/** Answers with a JSON body. */
export function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
}

/** The values of a header over all recorded requests that went to a path, in order; undefined where it was missing. */
export function headerValues(server: HttpMcpServer, name: string, path = '/mcp'): (string | undefined)[] {
  return server.requests.filter(request => request.path === path).map(request => request.headers[name.toLowerCase()]);
}

type MutableRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

function recordRequest(req: IncomingMessage, res: ServerResponse): MutableRecord {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    const name = (req.rawHeaders[index] ?? '').toLowerCase();
    const value = req.rawHeaders[index + 1] ?? '';
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return {
    method: req.method ?? '',
    path: req.url ?? '',
    headers,
    rawHeaders: [...req.rawHeaders],
    // Asked of the response itself: by the time a client has its answer, the record knows the status too.
    get status() {
      return res.headersSent ? res.statusCode : undefined;
    },
    rpcMethod: undefined,
    time: Date.now(),
    refusal: undefined,
  };
}

/** The whole body as text, or undefined if it is too long; the rest is then left unread. */
async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The MCP layer answers a body that isn't JSON by itself.
    return undefined;
  }
}

function rpcMethodOf(body: unknown): string | undefined {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  const methods = messages.flatMap(message =>
    typeof message === 'object' && message !== null && 'method' in message ? [String(message.method)] : [],
  );
  return methods.length === 0 ? undefined : methods.join(',');
}
