import { McpServer } from '@modelcontextprotocol/server';
import { bearerTokenOf } from './bearerToken.ts';
import {
  type HttpMcpServer,
  type Refusal,
  type Route,
  sendJson,
  startHttpMcpServer,
  type Verdict,
} from './httpMcpServer.ts';
import type { OAuthServer } from './oauthServer.ts';
import { type Principal, verifierByJwks } from './tokenVerifier.ts';
import { type DefinedTool, defineTool, registerTools } from './tools.ts';

/** Where the metadata of a protected resource stands (RFC 9728 section 3.1). */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

export interface OAuthMcpServerOptions {
  /** Whose tokens it takes. Metadata name it, and JWTs are verified with its keys. */
  readonly authorizationServer: OAuthServer;
  readonly port?: number;
  readonly dateOffset?: number;
  /** Where metadata are published: with the endpoint's path behind the well-known one, at the root, elsewhere. Path when left out. */
  readonly metadata?: readonly ('path' | 'root' | 'elsewhere')[];
  /** Whether the 401 says where the metadata are; true when left out. */
  readonly challengeNamesMetadata?: boolean;
  /** What the 401 says which scopes to ask for; nothing when left out. */
  readonly challengeScopes?: readonly string[];
  /** `scopes_supported` of the metadata; absent when left out. */
  readonly scopesSupported?: readonly string[];
  /** Members of the metadata that are to be other than they are, for servers that lie. */
  readonly metadataOverride?: Readonly<Record<string, unknown>>;
  /** How a token is checked: by its signature, or by asking the authorization server. */
  readonly verify?: 'jwt' | 'introspection';
  /** Scopes without which nothing is answered. */
  readonly requiredScopes?: readonly string[];
}

/**
 * An MCP server for notes that takes the tokens of an authorization server: RFC 9728 metadata, a 401 with a challenge, a 403
 * `insufficient_scope` from the tools `read_notes` (wants `notes:read`) and `write_note` (wants `notes:write`). A token must
 * be for this server (`aud` is its URL).
 */
export async function startOAuthMcpServer(options: OAuthMcpServerOptions): Promise<HttpMcpServer> {
  const { authorizationServer } = options;
  const metadata = options.metadata ?? ['path'];
  const tools = createTools(['Water the plants']);
  const places = {
    path: `${RESOURCE_METADATA}/mcp`,
    root: RESOURCE_METADATA,
    elsewhere: '/about/this/resource.json',
  };

  const describe: Route = {
    isPublic: true,
    handle: ({ res }) =>
      sendJson(res, 200, {
        resource: server.url,
        authorization_servers: [authorizationServer.issuer],
        bearer_methods_supported: ['header'],
        ...(options.scopesSupported && { scopes_supported: options.scopesSupported }),
        ...options.metadataOverride,
      }),
  };
  const first = metadata[0];
  const metadataUrl = () => (first === undefined ? undefined : `${server.origin}${places[first]}`);

  const server: HttpMcpServer = await startHttpMcpServer({
    ...(options.port !== undefined && { port: options.port }),
    ...(options.dateOffset !== undefined && { dateOffset: options.dateOffset }),
    routes: Object.fromEntries(metadata.map(place => [places[place], describe])),
    async authenticate(headers, now) {
      const named = options.challengeNamesMetadata === false ? undefined : metadataUrl();
      const token = bearerTokenOf(headers.authorization);
      if (token === undefined) {
        return { refusal: refuse(401, undefined, options.challengeScopes, named) };
      }
      let principal: Principal;
      try {
        principal = await (options.verify === 'introspection'
          ? principalByIntrospection(authorizationServer, token, server.url)
          : verifierByJwks(
              { algorithm: 'ES256', issuer: authorizationServer.issuer, audience: server.url },
              () => authorizationServer.publicKeys,
            )(token, now));
      } catch (error) {
        const refusal = refuse(401, 'invalid_token', options.challengeScopes, named);
        return { refusal: { ...refusal, reason: String(error) } };
      }
      const missing = (options.requiredScopes ?? []).some(scope => !principal.scopes.includes(scope));
      return missing
        ? { refusal: refuse(403, 'insufficient_scope', options.requiredScopes, named) }
        : accept(token, principal, named);
    },
    mcp() {
      const mcp = new McpServer({ name: 'oauth-notes', version: '1.0.0' });
      registerTools(mcp, tools);
      return mcp;
    },
  });
  return server;
}

function accept(token: string, { subject, scopes, expiresAt, claims }: Principal, metadataUrl?: string): Verdict {
  return {
    authInfo: {
      token,
      clientId: subject,
      scopes,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(metadataUrl !== undefined && { resourceMetadataUrl: metadataUrl }),
      extra: { subject, scopes, claims },
    },
  };
}

async function principalByIntrospection(server: OAuthServer, token: string, audience: string): Promise<Principal> {
  const claims = await server.introspect(token);
  if (claims.active !== true) {
    throw new Error('The token is not active.');
  }
  if (![claims.aud].flat().includes(audience)) {
    throw new Error('The token is for another resource.');
  }
  return {
    subject: String(claims.sub ?? claims.client_id),
    scopes: String(claims.scope ?? '').split(' '),
    ...(typeof claims.exp === 'number' && { expiresAt: claims.exp }),
    claims,
  };
}

function refuse(status: number, error?: string, scopes?: readonly string[], metadataUrl?: string): Refusal {
  const parameters = [
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(scopes === undefined ? [] : [`scope="${scopes.join(' ')}"`]),
    ...(metadataUrl === undefined ? [] : [`resource_metadata="${metadataUrl}"`]),
  ];
  return { status, body: { error: error ?? 'unauthorized' }, challenge: `Bearer ${parameters.join(', ')}`.trim() };
}

function createTools(notes: string[]): DefinedTool[] {
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
      annotations: { readOnlyHint: true },
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
