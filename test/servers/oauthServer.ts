import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { ClientMetadata, Configuration } from 'oidc-provider';
import { errors, Provider } from 'oidc-provider';
import { OAUTH_CLIENT_SECRET, oauthClients } from './oauthClients.ts';
import { escapeHtml, formPage, page } from './oauthPages.ts';

/** Scopes that the server's resources have unless others are given. */
export const OAUTH_SCOPES = ['notes:read', 'notes:write'] as const;

/** One request to the authorization server. */
export interface OAuthServerRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Query and form body together, as text: tests look here for what a client sent. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly status: number | undefined;
  readonly time: number;
}

/** Something that happened inside: a refresh token was spent, or a whole grant died of its reuse. */
export interface OAuthServerEvent {
  readonly event: 'issued' | 'refreshed' | 'revoked' | 'refused';
  /** The OAuth error code of a refusal. */
  readonly error?: string;
  readonly time: number;
}

/** Lifetimes in seconds; they may be changed at any time. */
export interface OAuthLifetimes {
  accessToken: number;
  refreshToken: number;
  authorizationCode: number;
  deviceCode: number;
}

export interface OAuthServerOptions {
  readonly port?: number;
  /** A path for the issuer, such as `/tenant1`; none when left out. */
  readonly path?: string;
  readonly lifetimes?: Partial<OAuthLifetimes>;
  /** Beside those of {@link oauthClients}. */
  readonly clients?: readonly ClientMetadata[];
  /** The public key with which the client `service-jwt` signs its assertions. */
  readonly assertionKey?: JWK;
  readonly scopes?: readonly string[];
  /** Which resources tokens may be for (RFC 8707); any on loopback when left out. */
  readonly resources?: readonly string[];
  /** What a token is for when the client doesn't say. */
  readonly defaultResource?: string;
  readonly accessTokens?: 'jwt' | 'opaque';
  /** Whether each refresh spends the token it was made with; reuse then revokes all. True when left out. */
  readonly rotation?: boolean;
  /** `auto` signs in and agrees without asking; `form` shows its pages. */
  readonly consent?: 'auto' | 'form';
  readonly registration?: boolean;
  /** Client metadata documents by their https URL, as if they were on the Web; without any, the server has no support. */
  readonly metadataDocuments?: Readonly<Record<string, object>>;
  /** Which metadata documents there are; both when left out. */
  readonly metadata?: readonly ('oauth' | 'openid')[];
}

export interface OAuthServer {
  readonly issuer: string;
  readonly origin: string;
  readonly port: number;
  readonly requests: OAuthServerRequest[];
  readonly events: OAuthServerEvent[];
  readonly lifetimes: OAuthLifetimes;
  /** The keys that its JWT access tokens verify with. */
  readonly publicKeys: readonly JWK[];
  /** What a resource server does with an opaque token (RFC 7662). */
  introspect(token: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 256 * 1024;

/**
 * An authorization server by the book, made of npm's `oidc-provider`: code with PKCE, client credentials (basic, post,
 * private_key_jwt), device code, refresh with rotation and reuse detection, revocation, introspection, registration,
 * metadata documents, resource indicators with JWT access tokens, `iss` in the authorization response.
 *
 * Device codes are agreed to at `/device` by the provider's own pages, everything else at `/interaction/<id>`.
 *
 * @throws when the port is taken (`code` is `EADDRINUSE`)
 */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  const requests: OAuthServerRequest[] = [];
  const events: OAuthServerEvent[] = [];
  const lifetimes: OAuthLifetimes = {
    accessToken: 3600,
    refreshToken: 86_400,
    authorizationCode: 60,
    deviceCode: 600,
    ...options.lifetimes,
  };
  const prefix = options.path ?? '';
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const named = { alg: 'ES256', use: 'sig', kid: 'oauth-server-key' };
  const signingKey = { ...(await exportJWK(privateKey)), ...named };
  const publicKeys: JWK[] = [{ ...(await exportJWK(publicKey)), ...named }];

  // The issuer holds the port, so the socket comes before the provider.
  let handle: (req: IncomingMessage, res: ServerResponse) => Promise<void> = async () => undefined;
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (res.headersSent) {
        res.destroy();
      } else {
        res.writeHead(500, { 'Content-Type': 'text/plain' });
        res.end(String(error));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const port = (server.address() as AddressInfo).port;
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}${prefix}`;
  const provider = withoutNotices(() => new Provider(issuer, configure(options, lifetimes, signingKey, prefix)));

  const record = (event: OAuthServerEvent['event'], error?: string) =>
    events.push({ event, ...(error !== undefined && { error }), time: Date.now() });
  provider.on('grant.success', ctx => record(ctx.oidc.params?.grant_type === 'refresh_token' ? 'refreshed' : 'issued'));
  provider.on('grant.error', (_, error) => record('refused', error.error));
  provider.on('grant.revoked', () => record('revoked'));

  const callback = provider.callback();
  handle = async (incoming, res) => {
    const body = await readBody(incoming);
    const req = withBody(incoming, body);
    const url = new URL(req.url ?? '/', origin);
    const form = req.headers['content-type']?.includes('json') ? [] : [...new URLSearchParams(body)];
    requests.push({
      method: req.method ?? '',
      path: url.pathname,
      parameters: Object.fromEntries([...url.searchParams, ...form]),
      authorization: req.headers.authorization,
      get status() {
        return res.headersSent ? res.statusCode : undefined;
      },
      time: Date.now(),
    });
    if (url.pathname.startsWith(`${prefix}/interaction/`)) {
      await answerInteraction(provider, options.consent ?? 'auto', req, res, new URLSearchParams(body));
      return;
    }
    const document = wellKnownDocument(url.pathname, prefix);
    if (document !== undefined) {
      if (!(options.metadata ?? ['oauth', 'openid']).includes(document)) {
        res.writeHead(404).end();
        return;
      }
      rewriteUrl(req, prefix, document === 'oauth' ? oauthMetadata : openidMetadata);
    } else if (prefix !== '' && url.pathname.startsWith(`${prefix}/`)) {
      rewriteUrl(req, prefix, (req.url ?? '').slice(prefix.length));
    } else if (prefix !== '') {
      res.writeHead(404).end();
      return;
    }
    await callback(req, res);
  };

  return {
    issuer,
    origin,
    port,
    requests,
    events,
    lifetimes,
    publicKeys,
    async introspect(token) {
      const response = await fetch(`${issuer}/token/introspection`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`resource-server:${OAUTH_CLIENT_SECRET}`)}` },
        body: new URLSearchParams({ token }),
      });
      return (await response.json()) as Record<string, unknown>;
    },
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const oauthMetadata = '/.well-known/oauth-authorization-server';
const openidMetadata = '/.well-known/openid-configuration';

function configure(
  options: OAuthServerOptions,
  lifetimes: OAuthLifetimes,
  signingKey: JWK,
  prefix: string,
): Configuration {
  const scopes = [...(options.scopes ?? OAUTH_SCOPES)];
  const accessTokens = options.accessTokens ?? 'jwt';
  const isResource = (resource: string) =>
    options.resources?.includes(resource) ?? /^http:\/\/(127\.0\.0\.1|localhost):\d+(\/|$)/.test(resource);
  return {
    clients: [...oauthClients(options.assertionKey), ...(options.clients ?? [])],
    jwks: { keys: [signingKey as never] },
    scopes: ['openid', 'offline_access', ...scopes],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    // The tokens live for seconds in some tests: no leeway, or they'd outlive them.
    clockTolerance: 0,
    cookies: { keys: ['demo-cookie-key-that-protects-nothing'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    interactions: { url: (_, interaction) => `${prefix}/interaction/${interaction.uid}` },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: options.rotation ?? true,
    expiresWithSession: () => false,
    pkce: { required: () => true },
    renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = page(
        'The sign-in failed',
        Object.entries(out)
          .map(([key, value]) => `<p>${escapeHtml(key)}: ${escapeHtml(String(value))}</p>`)
          .join(''),
      );
    },
    ttl: {
      AccessToken: () => lifetimes.accessToken,
      ClientCredentials: () => lifetimes.accessToken,
      RefreshToken: () => lifetimes.refreshToken,
      AuthorizationCode: () => lifetimes.authorizationCode,
      DeviceCode: () => lifetimes.deviceCode,
      Grant: () => 86_400,
      IdToken: () => 3600,
      Interaction: () => 3600,
      Session: () => 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource(ctx, form, _, error) {
          const problem = error === undefined ? '' : '<p role="alert">That code is not right.</p>';
          ctx.body = page(
            'Connect a device',
            `${problem}${form}<button type="submit" form="op.deviceInputForm">Continue</button>`,
          );
        },
        userCodeConfirmSource(ctx, form, _client, _device, userCode) {
          ctx.body = page(
            'Is this your code?',
            `<p><code>${escapeHtml(userCode)}</code></p>${form}<button type="submit" form="op.deviceConfirmForm">Yes</button>` +
              '<button type="submit" form="op.deviceConfirmForm" value="yes" name="abort">No</button>',
          );
        },
        successSource(ctx) {
          ctx.body = page('Signed in', '<p>You can close this page.</p>');
        },
      },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      registration: { enabled: options.registration ?? true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => (oneOf ?? options.defaultResource ?? []) as string,
        useGrantedResource: () => true,
        getResourceServerInfo(_, resource) {
          if (!isResource(resource)) {
            throw new errors.InvalidTarget();
          }
          return {
            scope: scopes.join(' '),
            audience: resource,
            accessTokenTTL: lifetimes.accessToken,
            ...(accessTokens === 'jwt'
              ? { accessTokenFormat: 'jwt' as const, jwt: { sign: { alg: 'ES256' as const } } }
              : { accessTokenFormat: 'opaque' as const }),
          };
        },
      },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      ...(options.metadataDocuments === undefined
        ? {}
        : ({ clientIdMetadataDocument: { enabled: true, ack: 'draft-02' } } as object)),
    },
    ...(options.metadataDocuments === undefined
      ? {}
      : {
          fetch: async (url: string | URL | Request) => {
            const document = options.metadataDocuments?.[String(url)];
            return document === undefined ? new Response('', { status: 404 }) : Response.json(document);
          },
        }),
  };
}

/** Signs in as whoever is named and agrees to what was asked for, or shows a page that does so. */
async function answerInteraction(
  provider: Provider,
  consent: 'auto' | 'form',
  req: IncomingMessage,
  res: ServerResponse,
  form: URLSearchParams,
): Promise<void> {
  const interaction = await provider.interactionDetails(req, res);
  const { prompt, params, session } = interaction;
  if (consent === 'form' && req.method !== 'POST') {
    res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    const cancel = '<button name="answer" value="cancel">Cancel</button>';
    res.end(
      prompt.name === 'login'
        ? formPage(
            'Sign in',
            req.url ?? '',
            [{ name: 'login', label: 'User name', value: '' }],
            `<button name="answer" value="continue">Sign in</button>${cancel}`,
          )
        : formPage(
            `Allow ${String(params.client_id)}?`,
            req.url ?? '',
            [],
            `<p>${escapeHtml(String(params.scope ?? ''))}</p><button name="answer" value="continue">Allow</button>${cancel}`,
          ),
    );
    return;
  }
  if (form.get('answer') === 'cancel') {
    const refusal = { error: 'access_denied', error_description: 'The person said no.' };
    await provider.interactionFinished(req, res, refusal, { mergeWithLastSubmission: false });
    return;
  }
  if (prompt.name === 'login') {
    await provider.interactionFinished(req, res, { login: { accountId: form.get('login') || 'alice' } });
    return;
  }
  const known = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const grant =
    known ??
    new provider.Grant({ accountId: String(session?.accountId ?? 'alice'), clientId: String(params.client_id) });
  const { missingOIDCScope, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  grant.addOIDCScope((missingOIDCScope ?? []).join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  const result = { consent: { grantId: await grant.save() } };
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

/** RFC 8414 section 3.1 puts the well-known part before the issuer's path, OpenID Connect after it. */
function wellKnownDocument(pathname: string, prefix: string): 'oauth' | 'openid' | undefined {
  switch (pathname) {
    case `${oauthMetadata}${prefix}`:
      return 'oauth';
    case `${prefix}${openidMetadata}`:
      return 'openid';
    default:
      return undefined;
  }
}

function rewriteUrl(req: IncomingMessage, prefix: string, url: string): void {
  // `originalUrl` is how the provider learns that it is mounted under a path.
  Object.assign(req, { originalUrl: `${prefix}${url}`, url });
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new RangeError('The body is too long.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The same request with its body still to be read, for a provider that insists on reading it itself. */
function withBody(req: IncomingMessage, body: string): IncomingMessage {
  const copy = new IncomingMessage(req.socket);
  const { method, url, headers, rawHeaders, httpVersion } = req;
  // Complete, or its end would take the socket along.
  Object.assign(copy, { method, url, headers, rawHeaders, httpVersion, complete: true });
  if (body !== '') {
    copy.push(body);
  }
  copy.push(null);
  return copy;
}

/** The provider tells whoever sets it up what not to do in production; in tests that is noise. */
function withoutNotices<T>(build: () => T): T {
  const { info, warn } = console;
  console.info = console.warn = () => undefined;
  try {
    return build();
  } finally {
    Object.assign(console, { info, warn });
  }
}
