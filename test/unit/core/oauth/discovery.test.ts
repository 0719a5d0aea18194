import assert from 'node:assert/strict';
import { beginAuthorization } from '../../../../src/core/oauth/authorizationCode.ts';
import { bearerChallenge, parseChallenges } from '../../../../src/core/oauth/challenge.ts';
import { chooseClient } from '../../../../src/core/oauth/clients.ts';
import { beginDeviceAuthorization, pollDeviceAuthorization } from '../../../../src/core/oauth/deviceCode.ts';
import { type DiscoveryOptions, discover } from '../../../../src/core/oauth/discovery.ts';
import { readErrorDescription } from '../../../../src/core/oauth/failures.ts';
import type { OAuthGrant } from '../../../../src/core/oauth/grant.ts';
import { boundedFetch } from '../../../../src/core/oauth/http.ts';
import { isPrivateHost } from '../../../../src/core/oauth/privateHosts.ts';
import { coversServer, resourceOf } from '../../../../src/core/oauth/resource.ts';
import { chooseScopes } from '../../../../src/core/oauth/scopes.ts';
import { serverMetadataUrls } from '../../../../src/core/oauth/serverMetadata.ts';
import { insufficientScopes, StepUps, scopesBefore } from '../../../../src/core/oauth/stepUp.ts';
import { readTokenError } from '../../../../src/core/oauth/tokenErrors.ts';
import { readTokens } from '../../../../src/core/oauth/tokens.ts';
import { checkUrl } from '../../../../src/core/oauth/urlPolicy.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { type FakeServer, startFakeServer } from './fakeServer.ts';
import { clientOf, failureOf, networkContext, REDIRECT_URI, unwrap } from './setup.ts';

const AS = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';
const PRM = '/.well-known/oauth-protected-resource';

describe('OAuth: discovery', () => {
  let server: FakeServer;
  const context = networkContext();

  beforeEach(async () => {
    server = await startFakeServer();
    refuse(`Bearer resource_metadata="${server.origin}${PRM}/mcp"`);
    server.json(`${PRM}/mcp`, resource());
    server.json(AS, metadata());
  });

  afterEach(() => server.close());

  const url = () => `${server.origin}/mcp`;
  const find = (options: Partial<DiscoveryOptions> = {}) => discover(context, { serverUrl: url(), ...options });
  const resource = (changes: object = {}) => ({
    resource: url(),
    authorization_servers: [server.origin],
    ...changes,
  });
  const metadata = (changes: object = {}) => ({
    issuer: server.origin,
    authorization_endpoint: `${server.origin}/authorize`,
    token_endpoint: `${server.origin}/token`,
    code_challenge_methods_supported: ['S256'],
    ...changes,
  });
  function refuse(challenge: string): void {
    server.json('/mcp', { error: 'unauthorized' }, 401, { 'WWW-Authenticate': challenge });
  }

  it('takes the metadata that the challenge names, else those of the path, else of the root', async () => {
    server.json('/custom.json', resource({ scopes_supported: ['custom'] }));
    server.json(`${PRM}/mcp`, resource({ scopes_supported: ['path'] }));
    server.json(PRM, resource({ resource: server.origin, scopes_supported: ['root'] }));
    refuse(`Bearer resource_metadata="${server.origin}/custom.json"`);
    assert.deepEqual(unwrap(await find()).scopes.scopes, ['custom']);
    refuse('Bearer');
    assert.deepEqual(unwrap(await find()).scopes.scopes, ['path']);
    server.json(`${PRM}/mcp`, {}, 404);
    const atRoot = unwrap(await find());
    assert.deepEqual([atRoot.scopes.scopes, atRoot.resource], [['root'], server.origin]);
    refuse('Bearer scope="challenged more"');
    assert.deepEqual(unwrap(await find()).scopes, { scopes: ['challenged', 'more'], from: 'challenge' });
  });

  it('asks nobody again where a challenge is at hand, and looks behind an open initialize', async () => {
    unwrap(await find({ challenge: `Bearer resource_metadata="${server.origin}${PRM}/mcp"` }));
    assert(!server.paths.includes('/mcp'));
    let requests = 0;
    server.answer('/mcp', (_, res) => {
      res.writeHead(++requests === 1 ? 200 : 401, { 'Content-Type': 'application/json' });
      res.end('{}');
    });
    unwrap(await find());
    server.json('/mcp', {});
    failureOf(await find(), 'not-protected');
  });

  it('a server of 2025-03-26 is its own authorization server', async () => {
    refuse('Bearer');
    server.json(`${PRM}/mcp`, {}, 404);
    const found = unwrap(await find());
    assert.deepEqual([found.via, found.server.issuer, found.resource], ['origin', server.origin, url()]);
    server.json(AS, {}, 404);
    failureOf(await find(), 'metadata-missing');
    assert.equal(unwrap(await find({ defaultEndpoints: true })).server.tokenEndpoint, `${server.origin}/token`);
  });

  it('of several authorization servers takes the one with a client', async () => {
    const other = `${server.origin}/tenant2`;
    server.json(`${PRM}/mcp`, resource({ authorization_servers: [server.origin, other] }));
    server.json(`/tenant2${OIDC}`, metadata({ issuer: other }));
    const found = unwrap(await find({ preferredIssuers: [other] }));
    assert.deepEqual([found.server.issuer, found.otherIssuers], [other, [server.origin]]);
    assert(!server.paths.includes(AS), 'the root belongs to another issuer');
  });

  it('knows every place of metadata', () => {
    assert.deepEqual(serverMetadataUrls('https://as.example'), [
      `https://as.example${AS}`,
      `https://as.example${OIDC}`,
    ]);
    assert.deepEqual(serverMetadataUrls('https://as.example/tenant1/'), [
      `https://as.example${AS}/tenant1`,
      `https://as.example${OIDC}/tenant1`,
      `https://as.example/tenant1${OIDC}`,
      `https://as.example/tenant1${AS}`,
    ]);
  });

  describe('bad input', () => {
    it('metadata that redirect', async () => {
      const redirect = (path: string) =>
        server.answer(path, (_, res) => res.writeHead(302, { Location: 'https://evil.example/x' }).end());
      redirect(AS);
      failureOf(await find(), 'redirected');
      server.json(AS, metadata());
      redirect(`${PRM}/mcp`);
      refuse(`Bearer resource_metadata="${server.origin}${PRM}/mcp"`);
      failureOf(await find(), 'redirected');
    });

    it('metadata that lie about their issuer, also by a slash', async () => {
      for (const issuer of ['https://evil.example', `${server.origin}/`, server.origin.toUpperCase()]) {
        server.json(AS, metadata({ issuer }));
        assert.equal(failureOf(await find(), 'issuer-mismatch').data.expected, server.origin);
      }
      server.json(AS, metadata({ issuer: undefined }));
      failureOf(await find(), 'metadata-invalid');
    });

    it('metadata about another resource', async () => {
      const others = ['https://evil.example/mcp', `${server.origin}/other`, `${server.origin}/mc`, 'no-url'];
      for (const other of others) {
        server.json(`${PRM}/mcp`, resource({ resource: other }));
        failureOf(await find(), 'resource-mismatch');
        const secret = await discover(context, { serverUrl: `${url()}?key=fake-secret` });
        assert(!JSON.stringify(failureOf(secret, 'resource-mismatch')).includes('fake-secret'));
      }
      server.json(`${PRM}/mcp`, { authorization_servers: [server.origin] });
      failureOf(await find(), 'metadata-invalid');
    });

    it('endpoints that are not to be talked to', async () => {
      const cases = [
        ['javascript:alert(1)', 'scheme'],
        ['file:///etc/passwd', 'scheme'],
        ['http://as.example/token', 'insecure'],
        ['https://10.0.0.1/token', 'private-host'],
        ['https://metadata.internal/token', 'private-host'],
        ['https://user:pw@as.example/token', 'user-info'],
        ['https://as.example/token#x', 'fragment'],
        ['', 'invalid'],
      ];
      for (const member of [
        'token_endpoint',
        'authorization_endpoint',
        'registration_endpoint',
        'revocation_endpoint',
      ]) {
        for (const [endpoint, reason] of cases) {
          server.json(AS, metadata({ [member]: endpoint }));
          const { data } = failureOf(await find(), 'endpoint-forbidden');
          assert.deepEqual([data.endpoint, data.reason], [member, reason]);
        }
      }
      server.json(`${PRM}/mcp`, resource({ authorization_servers: ['https://192.168.0.1'] }));
      failureOf(await find(), 'url-forbidden');
      refuse('Bearer resource_metadata="file:///etc/passwd"');
      failureOf(await find(), 'url-forbidden');
    });

    it('no PKCE, or only plain', async () => {
      for (const methods of [['plain'], [], undefined, 'S256']) {
        server.json(AS, metadata({ code_challenge_methods_supported: methods }));
        const { server: as } = unwrap(await find());
        const request = { server: as, client: clientOf(as, 'x'), redirectUri: REDIRECT_URI, scopes: [] };
        failureOf(await beginAuthorization({ ...request, resource: undefined }, 0), 'pkce-unsupported');
      }
    });

    it('metadata that are large, endless, HTML or no object', async () => {
      server.json(AS, metadata({ padding: 'x'.repeat(10_000_000) }));
      failureOf(await find(), 'too-large');
      server.answer(AS, (_, res) => {
        res.writeHead(200);
        const timer = setInterval(() => res.write(' '), 10);
        res.once('close', () => clearInterval(timer));
      });
      failureOf(await discover(networkContext({ timeLimit: 200 }), { serverUrl: url() }), 'timeout');
      for (const text of ['<!DOCTYPE html>', '[]', 'null', '{']) {
        server.answer(AS, (_, res) => res.writeHead(200).end(text));
        failureOf(await find(), 'metadata-missing');
      }
      server.json(AS, {}, 503);
      assert.equal(failureOf(await find(), 'server-error').remedy, 'retry');
    });

    it('a challenge that leads into a private network', async () => {
      refuse('Bearer resource_metadata="https://10.1.1.1/metadata"');
      assert.equal(failureOf(await find(), 'url-forbidden').data.reason, 'private-host');
    });

    it('a client of another issuer', async () => {
      const { server: as, resource } = unwrap(await find());
      const client = clientOf({ issuer: 'https://elsewhere.example' }, 'x');
      const request = { server: as, client, redirectUri: REDIRECT_URI, scopes: [], resource };
      failureOf(await beginAuthorization(request, 0), 'client-of-another-issuer');
    });

    it('no client to be had', async () => {
      const { server: as } = unwrap(await find());
      const known = [clientOf({ issuer: 'https://elsewhere.example' }, 'x')];
      const failure = failureOf(chooseClient(as, { known, now: 0 }), 'client-needed');
      assert.deepEqual(failure.data.otherIssuers, ['https://elsewhere.example']);
    });
  });

  describe('device code', () => {
    const policy = () => ({ serverUrl: url() });
    const as = () => ({
      issuer: server.origin,
      tokenEndpoint: `${server.origin}/token`,
      deviceAuthorizationEndpoint: `${server.origin}/device`,
      pkce: false,
      issInResponse: false,
      metadataDocuments: false,
    });
    const request = () => ({
      server: as(),
      client: clientOf(as(), 'x'),
      scopes: [],
      resource: undefined,
      policy: policy(),
    });

    it('opens no page that is not to be opened', async () => {
      for (const page of ['javascript:alert(1)', 'http://as.example/', 'https://10.1.1.1/']) {
        server.json('/device', { device_code: 'd', user_code: 'u', verification_uri: page, expires_in: 60 });
        failureOf(await beginDeviceAuthorization(context, request()), 'endpoint-forbidden');
      }
    });

    it('asks no sooner than the server wants, however long that is, and not beyond the life of the code', async () => {
      server.json('/device', {
        device_code: 'd',
        user_code: 'u',
        verification_uri: 'https://as.example/device',
        expires_in: 300,
        interval: 90,
      });
      const clock = new FakeClock(0);
      const timed = networkContext({ now: () => clock.now() });
      const authorization = unwrap(await beginDeviceAuthorization(timed, request()));
      const answers = [
        { status: 400, error: 'slow_down', after: '' },
        { status: 429, error: '', after: '100' },
      ];
      server.answer('/token', (_, res) => {
        const { status, error, after } = answers.shift() ?? { status: 400, error: 'authorization_pending', after: '' };
        res.writeHead(status, after === '' ? {} : { 'Retry-After': after }).end(JSON.stringify({ error }));
      });
      const waits = waitsOf(clock);
      failureOf(await pollDeviceAuthorization(timed, clock, authorization), 'device-code-expired');
      assert.deepEqual(waits, [90_000, 95_000, 100_000, 15_000]);
    });

    it('slows down when told to, stops when refused, out of time or cancelled', async () => {
      server.json('/device', {
        device_code: 'd',
        user_code: 'u\u202e',
        verification_uri: 'https://as.example/device',
        expires_in: '60',
        interval: 2,
      });
      const authorization = unwrap(await beginDeviceAuthorization(context, request()));
      assert.equal(authorization.userCode, 'u\ufffd');
      const answers = ['authorization_pending', 'slow_down', 'authorization_pending', 'access_denied'];
      server.answer('/token', (_, res) => res.writeHead(400).end(JSON.stringify({ error: answers.shift() })));
      const clock = new FakeClock(0);
      const waits = waitsOf(clock);
      failureOf(await pollDeviceAuthorization(context, clock, authorization), 'access-denied');
      assert.deepEqual(waits, [2000, 2000, 7000, 7000]);
      const late = networkContext({ now: () => authorization.expiresAt });
      failureOf(await pollDeviceAuthorization(late, clock, authorization), 'device-code-expired');
      const abort = new AbortController();
      const polling = pollDeviceAuthorization(networkContext({ signal: abort.signal }), new FakeClock(), authorization);
      abort.abort();
      failureOf(await polling, 'cancelled');
    });
  });
});

describe('OAuth: small parts', () => {
  it('challenges', () => {
    assert.deepEqual(
      bearerChallenge('Basic realm="a, b", Bearer error="x", scope="a b  a", resource_metadata="https://x/y"'),
      {
        error: 'x',
        scopes: ['a', 'b'],
        resourceMetadata: 'https://x/y',
      },
    );
    assert.deepEqual(bearerChallenge('bearer Resource_Metadata=https://x/y?z=1'), {
      resourceMetadata: 'https://x/y?z=1',
    });
    assert.deepEqual(bearerChallenge('Negotiate abc==, Bearer realm="say \\"hi\\""'), {});
    assert.equal(bearerChallenge('Basic realm="Bearer resource_metadata=x"'), undefined);
    assert.equal(bearerChallenge(null), undefined);
    assert.deepEqual(parseChallenges(',,"=;').length, 0);
    const begin = Date.now();
    parseChallenges(`Bearer ${'a="'.repeat(100_000)}`);
    parseChallenges(`Bearer ${' ,='.repeat(100_000)}`);
    assert(Date.now() - begin < 500);
  });

  it('private hosts', () => {
    const hostOf = (host: string) => new URL(`https://${host}/`).hostname;
    const near = [
      '127.1',
      '0x7f000001',
      '10.0.0.1',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '[::1]',
    ];
    const named = [
      'localhost',
      'a.localhost',
      'printer',
      'nas.local',
      'x.internal.',
      '[::ffff:10.0.0.1]',
      '[fd00::1]',
      '[fe80::1]',
    ];
    for (const host of [...near, ...named]) {
      assert(isPrivateHost(hostOf(host)), host);
    }
    for (const host of ['example.com', '8.8.8.8', '172.32.0.1', '[2606:4700::1]', 'local.example']) {
      assert(!isPrivateHost(hostOf(host)), host);
    }
  });

  it('plain http is not asked at all', async () => {
    const context = networkContext({ http: () => assert.fail('It was asked.') });
    failureOf(await boundedFetch(context, 'http://as.example/token'), 'url-forbidden');
  });

  it('tokens that no header can carry', () => {
    for (const token of ['a\r\nX-Injected: 1', 'a b', 'ä', 'x'.repeat(100_000)]) {
      const text = JSON.stringify({ access_token: token });
      const answer = { url: 'https://as.example/token', status: 200, headers: new Headers(), text };
      assert.equal(failureOf(readTokens(answer, 0), 'token-invalid').data.reason, 'not-sendable');
    }
  });

  it('URLs by policy', () => {
    const reason = (url: string, serverUrl: string, more: object = {}) => {
      const checked = checkUrl(url, { serverUrl, ...more });
      return checked.ok ? 'ok' : checked.error;
    };
    const far = 'https://mcp.example/mcp';
    assert.equal(reason('https://as.example/', far), 'ok');
    assert.equal(reason('http://127.0.0.1:8080/', far), 'private-host');
    assert.equal(reason('http://127.0.0.1:8080/', 'http://localhost:1/mcp'), 'ok');
    assert.equal(reason('https://10.0.0.1/as', 'https://10.0.0.1/mcp'), 'ok');
    assert.equal(reason('https://10.0.0.2/as', 'https://10.0.0.1/mcp'), 'private-host');
    assert.equal(reason('https://10.0.0.2/as', far, { trustedHosts: ['10.0.0.2'] }), 'ok');
    assert.equal(reason('http://10.0.0.1/as', 'http://10.0.0.1/mcp'), 'insecure');
    assert.equal(reason('http://10.0.0.1/as', 'http://10.0.0.1/mcp', { insecureAllowed: true }), 'ok');
    // Not every program finds the same host in these.
    assert.equal(reason('https://evil.example\\@as.example/device', far), 'invalid');
    assert.equal(reason('https:\\\\as.example/device', far), 'invalid');
    assert.equal(reason('https://as.ex\tample/device', far), 'invalid');
  });

  it('resources', () => {
    assert.equal(resourceOf('https://MCP.example:443/?token=x#y'), 'https://mcp.example');
    assert.equal(resourceOf('https://mcp.example/mcp/?tenant=1'), 'https://mcp.example/mcp/');
    assert(coversServer('https://mcp.example', 'https://mcp.example/mcp'));
    assert(coversServer('https://mcp.example/mcp/', 'https://mcp.example/mcp'));
    assert(!coversServer('https://mcp.example/mcp/sub', 'https://mcp.example/mcp'));
    assert(!coversServer('http://mcp.example/mcp', 'https://mcp.example/mcp'));
  });

  it('scopes', () => {
    const choose = (challenged?: string[], ofResource?: string[], offline = true) =>
      chooseScopes({ challenged, ofResource, ofServer: ['offline_access'], offline }).scopes;
    assert.deepEqual(choose(['a'], ['b']), ['a', 'offline_access']);
    assert.deepEqual(choose(undefined, ['b'], false), ['b']);
    assert.deepEqual(choose(undefined, undefined), []);
  });

  it('steps up by the union, within bounds', () => {
    assert.deepEqual(insufficientScopes(403, 'Bearer error="insufficient_scope", scope="b"'), ['b']);
    assert.equal(insufficientScopes(403, 'Bearer error="invalid_token"'), undefined);
    const stepUps = new StepUps();
    assert.deepEqual(unwrap(stepUps.next('x', ['a'], ['b'])), ['a', 'b']);
    failureOf(stepUps.next('x', ['a', 'b'], ['b']), 'scope-insufficient');
    unwrap(stepUps.next('x', ['a'], ['c']));
    failureOf(stepUps.next('x', ['a'], ['d']), 'scope-insufficient');
    unwrap(stepUps.next('y', ['a'], ['d']));
  });

  it('a step-up keeps what was granted unasked', () => {
    const server = { issuer: 'https://as.example', pkce: true, issInResponse: false, metadataDocuments: false };
    const grant: OAuthGrant = {
      flow: 'authorizationCode',
      server,
      client: clientOf(server, 'app'),
      scopes: [],
      tokens: {
        accessToken: new Secret('fake-access'),
        obtainedAt: 0,
        scopes: ['notes:read', 'notes:list'],
        lifetime: 'missing',
      },
    };
    assert.deepEqual(scopesBefore(grant), ['notes:read', 'notes:list']);
    assert.deepEqual(scopesBefore({ ...grant, scopes: ['openid', 'notes:list'] }), [
      'openid',
      'notes:list',
      'notes:read',
    ]);
    const account = { flow: 'vscodeAccount', providerId: 'github', scopes: ['repo'] } as const;
    assert.deepEqual(scopesBefore(account), ['repo']);
  });

  it('errors of token endpoints, by code, status and trap', () => {
    const table: [number, unknown, string, string][] = [
      [400, { error: 'invalid_grant' }, 'invalid-grant', 'sign-in'],
      [401, { error: 'invalid_client' }, 'invalid-client', 'client'],
      [400, { error: 'unauthorized_client' }, 'unauthorized-client', 'client'],
      [400, { error: 'invalid_scope' }, 'invalid-scope', 'request'],
      [400, { error: 'invalid_target' }, 'invalid-target', 'request'],
      [400, { error: 'temporarily_unavailable' }, 'server-error', 'retry'],
      [400, { error: 'made_up' }, 'oauth-error', 'request'],
      [400, { error: 'toString' }, 'oauth-error', 'request'],
      [400, { error: { code: 1 } }, 'http-status', 'server'],
      [401, 'no', 'invalid-client', 'client'],
      [403, '<html>', 'http-status', 'server'],
      [404, '', 'endpoint-missing', 'server'],
      [415, '', 'body-format', 'request'],
      [429, { error: 'slow_down' }, 'rate-limited', 'retry'],
      [502, '<html>', 'server-error', 'retry'],
    ];
    const answer = (status: number, body: unknown, headers = {}) => ({
      url: 'https://as.example/token?secret=x',
      status,
      headers: new Headers(headers),
      text: typeof body === 'string' ? body : JSON.stringify(body),
    });
    for (const [status, body, code, remedy] of table) {
      const failure = readTokenError(answer(status, body), 0);
      assert.deepEqual([failure.code, failure.remedy], [code, remedy], JSON.stringify([status, body]));
      assert.equal(failure.data.url, 'https://as.example/token');
    }
    const trapOf = (error_description: string) =>
      readTokenError(answer(400, { error: 'invalid_request', error_description }), 0).data.trap;
    assert.equal(trapOf('AADSTS9010010: The resource parameter ...'), 'entra-resource');
    assert.equal(trapOf('AADSTS50011: The redirect URI ...'), 'redirect-mismatch');
    assert.equal(trapOf('AADSTS65001: The user has not consented'), 'consent-missing');
    assert.equal(trapOf('"iat" claim timestamp is in the future'), 'clock-off');
    const now = Date.now();
    const hourBehind = answer(400, {}, { Date: new Date(now + 3_600_000).toUTCString() });
    const offset = Number(readTokenError(hourBehind, now).data.clockOffset);
    assert(Math.abs(offset - 3_600_000) < 1000);
  });

  it('descriptions hold no token and no markup of lines', () => {
    const description = readErrorDescription('Unknown token eyJhbGciOiJIUzI1NiJ9.e30.abc123\n\u202esee [x](command:y)');
    assert.equal(description, 'Unknown token … \ufffdsee [x](command:y)');
    assert.equal(readErrorDescription('x'.repeat(5000))?.length, 200);
    assert.equal(readErrorDescription({}), undefined);
  });
});

/** Lets the time fly to whatever is waited for, and notes how long that would have taken, in ms. */
function waitsOf(clock: FakeClock): number[] {
  const waits: number[] = [];
  const original = clock.at.bind(clock);
  clock.at = (time, callback) => {
    waits.push(time - clock.now());
    queueMicrotask(() => clock.advance(time - clock.now()));
    return original(time, callback);
  };
  return waits;
}
