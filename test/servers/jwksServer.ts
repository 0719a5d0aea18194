import { McpServer } from '@modelcontextprotocol/server';
import type { JWK } from 'jose';
import { bearerTokenOf } from './bearerToken.ts';
import { type HttpMcpServer, type Refusal, sendJson, startHttpMcpServer, type Verdict } from './httpMcpServer.ts';
import {
  type JwtVerifierSettings,
  type Principal,
  type TokenVerifier,
  verifierByJwks,
  verifierByKey,
  verifierByList,
} from './tokenVerifier.ts';
import { type DefinedTool, defineTool, registerTools } from './tools.ts';

export const JWKS_SERVER_ISSUER = 'https://issuer.example';
export const JWKS_SERVER_AUDIENCE = 'mcp-notes';

/** The opaque tokens of the `tokens` mode unless others are given. */
export const DEV_TOKENS = {
  'dev-alice-token': { subject: 'alice', scopes: ['notes:read', 'notes:write'] },
  'dev-guest-token': { subject: 'guest', scopes: ['notes:read'] },
} as const;

/** How the server knows a good token. */
export type JwksServerMode =
  /** By a key of its JWKS. */
  | { readonly kind: 'jwks'; readonly keys: readonly JWK[] }
  /** By one fixed key: a public key in PEM (SPKI), or for HMAC the secret as text. */
  | { readonly kind: 'key'; readonly key: string }
  /** By a list of opaque tokens. */
  | { readonly kind: 'tokens'; readonly tokens?: Parameters<typeof verifierByList>[0] };

export interface JwksServerOptions extends Partial<JwtVerifierSettings> {
  readonly mode: JwksServerMode;
  /** Scopes without which nothing is answered; beyond them some tools want one of their own. */
  readonly requiredScopes?: readonly string[];
  readonly port?: number;
  readonly dateOffset?: number;
}

export interface JwksServer extends HttpMcpServer {
  /** Where the public keys are published; 404 in the modes that have none. */
  readonly jwksUri: string;
  /** Publishes other public keys from now on, and believes only them. */
  setKeys(keys: readonly JWK[]): void;
}

/**
 * An OAuth resource server for notes, in the manner of the frameworks' JWT verifiers: one algorithm, `iss` and `aud` must
 * match, no clock leeway, a token without `exp` is welcome, and one without `kid` only while there is a single key.
 * It says no more than the standard does: 401 `invalid_token`, 403 `insufficient_scope`, with a challenge.
 *
 * @throws RangeError for an algorithm that it doesn't have
 */
export async function startJwksServer(options: JwksServerOptions): Promise<JwksServer> {
  let keys: readonly JWK[] = [];
  const setKeys = (newKeys: readonly JWK[]) => {
    if (newKeys.some(key => key.d !== undefined || key.k !== undefined)) {
      throw new TypeError('Only public keys may be published.');
    }
    keys = newKeys;
  };
  if (options.mode.kind === 'jwks') {
    setKeys(options.mode.keys);
  }
  const verify = createVerifier(options, () => keys);
  const tools = createNotesTools(['Bring the charger']);

  const server = await startHttpMcpServer({
    ...options,
    authenticate: (headers, now) => checkToken(headers.authorization, verify, options.requiredScopes ?? [], now),
    mcp() {
      const mcp = new McpServer({ name: 'scoped-notes', version: '1.0.0' });
      registerTools(mcp, tools);
      return mcp;
    },
    routes: {
      '/.well-known/jwks.json': {
        isPublic: true,
        handle({ res }) {
          if (options.mode.kind === 'jwks') {
            sendJson(res, 200, { keys });
          } else {
            sendJson(res, 404, { error: 'Not found' });
          }
        },
      },
    },
  });
  return Object.assign(server, { jwksUri: `${server.origin}/.well-known/jwks.json`, setKeys });
}

function createVerifier(options: JwksServerOptions, jwks: () => readonly JWK[]): TokenVerifier {
  const settings = { issuer: JWKS_SERVER_ISSUER, audience: JWKS_SERVER_AUDIENCE, ...options };
  switch (options.mode.kind) {
    case 'jwks':
      return verifierByJwks(settings, jwks);
    case 'key':
      return verifierByKey(settings, options.mode.key);
    case 'tokens':
      return verifierByList(options.mode.tokens ?? DEV_TOKENS);
  }
}

async function checkToken(
  authorization: string | undefined,
  verify: TokenVerifier,
  requiredScopes: readonly string[],
  now: Date,
): Promise<Verdict> {
  const token = bearerTokenOf(authorization);
  if (token === undefined) {
    return { refusal: refuse(401, 'invalid_token', 'Authentication required') };
  }
  let principal: Principal;
  try {
    principal = await verify(token, now);
  } catch (error) {
    return {
      refusal: { ...refuse(401, 'invalid_token', 'The access token is invalid or expired'), reason: String(error) },
    };
  }
  const missing = requiredScopes.filter(scope => !principal.scopes.includes(scope));
  if (missing.length > 0) {
    return { refusal: refuse(403, 'insufficient_scope', 'Insufficient scope', requiredScopes.join(' ')) };
  }
  const { subject, scopes, expiresAt, claims } = principal;
  return {
    authInfo: {
      token,
      clientId: subject,
      scopes,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      extra: { subject, scopes, claims },
    },
  };
}

function refuse(status: number, error: string, description: string, scope?: string): Refusal {
  const scopeParameter = scope === undefined ? '' : `, scope="${scope}"`;
  return {
    status,
    body: { error, error_description: description },
    challenge: `Bearer error="${error}", error_description="${description}"${scopeParameter}`,
  };
}

function createNotesTools(notes: string[]): DefinedTool[] {
  return [
    defineTool({
      name: 'whoami',
      description: 'Tells who the token says you are.',
      run: (_, caller) => JSON.stringify(caller?.extra),
    }),
    defineTool({
      name: 'read_notes',
      description: 'Reads all notes; needs the scope notes:read.',
      scopes: ['notes:read'],
      run: () => JSON.stringify(notes),
    }),
    defineTool<{ text: string }>({
      name: 'write_note',
      description: 'Writes a note; needs the scope notes:write.',
      properties: { text: { type: 'string', minLength: 1 } },
      required: ['text'],
      scopes: ['notes:write'],
      run: ({ text }) => `There are ${notes.push(text)} notes now.`,
    }),
  ];
}
