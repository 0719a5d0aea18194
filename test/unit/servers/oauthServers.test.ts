import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { signInByFetch } from '../../servers/oauthBrowser.ts';
import { OAUTH_CLIENT_SECRET } from '../../servers/oauthClients.ts';
import { startOAuthMcpServer } from '../../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../../servers/oauthServer.ts';
import { startOAuthServerChild } from '../../servers/oauthServerChild.ts';
import { callTool, connectClient, postInitialize } from './clients.ts';

const REDIRECT_URI = 'http://127.0.0.1:43210/callback';
const VERIFIER = 'demo-verifier-of-forty-three-characters-or-more';

describe('servers: OAuth', () => {
  let as: OAuthServer;
  let mcp: HttpMcpServer;

  before(async () => {
    as = await startOAuthServer();
    mcp = await startOAuthMcpServer({
      authorizationServer: as,
      metadata: ['path', 'root'],
      challengeScopes: ['notes:read'],
    });
  });

  after(() => Promise.all([as.close(), mcp.close()]));

  async function token(
    parameters: Record<string, string>,
    basic?: string,
    server = as,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: basic === undefined ? {} : { Authorization: `Basic ${btoa(`${basic}:${OAUTH_CLIENT_SECRET}`)}` },
      body: new URLSearchParams(parameters),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function signIn(scope = 'notes:read', server = as, answers: Record<string, string> = {}, press?: string) {
    const url = new URL(`${server.issuer}/auth`);
    url.search = String(
      new URLSearchParams({
        client_id: 'native-app',
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope,
        state: 'demo-state',
        resource: mcp.url,
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
      }),
    );
    const end = await signInByFetch(url.href, {
      redirectUri: REDIRECT_URI,
      answers,
      ...(press !== undefined && { press }),
    });
    assert('callback' in end, JSON.stringify(end));
    return end.callback.searchParams;
  }

  async function exchange(callback: URLSearchParams, server = as) {
    const parameters = {
      grant_type: 'authorization_code',
      client_id: 'native-app',
      code: callback.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      resource: mcp.url,
    };
    return token(parameters, undefined, server);
  }

  it('says where its metadata are, and what they say', async () => {
    const { status, challenge } = await postInitialize(mcp.url);
    assert.equal(status, 401);
    const metadataUrl = `${mcp.origin}/.well-known/oauth-protected-resource/mcp`;
    assert.equal(challenge, `Bearer scope="notes:read", resource_metadata="${metadataUrl}"`);
    for (const url of [metadataUrl, `${mcp.origin}/.well-known/oauth-protected-resource`]) {
      const metadata = (await (await fetch(url)).json()) as Record<string, unknown>;
      assert.equal(metadata.resource, mcp.url);
      assert.deepEqual(metadata.authorization_servers, [as.issuer]);
    }
  });

  it('publishes its metadata under a path in both forms', async () => {
    const tenant = await startOAuthServer({ path: '/tenant1' });
    const urls = [
      `${tenant.origin}/.well-known/oauth-authorization-server/tenant1`,
      `${tenant.origin}/tenant1/.well-known/openid-configuration`,
    ];
    for (const url of urls) {
      const metadata = (await (await fetch(url)).json()) as Record<string, unknown>;
      assert.equal(metadata.issuer, `${tenant.origin}/tenant1`);
      assert.equal(metadata.token_endpoint, `${tenant.origin}/tenant1/token`);
    }
    assert.equal((await fetch(`${tenant.origin}/.well-known/oauth-authorization-server`)).status, 404);
    await tenant.close();
  });

  it('signs in with code and PKCE, for this resource', async () => {
    const callback = await signIn();
    assert.equal(callback.get('state'), 'demo-state');
    assert.equal(callback.get('iss'), as.issuer);
    const { status, body } = await exchange(callback);
    assert.equal(status, 200);
    assert.equal(body.scope, 'notes:read');
    const client = await connectClient(mcp.url, { Authorization: `Bearer ${body.access_token}` });
    const { subject, scopes } = JSON.parse(await callTool(client, 'whoami'));
    assert.deepEqual({ subject, scopes }, { subject: 'alice', scopes: ['notes:read'] });
    await client.close();
  });

  it('asks for more scope where a tool needs it', async () => {
    const { body } = await exchange(await signIn());
    const response = await fetch(mcp.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Authorization: `Bearer ${body.access_token}`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'write_note', arguments: { text: 'x' } },
      }),
    });
    assert.equal(response.status, 403);
    assert.match(response.headers.get('WWW-Authenticate') ?? '', /error="insufficient_scope".*scope="notes:write"/);
    assert.match(response.headers.get('WWW-Authenticate') ?? '', /resource_metadata="/);
  });

  it('rotates refresh tokens and revokes all when one is used twice', async () => {
    const server = await startOAuthServer();
    const first = await exchange(await signIn('notes:read', server), server);
    const refresh = (refreshToken: unknown) =>
      token(
        { grant_type: 'refresh_token', client_id: 'native-app', refresh_token: String(refreshToken) },
        undefined,
        server,
      );
    const second = await refresh(first.body.refresh_token);
    assert.equal(second.status, 200);
    assert.notEqual(second.body.refresh_token, first.body.refresh_token);
    const reused = await refresh(first.body.refresh_token);
    assert.deepEqual([reused.status, reused.body.error], [400, 'invalid_grant']);
    assert.equal((await refresh(second.body.refresh_token)).body.error, 'invalid_grant');
    assert.deepEqual(
      server.events.map(({ event }) => event),
      ['issued', 'refreshed', 'revoked', 'refused', 'refused'],
    );
    await server.close();
  });

  it('asks the person, and takes no for an answer', async () => {
    const server = await startOAuthServer({ consent: 'form' });
    const { body } = await exchange(await signIn('notes:read', server, { login: 'bob' }), server);
    assert.equal(JSON.parse(atob(String(body.access_token).split('.')[1] ?? '')).sub, 'bob');
    const refused = await signIn('notes:read', server, {}, 'cancel');
    assert.equal(refused.get('error'), 'access_denied');
    await server.close();
  });

  it('knows services by their secret, in either place', async () => {
    const parameters = { grant_type: 'client_credentials', scope: 'notes:read', resource: mcp.url };
    assert.equal((await token(parameters, 'service-basic')).status, 200);
    const inBody = { ...parameters, client_id: 'service-post', client_secret: OAUTH_CLIENT_SECRET };
    assert.equal((await token(inBody)).status, 200);
    assert.equal((await token({ ...inBody, client_secret: 'wrong' })).body.error, 'invalid_client');
    const elsewhere = { ...parameters, resource: 'https://elsewhere.example/' };
    assert.equal((await token(elsewhere, 'service-basic')).body.error, 'invalid_target');
  });

  it('gives a code to a device', async () => {
    const started = (await (
      await fetch(`${as.issuer}/device/auth`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'native-app', scope: 'notes:read', resource: mcp.url }),
      })
    ).json()) as Record<string, string>;
    const parameters = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'native-app',
      device_code: started.device_code ?? '',
    };
    assert.equal((await token(parameters)).body.error, 'authorization_pending');
    const end = await signInByFetch(started.verification_uri_complete ?? '', { redirectUri: REDIRECT_URI });
    assert('page' in end && end.page.includes('Signed in'), JSON.stringify(end));
    assert.equal((await token(parameters)).status, 200);
  });

  it('gives opaque tokens that only introspection knows, until they are revoked', async () => {
    const server = await startOAuthServer({ accessTokens: 'opaque' });
    const asking = await startOAuthMcpServer({ authorizationServer: server, verify: 'introspection' });
    const parameters = { grant_type: 'client_credentials', scope: 'notes:read', resource: asking.url };
    const { body } = await token(parameters, 'service-basic', server);
    const headers = { Authorization: `Bearer ${body.access_token}` };
    assert.equal((await postInitialize(asking.url, headers)).status, 200);
    await fetch(`${server.issuer}/token/revocation`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`service-basic:${OAUTH_CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ token: String(body.access_token) }),
    });
    assert.equal((await postInitialize(asking.url, headers)).status, 401);
    await Promise.all([server.close(), asking.close()]);
  });

  it('registers clients, and reads metadata documents', async () => {
    const document = 'https://client.example/metadata.json';
    const server = await startOAuthServer({
      metadataDocuments: {
        [document]: {
          client_id: document,
          client_name: 'Client',
          application_type: 'native',
          redirect_uris: ['http://127.0.0.1/callback'],
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
        },
      },
    });
    const registered = await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
      }),
    });
    assert.equal(registered.status, 201);
    const url = new URL(`${server.issuer}/auth`);
    url.search = String(
      new URLSearchParams({
        client_id: document,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'notes:read',
        resource: mcp.url,
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
      }),
    );
    const end = await signInByFetch(url.href, { redirectUri: REDIRECT_URI });
    assert('callback' in end && end.callback.searchParams.has('code'), JSON.stringify(end));
    await server.close();
  });

  it('runs in a process of its own', async () => {
    const script = fileURLToPath(new URL('../../servers/oauthServerProcess.ts', import.meta.url));
    const child = await startOAuthServerChild(script, { authorizationServer: { lifetimes: { accessToken: 2 } } });
    assert.equal((await postInitialize(child.mcpUrl)).status, 401);
    assert.equal((await fetch(`${child.issuer}/.well-known/oauth-authorization-server`)).status, 200);
    const record = await child.send({ command: 'record' });
    assert.deepEqual(
      record.authorizationServer.map(({ path, status }) => [path, status]),
      [['/.well-known/oauth-authorization-server', 200]],
    );
    assert.equal(record.mcpServer.length, 1);
    assert.deepEqual(await child.send({ command: 'lifetimes', lifetimes: { accessToken: 20 } }), {
      accessToken: 20,
      refreshToken: 86_400,
      authorizationCode: 60,
      deviceCode: 600,
    });
    await child.close();
    // Starting a process takes its time on a machine that is busy.
  }).timeout(20_000);
});
