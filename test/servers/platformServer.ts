import { randomBytes, randomUUID } from 'node:crypto';
import { type JSONRPCMessage, McpServer, parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { errors, jwtVerify, SignJWT } from 'jose';
import { bearerTokenOf } from './bearerToken.ts';
import { type Exchange, type HttpMcpServer, sendJson, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import { SseTransport } from './sseTransport.ts';
import { defineTool, registerTools } from './tools.ts';

export const PLATFORM_ISSUER = 'demo-platform';

export interface PlatformServerOptions {
  readonly port?: number;
  readonly dateOffset?: number;
  /** Whether it serves Streamable HTTP beside HTTP+SSE; it does unless this is false. */
  readonly streamableHttp?: boolean;
}

/** What the platform's token page shows of a token; the token itself is shown once, when it is made. */
export interface PlatformToken {
  readonly id: string;
  readonly description: string;
  readonly createdAt: Date;
  /** Undefined for one that is good until it is revoked. */
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly isRevoked: boolean;
}

export interface PlatformServer extends HttpMcpServer {
  /** The endpoint for clients of the 2024-11-05 revision, `http://127.0.0.1:<port>/sse`. */
  readonly sseUrl: string;
  /** All tokens, as they are now. */
  tokens(): readonly PlatformToken[];
  /** Makes a token; without a lifetime it doesn't expire. */
  createToken(options: { readonly description: string; readonly lifetimeSeconds?: number }): Promise<{
    readonly token: string;
    readonly id: string;
  }>;
  /** From now on the token is refused, and the streams that it opened are closed. */
  revokeToken(id: string): void;
}

/** A hosted platform with a page for personal tokens. It serves Streamable HTTP at `/mcp` and HTTP+SSE at `/sse`. */
export async function startPlatformServer(options: PlatformServerOptions = {}): Promise<PlatformServer> {
  const secret = randomBytes(32);
  const tokens = new Map<string, PlatformToken>();
  const streams = new Map<string, { readonly transport: SseTransport; readonly tokenId: string }>();

  const server = await startHttpMcpServer({
    ...options,
    authenticate: (headers, now) => checkToken(headers.authorization, now),
    mcp: createPlatformMcp,
    routes: { '/sse': { handle: openStream }, '/messages': { handle: receiveMessage } },
  });

  async function checkToken(authorization: string | undefined, now: Date): Promise<Verdict> {
    const token = bearerTokenOf(authorization);
    if (token === undefined) {
      return refuse('Missing token');
    }
    try {
      const { payload } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        issuer: PLATFORM_ISSUER,
        currentDate: now,
      });
      const known = tokens.get(payload.jti ?? '');
      if (known === undefined) {
        return refuse('Unknown token');
      }
      if (known.isRevoked) {
        return refuse('Token revoked');
      }
      tokens.set(known.id, { ...known, lastUsedAt: now });
      return { authInfo: { token, clientId: known.id, scopes: [], extra: { description: known.description } } };
    } catch (error) {
      return refuse(error instanceof errors.JWTExpired ? 'Token expired' : 'Invalid token');
    }
  }

  async function openStream({ req, res, authInfo }: Exchange): Promise<void> {
    if (req.method !== 'GET') {
      // A client that can do both tries Streamable HTTP first, and takes this for a hint to fall back.
      res.setHeader('Allow', 'GET');
      sendJson(res, 405, { error: 'Method not allowed' });
      return;
    }
    const transport = new SseTransport(res, '/messages');
    const mcp = createPlatformMcp();
    streams.set(transport.sessionId, { transport, tokenId: authInfo?.clientId ?? '' });
    mcp.server.onclose = () => streams.delete(transport.sessionId);
    await mcp.connect(transport);
  }

  function receiveMessage({ req, res, url, body, authInfo }: Exchange): void {
    const stream = streams.get(url.searchParams.get('sessionId') ?? '');
    // A session is no credential: whoever posts needs the token that opened the stream.
    if (stream === undefined || stream.tokenId !== authInfo?.clientId) {
      sendJson(res, 404, { error: 'Unknown session' });
      return;
    }
    const message = req.method === 'POST' ? messageOf(body) : undefined;
    if (message === undefined) {
      sendJson(res, 400, { error: 'Not a JSON-RPC message' });
      return;
    }
    res.writeHead(202).end('Accepted');
    stream.transport.receive(message, authInfo);
  }

  return Object.assign(server, {
    sseUrl: `${server.origin}/sse`,

    tokens: () => [...tokens.values()],

    async createToken({ description, lifetimeSeconds }: { description: string; lifetimeSeconds?: number }) {
      const id = randomUUID();
      const createdAt = new Date(Date.now() + server.dateOffset);
      const expiresAt =
        lifetimeSeconds === undefined ? undefined : new Date(createdAt.getTime() + lifetimeSeconds * 1000);
      const jwt = new SignJWT({ description })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(PLATFORM_ISSUER)
        .setSubject('demo-user')
        .setJti(id)
        .setIssuedAt(createdAt);
      if (expiresAt !== undefined) {
        jwt.setExpirationTime(expiresAt);
      }
      tokens.set(id, { id, description, createdAt, expiresAt, lastUsedAt: undefined, isRevoked: false });
      return { token: await jwt.sign(secret), id };
    },

    revokeToken(id: string) {
      const known = tokens.get(id);
      if (known === undefined) {
        throw new Error(`There is no token with the id ${id}.`);
      }
      tokens.set(id, { ...known, isRevoked: true });
      for (const { transport, tokenId } of streams.values()) {
        if (tokenId === id) {
          void transport.close();
        }
      }
    },
  });
}

function refuse(message: string): Verdict {
  return {
    refusal: { status: 401, body: { error: 'unauthorized', message }, challenge: `Bearer realm="${PLATFORM_ISSUER}"` },
  };
}

function messageOf(body: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(body);
  } catch {
    return undefined;
  }
}

const TOOLS = [
  defineTool({
    name: 'whoami',
    description: 'Tells which token you came with.',
    run: (_, caller) => String(caller?.extra?.description),
  }),
  defineTool({ name: 'list_projects', description: 'Lists the projects.', run: () => 'website\nbilling' }),
];

function createPlatformMcp(): McpServer {
  const server = new McpServer({ name: 'platform', version: '1.0.0' });
  registerTools(server, TOOLS);
  return server;
}
