import type { IncomingHttpHeaders } from 'node:http';
import { McpServer } from '@modelcontextprotocol/server';
import { type CryptoKey, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type HttpMcpServer, type Refusal, type Route, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import { defineTool, registerTools } from './tools.ts';

/** What is wrong with a credential, as a guard sees it. */
export type Defect =
  | 'missing'
  | 'scheme'
  | 'unknown'
  | 'expired'
  | 'notYetValid'
  | 'audience'
  | 'issuer'
  | 'signature'
  | 'kid'
  | 'algorithm'
  | 'malformed'
  | 'role'
  | 'scope'
  | 'revoked';

/**
 * How a guard says no. `plain`: 401 and a reason. `challenge`: 401 and the reason in `WWW-Authenticate` (RFC 6750).
 * `vague`: 403, the same for everything. `silent`: 401 and nothing else. `forbidding`: 403 and the reason. `failing`: 500 and the
 * reason. `bad`: 400 and the reason. `rpc`: 200 and a JSON-RPC error. `ok`: 200 and a body that is no JSON-RPC at all.
 */
export const manners = ['plain', 'challenge', 'vague', 'silent', 'forbidding', 'failing', 'bad', 'rpc', 'ok'] as const;
export type Manner = (typeof manners)[number];

export interface GuardedServerOptions {
  readonly manner: Manner;
  /** The header that it reads; `authorization` unless it says otherwise. */
  readonly header?: string;
  /** Opaque values that it knows; those in `revoked` no longer. */
  readonly keys?: readonly string[];
  readonly revoked?: readonly string[];
  readonly jwt?: {
    readonly key: Uint8Array | CryptoKey | JWTVerifyGetKey;
    readonly algorithms: readonly string[];
    readonly issuer?: string;
    readonly audience?: string;
    /** The role that a caller has to have, for everything. */
    readonly role?: string;
    /** The scope that a caller has to have, for everything. */
    readonly scope?: string;
  };
  /** The role that a caller has to have to call a tool; to list, nobody needs any. */
  readonly roleToCall?: string;
  /** Whether its tool fails, whoever calls it. */
  readonly brokenTool?: boolean;
  /** Whether it lets in whoever sends nothing. */
  readonly isOpen?: boolean;
  /** Published as RFC 9728 metadata and named in challenges. */
  readonly authorizationServer?: string;
  /** What the metadata say the server is; its URL if left out. */
  readonly resource?: string;
  readonly dateOffset?: number;
  readonly routes?: Readonly<Record<string, Route>>;
}

/** The words of servers in the wild, by what they complain about. */
const words: Readonly<Record<Defect, string>> = {
  missing: 'Missing credentials',
  scheme: 'Authorization must start with Bearer',
  unknown: 'Invalid API key',
  expired: 'Token has expired',
  notYetValid: 'Token is not yet valid (nbf)',
  audience: 'Invalid audience',
  issuer: 'Unexpected issuer',
  signature: 'Invalid signature',
  kid: 'No matching key found for kid',
  algorithm: 'Algorithm not allowed',
  malformed: 'Malformed token',
  role: 'The role admin is required',
  scope: 'The scope notes:write is required',
  revoked: 'This token has been revoked',
};

/** An MCP server behind a guard whose manner of refusing can be chosen: the same defect, told in all the ways that users meet. */
export async function startGuardedServer(options: GuardedServerOptions): Promise<HttpMcpServer> {
  const metadataPath = '/.well-known/oauth-protected-resource';
  let origin = '';
  const metadata: Route = {
    isPublic: true,
    handle: ({ res }) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.end(
        JSON.stringify({
          resource: options.resource ?? `${origin}/mcp`,
          authorization_servers: [options.authorizationServer],
        }),
      );
    },
  };
  const server = await startHttpMcpServer({
    authenticate: async (headers, now) => {
      const defect = await judge(headers, now, options);
      return typeof defect === 'string' ? { refusal: refusalOf(defect, options, origin + metadataPath) } : defect;
    },
    mcp: ({ authInfo }) => {
      const mcp = new McpServer({ name: 'guarded', version: '1.0.0' });
      const role = authInfo?.extra?.role;
      registerTools(mcp, [tool, search], () => undefined);
      if (options.brokenTool) {
        mcp.server.setRequestHandler('tools/call', () => ({
          content: [{ type: 'text', text: 'The notebook is on fire.' }],
          isError: true,
        }));
      }
      if (options.roleToCall !== undefined && role !== options.roleToCall) {
        mcp.server.setRequestHandler('tools/call', () => ({
          content: [{ type: 'text', text: `Forbidden: only the role ${options.roleToCall} may call this tool.` }],
          isError: true,
        }));
      }
      return mcp;
    },
    routes: { ...options.routes, ...(options.authorizationServer !== undefined && { [metadataPath]: metadata }) },
    ...(options.dateOffset !== undefined && { dateOffset: options.dateOffset }),
  });
  origin = server.origin;
  return server;
}

const tool = defineTool({
  name: 'read_note',
  description: 'Reads a note.',
  annotations: { readOnlyHint: true },
  run: () => 'Water the plants.',
});

/** Changes nothing either, and cannot be called without being told something. */
const search = defineTool<{ text: string }>({
  name: 'search_notes',
  description: 'Searches the notes.',
  properties: { text: { type: 'string' } },
  required: ['text'],
  annotations: { readOnlyHint: true },
  run: ({ text }) => text,
});

async function judge(
  headers: IncomingHttpHeaders,
  now: Date,
  options: GuardedServerOptions,
): Promise<Defect | Exclude<Verdict, { refusal: Refusal }>> {
  const name = options.header ?? 'authorization';
  const value = headers[name];
  if (typeof value !== 'string' || value === '') {
    return options.isOpen ? { authInfo: { token: '', clientId: 'anybody', scopes: [] } } : 'missing';
  }
  const bearer = /^Bearer (\S+)$/.exec(value)?.[1];
  const token = name === 'authorization' ? bearer : value;
  if (token === undefined) {
    return options.manner === 'plain' || options.manner === 'challenge' ? 'scheme' : 'missing';
  }
  if (options.keys) {
    if (options.revoked?.includes(token)) {
      return 'revoked';
    }
    return options.keys.includes(token) ? { authInfo: { token, clientId: 'key', scopes: [] } } : 'unknown';
  }
  return options.jwt ? judgeJwt(token, now, options.jwt) : { authInfo: { token, clientId: 'any', scopes: [] } };
}

async function judgeJwt(token: string, now: Date, jwt: NonNullable<GuardedServerOptions['jwt']>) {
  try {
    const checks = {
      algorithms: [...jwt.algorithms],
      currentDate: now,
      ...(jwt.issuer !== undefined && { issuer: jwt.issuer }),
      ...(jwt.audience !== undefined && { audience: jwt.audience }),
    };
    const { key } = jwt;
    const { payload } =
      typeof key === 'function' ? await jwtVerify(token, key, checks) : await jwtVerify(token, key, checks);
    if (jwt.role !== undefined && payload.role !== jwt.role) {
      return 'role';
    }
    if (
      jwt.scope !== undefined &&
      !String(payload.scope ?? '')
        .split(' ')
        .includes(jwt.scope)
    ) {
      return 'scope';
    }
    return { authInfo: { token, clientId: String(payload.sub), scopes: [], extra: payload } };
  } catch (error) {
    return defectOf(error);
  }
}

function defectOf(error: unknown): Defect {
  if (error instanceof errors.JWTExpired) {
    return 'expired';
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'aud' ? 'audience' : error.claim === 'iss' ? 'issuer' : 'notYetValid';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return 'algorithm';
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return 'kid';
  }
  return error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed';
}

function refusalOf(defect: Defect, options: GuardedServerOptions, metadata: string): Refusal {
  const bearer = [
    'Bearer realm="guarded"',
    ...(options.authorizationServer === undefined ? [] : [`resource_metadata="${metadata}"`]),
  ].join(', ');
  const error = errorOf(defect, options);
  const challenged =
    options.header === undefined && options.authorizationServer !== undefined ? { challenge: bearer } : {};
  switch (options.manner) {
    case 'plain':
      return { status: 401, body: { error }, ...challenged };
    case 'challenge': {
      const code = defect === 'scope' ? 'insufficient_scope' : 'invalid_token';
      const details = defect === 'missing' ? '' : `, error="${code}", error_description="${error}"`;
      const scope = defect === 'scope' ? `, scope="${options.jwt?.scope}"` : '';
      return { status: defect === 'scope' ? 403 : 401, body: {}, challenge: `${bearer}${details}${scope}` };
    }
    case 'vague':
      return defect === 'missing'
        ? { status: 401, body: { error: 'Authentication required' }, ...challenged }
        : { status: 403, body: { error: 'Invalid or expired token' } };
    case 'silent':
      return { status: 401, body: {}, ...challenged };
    case 'forbidding':
      return { status: 403, body: { message: error } };
    case 'failing':
      return { status: defect === 'missing' ? 401 : 500, body: { error: `JsonWebTokenError: ${error}` } };
    case 'bad':
      return { status: 400, body: { error: 'invalid_request', error_description: error } };
    case 'rpc':
      return { status: 200, body: { jsonrpc: '2.0', id: null, error: { code: -32_001, message: error } } };
    case 'ok':
      return { status: 200, body: { error } };
  }
}

function errorOf(defect: Defect, { header, authorizationServer }: GuardedServerOptions): string {
  if (defect === 'missing' && header !== undefined) {
    return `Missing ${header} header`;
  }
  return defect === 'unknown' && authorizationServer !== undefined ? 'Invalid token' : words[defect];
}
