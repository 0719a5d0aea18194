import assert from 'node:assert/strict';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  beginAuthorization,
  finishAuthorization,
  type PendingAuthorization,
} from '../../../../src/core/oauth/authorizationCode.ts';
import { requestClientCredentials } from '../../../../src/core/oauth/clientCredentials.ts';
import { clientMetadataDocument } from '../../../../src/core/oauth/clientMetadata.ts';
import { chooseClient } from '../../../../src/core/oauth/clients.ts';
import { beginDeviceAuthorization, pollDeviceAuthorization } from '../../../../src/core/oauth/deviceCode.ts';
import { type Discovery, discover } from '../../../../src/core/oauth/discovery.ts';
import { introspectToken } from '../../../../src/core/oauth/introspect.ts';
import { refreshTokens } from '../../../../src/core/oauth/refresh.ts';
import { registerClient } from '../../../../src/core/oauth/registration.ts';
import { revokeToken, revokeTokens } from '../../../../src/core/oauth/revoke.ts';
import { SignIns } from '../../../../src/core/oauth/signIns.ts';
import type { TokenSet } from '../../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import type { HttpMcpServer } from '../../../servers/httpMcpServer.ts';
import { signInByFetch } from '../../../servers/oauthBrowser.ts';
import { startOAuthMcpServer } from '../../../servers/oauthMcpServer.ts';
import { type OAuthServer, type OAuthServerOptions, startOAuthServer } from '../../../servers/oauthServer.ts';
import { postInitialize } from '../../servers/clients.ts';
import { clientOf, failureOf, networkContext, REDIRECT_URI, unwrap } from './setup.ts';

describe('OAuth: every flow, to a server that takes the token', () => {
  let as: OAuthServer;
  let mcp: HttpMcpServer;
  const context = networkContext();

  async function start(options: OAuthServerOptions = {}, verify: 'jwt' | 'introspection' = 'jwt'): Promise<void> {
    as = await startOAuthServer(options);
    mcp = await startOAuthMcpServer({ authorizationServer: as, scopesSupported: ['notes:read'], verify });
  }

  afterEach(() => Promise.all([as.close(), mcp.close()]));

  async function find(): Promise<Discovery> {
    return unwrap(await discover(context, { serverUrl: mcp.url }));
  }

  async function begin(discovery: Discovery, client = clientOf(discovery.server, 'native-app')) {
    const { server, resource } = discovery;
    const scopes = discovery.scopes.scopes;
    return unwrap(
      await beginAuthorization({ server, client, redirectUri: REDIRECT_URI, scopes, resource }, Date.now()),
    );
  }

  async function callbackOf(url: string, press?: string): Promise<URLSearchParams> {
    const end = await signInByFetch(url, { redirectUri: REDIRECT_URI, ...(press !== undefined && { press }) });
    assert('callback' in end, JSON.stringify(end));
    return end.callback.searchParams;
  }

  async function signIn(discovery: Discovery, client = clientOf(discovery.server, 'native-app')): Promise<TokenSet> {
    const { url, pending } = await begin(discovery, client);
    return unwrap(await finishAuthorization(context, pending, await callbackOf(url)));
  }

  async function statusWith({ accessToken }: TokenSet): Promise<number> {
    return (await postInitialize(mcp.url, { Authorization: `Bearer ${accessToken.reveal()}` })).status;
  }

  it('authorization code, public client', async () => {
    await start();
    const discovery = await find();
    assert.equal(discovery.resource, mcp.url);
    assert.equal(discovery.scopes.from, 'resource-metadata');
    const tokens = await signIn(discovery);
    assert.equal(await statusWith(tokens), 200);
    assert(tokens.refreshToken);
    assert.deepEqual(tokens.scopes?.includes('notes:read'), true);
    const sent = as.requests.find(({ path }) => path === '/auth')?.parameters;
    assert.equal(sent?.code_challenge_method, 'S256');
    assert.equal(sent?.resource, mcp.url);
    assert.equal(as.requests.find(({ path }) => path === '/token')?.parameters.resource, mcp.url);
  });

  it('authorization code, client with a secret', async () => {
    await start();
    const discovery = await find();
    const tokens = await signIn(discovery, clientOf(discovery.server, 'web-app', 'client_secret_post'));
    assert.equal(await statusWith(tokens), 200);
  });

  it('authorization code, under a path, by OpenID metadata alone', async () => {
    await start({ path: '/tenant1', metadata: ['openid'] });
    assert.equal(await statusWith(await signIn(await find())), 200);
  });

  it('authorization code, client registered on the way, and again elsewhere', async () => {
    await start();
    const discovery = await find();
    const options = { known: [], redirectUri: REDIRECT_URI, now: Date.now() };
    assert.deepEqual(unwrap(chooseClient(discovery.server, options)), { kind: 'register' });
    const description = { name: 'MCP Keyring', redirectUris: [REDIRECT_URI] };
    const client = unwrap(await registerClient(context, discovery.server, description, Date.now()));
    assert.equal(client.authMethod, 'none');
    assert.equal(await statusWith(await signIn(discovery, client)), 200);
    const known = [client];
    assert.deepEqual(unwrap(chooseClient(discovery.server, { ...options, known })), { kind: 'use', client });
    const elsewhere = { ...discovery.server, issuer: 'https://elsewhere.example' };
    assert.deepEqual(unwrap(chooseClient(elsewhere, { ...options, known })), { kind: 'register' });
    const otherPort = { known, redirectUri: 'http://127.0.0.1:43211/callback', now: Date.now() };
    assert.equal(unwrap(chooseClient(discovery.server, otherPort)).kind, 'use');
    const otherPath = { known, redirectUri: 'http://127.0.0.1:43210/other', now: Date.now() };
    assert.equal(unwrap(chooseClient(discovery.server, otherPath)).kind, 'register');
  });

  it('authorization code, client with a metadata document', async () => {
    const document = 'https://client.example/oauth/metadata.json';
    const description = { name: 'MCP Keyring', redirectUris: ['http://127.0.0.1/callback'] };
    await start({ metadataDocuments: { [document]: clientMetadataDocument(document, description) } });
    const discovery = await find();
    const options = { known: [], metadataDocument: document, redirectUri: REDIRECT_URI, now: Date.now() };
    const choice = unwrap(chooseClient(discovery.server, options));
    assert(choice.kind === 'use');
    assert.equal(choice.client.clientId, document);
    assert.equal(await statusWith(await signIn(discovery, choice.client)), 200);
  });

  it('a registration that is refused says why', async () => {
    await start();
    const { server } = await find();
    const description = { name: 'x', redirectUris: ['http://elsewhere.example/callback'] };
    const failure = failureOf(await registerClient(context, server, description, Date.now()), 'registration-refused');
    assert.equal(failure.data.error, 'invalid_redirect_uri');
  });

  it('sign-in refused by the person', async () => {
    await start({ consent: 'form' });
    const { url, pending } = await begin(await find());
    const callback = await callbackOf(url, 'cancel');
    failureOf(await finishAuthorization(context, pending, callback), 'access-denied');
  });

  describe('answers to a sign-in', () => {
    let pending: PendingAuthorization;
    let callback: URLSearchParams;

    beforeEach(async () => {
      await start();
      const begun = await begin(await find());
      pending = begun.pending;
      callback = await callbackOf(begun.url);
    });

    const changed = (name: string, value: string | undefined): URLSearchParams => {
      const copy = new URLSearchParams(callback);
      copy.delete(name);
      if (value !== undefined) {
        copy.set(name, value);
      }
      return copy;
    };
    const tokenRequests = () => as.requests.filter(({ path }) => path === '/token').length;

    it('forged ones never reach the token endpoint', async () => {
      const finish = (answer: URLSearchParams) => finishAuthorization(context, pending, answer);
      failureOf(await finish(changed('state', 'forged')), 'callback-unknown');
      failureOf(await finish(changed('state', undefined)), 'callback-unknown');
      failureOf(await finish(changed('iss', 'https://evil.example')), 'iss-mismatch');
      failureOf(await finish(changed('iss', `${as.issuer}/`)), 'iss-mismatch');
      failureOf(await finish(changed('iss', undefined)), 'iss-missing');
      failureOf(await finish(changed('code', undefined)), 'callback-invalid');
      const twice = new URLSearchParams(callback);
      twice.append('iss', as.issuer);
      failureOf(await finish(twice), 'callback-invalid');
      // Of an error with a wrong issuer nothing is shown.
      const lying = changed('iss', 'https://evil.example');
      lying.set('error', 'access_denied');
      lying.set('error_description', 'Call +1 555 0100');
      const failure = failureOf(await finish(lying), 'iss-mismatch');
      assert(!JSON.stringify(failure).includes('555'));
      assert.equal(tokenRequests(), 0);
    });

    it('late ones', async () => {
      const late = networkContext({ now: () => pending.endsAt + 1 });
      failureOf(await finishAuthorization(late, pending, callback), 'callback-late');
      assert.equal(tokenRequests(), 0);
    });

    it('replayed ones, of two sign-ins at once', async () => {
      const signIns = new SignIns();
      const other = await begin(await find());
      signIns.add(pending);
      signIns.add(other.pending);
      assert.equal(unwrap(signIns.take(callback, Date.now())), pending);
      failureOf(signIns.take(callback, Date.now()), 'callback-replayed');
      failureOf(signIns.take(changed('state', 'forged'), Date.now()), 'callback-unknown');
      assert.equal(unwrap(signIns.take(await callbackOf(other.url), Date.now())), other.pending);
      signIns.add(pending);
      signIns.abandon(pending);
      failureOf(signIns.take(callback, Date.now()), 'callback-replayed');
      assert.equal(signIns.size, 0);
    });

    it('a code used twice', async () => {
      unwrap(await finishAuthorization(context, pending, callback));
      failureOf(await finishAuthorization(context, pending, callback), 'invalid-grant');
    });
  });

  it('client credentials, by every method', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    await start({ assertionKey: { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' } });
    const { server, resource } = await find();
    const signing = networkContext({
      sign: claims => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey),
    });
    const clients = [
      clientOf(server, 'service-basic', 'client_secret_basic'),
      clientOf(server, 'service-post', 'client_secret_post'),
      clientOf(server, 'service-jwt', 'private_key_jwt'),
    ];
    for (const client of clients) {
      const request = { server, client, scopes: ['notes:read'], resource };
      assert.equal(await statusWith(unwrap(await requestClientCredentials(signing, request))), 200, client.clientId);
    }
    const jwt = { server, client: clientOf(server, 'service-jwt', 'private_key_jwt'), scopes: [], resource };
    failureOf(await requestClientCredentials(context, jwt), 'client-auth-unsupported');
    const gone = networkContext({ sign: async () => undefined });
    failureOf(await requestClientCredentials(gone, jwt), 'signature-unavailable');
    const wrong = { ...clientOf(server, 'service-basic', 'client_secret_basic'), secret: new Secret('wrong') };
    failureOf(
      await requestClientCredentials(context, { server, client: wrong, scopes: [], resource }),
      'invalid-client',
    );
    // Another issuer is told nothing at all.
    const before = as.requests.length;
    const stranger = clientOf({ issuer: 'https://elsewhere.example' }, 'service-basic', 'client_secret_basic');
    const misdirected = { server, client: stranger, scopes: [], resource };
    failureOf(await requestClientCredentials(context, misdirected), 'client-of-another-issuer');
    assert.equal(as.requests.length, before);
  });

  it('a resource that the server does not know, or none', async () => {
    await start();
    const { server } = await find();
    const client = clientOf(server, 'service-basic', 'client_secret_basic');
    const elsewhere = { server, client, scopes: ['notes:read'], resource: 'https://elsewhere.example' };
    failureOf(await requestClientCredentials(context, elsewhere), 'invalid-target');
    as.requests.length = 0;
    const omitted = { server, client, scopes: [], resource: undefined };
    assert.equal(await statusWith(unwrap(await requestClientCredentials(context, omitted))), 401);
    const sent = as.requests.find(({ path }) => path === '/token')?.parameters ?? {};
    assert(!('resource' in sent) && !('scope' in sent));
  });

  it('device code', async () => {
    await start();
    const { server, resource, policy } = await find();
    const client = clientOf(server, 'native-app');
    const request = { server, client, scopes: ['notes:read'], resource, policy };
    const authorization = unwrap(await beginDeviceAuthorization(context, request));
    assert.match(authorization.userCode, /^[A-Z]{4}-[A-Z]{4}$/);
    assert.equal(authorization.interval, 5000);
    const clock = new FakeClock();
    const polling = pollDeviceAuthorization(context, clock, authorization);
    const asked = async (times: number) => {
      clock.advance(authorization.interval);
      while (as.requests.filter(({ path, status }) => path === '/token' && status !== undefined).length < times) {
        await new Promise(resolve => setTimeout(resolve, 5));
      }
      while (clock.scheduled.length === 0 && times < 3) {
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    };
    await asked(1);
    await asked(2);
    const end = await signInByFetch(authorization.verificationUriComplete ?? '', { redirectUri: REDIRECT_URI });
    assert('page' in end && end.page.includes('Signed in'));
    await asked(3);
    assert.equal(await statusWith(unwrap(await polling)), 200);
  });

  it('refresh rotates; reuse is seen and ends all', async () => {
    await start({ accessTokens: 'opaque' }, 'introspection');
    const discovery = await find();
    const first = await signIn(discovery);
    assert(first.refreshToken);
    const { server, resource } = discovery;
    const client = clientOf(server, 'native-app');
    const second = unwrap(await refreshTokens(context, { server, client, resource, refreshToken: first.refreshToken }));
    assert(second.refreshToken && !second.refreshToken.equals(first.refreshToken));
    assert.equal(await statusWith(second), 200);
    const reused = { server, client, resource, refreshToken: first.refreshToken };
    assert.equal(failureOf(await refreshTokens(context, reused), 'invalid-grant').remedy, 'sign-in');
    assert(as.events.some(({ event }) => event === 'revoked'));
    assert.equal(await statusWith(second), 401);
    const last = { server, client, resource, refreshToken: second.refreshToken };
    failureOf(await refreshTokens(context, last), 'invalid-grant');
  });

  it('refresh without rotation keeps its token', async () => {
    await start({ rotation: false });
    const { server, resource, ...discovery } = await find();
    const first = await signIn({ server, resource, ...discovery });
    assert(first.refreshToken);
    const client = clientOf(server, 'native-app');
    const second = unwrap(await refreshTokens(context, { server, client, resource, refreshToken: first.refreshToken }));
    assert(second.refreshToken?.equals(first.refreshToken));
  });

  it('revocation and introspection', async () => {
    await start({ accessTokens: 'opaque' }, 'introspection');
    const discovery = await find();
    const { server } = discovery;
    const client = clientOf(server, 'native-app');
    const tokens = await signIn(discovery);
    const before = unwrap(await introspectToken(context, { server, client }, tokens.accessToken));
    assert(before.active);
    assert.equal(before.claims.aud, mcp.url);
    unwrap(await revokeTokens(context, { server, client }, tokens));
    assert.deepEqual(unwrap(await introspectToken(context, { server, client }, tokens.accessToken)), { active: false });
    assert.equal(await statusWith(tokens), 401);
    // What isn't known counts as revoked, by the standard.
    unwrap(await revokeToken(context, { server, client }, new Secret('never-seen'), 'access_token'));
    const { revocationEndpoint: _, ...without } = server;
    const parties = { server: without, client };
    failureOf(await revokeToken(context, parties, tokens.accessToken, 'access_token'), 'revocation-unsupported');
  });

  it('revocation of a grant whose access token is a JWT', async () => {
    await start();
    const discovery = await find();
    const { server } = discovery;
    const client = clientOf(server, 'native-app');
    const tokens = await signIn(discovery);
    unwrap(await revokeTokens(context, { server, client }, tokens));
    assert(tokens.refreshToken);
    const refresh = { server, client, resource: discovery.resource, refreshToken: tokens.refreshToken };
    failureOf(await refreshTokens(context, refresh), 'invalid-grant');
  });
});
