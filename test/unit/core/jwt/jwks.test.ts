import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { discoverJwks, metadataUrls } from '../../../../src/core/jwt/discovery.ts';
import { type FetchJson, type FetchProblem, fetchJsonWith } from '../../../../src/core/jwt/fetchJson.ts';
import { JwksCache } from '../../../../src/core/jwt/jwks.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import { pairs } from './pems.ts';

const url = 'https://issuer.example/jwks';
const ec = pairs.p256().publicKey.export({ format: 'jwk' }) as JsonObject;

/** A server of documents that notes what it's asked for, and a clock. */
interface FakeWeb {
  readonly asked: string[];
  now: number;
  answer: (url: string) => Result<unknown, FetchProblem>;
  readonly fetchJson: FetchJson;
}

function fakeWeb(answer: FakeWeb['answer']): FakeWeb {
  const web: FakeWeb = {
    asked: [],
    now: 1_000_000,
    answer,
    fetchJson: async address => {
      web.asked.push(address);
      await new Promise(resolve => setImmediate(resolve));
      return web.answer(address);
    },
  };
  return web;
}

function set(...kids: (string | undefined)[]) {
  return ok({ keys: kids.map(kid => ({ ...ec, ...(kid !== undefined && { kid }) })) });
}

const down = fail({ reason: 'unreachable' as const, data: { url } });

function open(answer: () => Result<unknown, FetchProblem>) {
  const web = fakeWeb(answer);
  const cache = new JwksCache(web.fetchJson, { now: () => web.now, cooldownMs: 30_000, maximumAgeMs: 600_000 });
  const kids = async (kid?: string) => {
    const keys = await cache.keysFor(url, kid);
    return keys.ok ? keys.value.map(({ jwk }) => jwk.kid) : keys.error.reason;
  };
  return { web, cache, kids };
}

describe('JwksCache', () => {
  it('fetches once for calls at the same time, and keeps the set for a while', async () => {
    const { web, kids } = open(() => set('a', 'b'));
    assert.deepEqual(await Promise.all([kids('a'), kids('b'), kids()]), Array(3).fill(['a', 'b']));
    web.now += 599_999;
    await kids('a');
    assert.equal(web.asked.length, 1);
    web.now += 1;
    await kids('a');
    assert.equal(web.asked.length, 2);
  });

  it('gives the same objects as long as the set is the same, so that imported keys are used again', async () => {
    const { cache } = open(() => set('a'));
    const [first, second] = [await cache.keysFor(url), await cache.keysFor(url)];
    assert.ok(first.ok && second.ok);
    assert.equal(first.value[0], second.value[0]);
  });

  it('asks once more for an unknown kid, but not more often than the cooldown allows', async () => {
    const { web, kids } = open(() => set('a'));
    await kids('a');
    web.answer = () => set('b');
    assert.deepEqual(await kids('b'), ['a']);
    web.now += 29_999;
    assert.deepEqual(await kids('b'), ['a']);
    assert.equal(web.asked.length, 1);
    web.now += 1;
    assert.deepEqual(await Promise.all([kids('b'), kids('b'), kids('c')]), [['b'], ['b'], ['b']]);
    assert.equal(web.asked.length, 2);
    assert.deepEqual(await kids('c'), ['b']);
    assert.equal(web.asked.length, 2);
  });

  it('asks no more where a key without a name may be it', async () => {
    const { web, kids } = open(() => set(undefined));
    await kids('a');
    web.now += 60_000;
    await kids('a');
    assert.equal(web.asked.length, 1);
  });

  it('keeps the keys that it has when asking for new ones fails, and waits then too', async () => {
    const { web, kids } = open(() => set('a'));
    await kids();
    web.answer = () => down;
    web.now += 30_000;
    assert.deepEqual(await kids('b'), ['a']);
    assert.deepEqual(await kids('b'), ['a']);
    assert.equal(web.asked.length, 2);
    // A set that is too old isn't believed any more.
    web.now += 600_000;
    assert.equal(await kids('a'), 'unreachable');
    web.answer = () => set('a');
    assert.deepEqual(await kids('a'), ['a']);
  });

  it('says what is wrong with a set', async () => {
    const cases: [unknown, string][] = [
      [{}, 'jwks-malformed'],
      [[], 'jwks-malformed'],
      [null, 'jwks-malformed'],
      ['text', 'jwks-malformed'],
      [{ keys: {} }, 'jwks-malformed'],
      [{ keys: [] }, 'jwks-no-usable-key'],
      [{ keys: [{ kty: 'oct', k: 'AAAA' }, { ...ec, use: 'enc' }, null, 5] }, 'jwks-no-usable-key'],
      [{ keys: Array(101).fill(ec) }, 'jwks-too-many-keys'],
    ];
    for (const [document, reason] of cases) {
      assert.equal(await open(() => ok(document)).kids(), reason, JSON.stringify(document).slice(0, 40));
    }
  });

  it('keeps no more than twenty sets', async () => {
    const { web, cache } = open(() => set('a'));
    for (let index = 0; index < 25; index++) {
      await cache.keysFor(`${url}/${index}`);
    }
    await cache.keysFor(`${url}/24`);
    assert.equal(web.asked.length, 25);
    await cache.keysFor(`${url}/0`);
    assert.equal(web.asked.length, 26);
    cache.clear();
    await cache.keysFor(`${url}/24`);
    assert.equal(web.asked.length, 27);
  });
});

describe('discoverJwks', () => {
  const issuer = 'https://issuer.example/tenant';
  const jwksUri = 'https://keys.example/jwks';
  const missing = (address: string) => fail({ reason: 'http-status' as const, data: { url: address, status: 404 } });

  it('asks in the order of the standards', () => {
    assert.deepEqual(metadataUrls(issuer), {
      ok: true,
      value: [
        'https://issuer.example/tenant/.well-known/openid-configuration',
        'https://issuer.example/.well-known/oauth-authorization-server/tenant',
        'https://issuer.example/.well-known/openid-configuration/tenant',
      ],
    });
    const bare = {
      ok: true,
      value: [
        'https://issuer.example/.well-known/openid-configuration',
        'https://issuer.example/.well-known/oauth-authorization-server',
      ],
    };
    assert.deepEqual(metadataUrls('https://issuer.example'), bare);
    assert.deepEqual(metadataUrls('https://issuer.example/'), bare);
  });

  it('finds each form', async () => {
    const urls = metadataUrls(issuer);
    assert.ok(urls.ok);
    for (const [index, there] of urls.value.entries()) {
      const web = fakeWeb(address => (address === there ? ok({ issuer, jwks_uri: jwksUri }) : missing(address)));
      assert.deepEqual(await discoverJwks(issuer, web.fetchJson), { ok: true, value: { jwksUri, metadataUrl: there } });
      assert.equal(web.asked.length, index + 1);
    }
  });

  it('has a reason for each way in which it fails', async () => {
    const reason = async (document: (address: string) => Result<unknown, FetchProblem>, of = issuer) => {
      const found = await discoverJwks(of, fakeWeb(document).fetchJson);
      return found.ok ? 'found' : found.error.reason;
    };
    assert.equal(await reason(missing), 'http-status');
    assert.equal(await reason(() => down), 'unreachable');
    assert.equal(await reason(() => ok({ issuer: `${issuer}/`, jwks_uri: jwksUri })), 'issuer-mismatch');
    assert.equal(await reason(() => ok({ jwks_uri: jwksUri })), 'metadata-malformed');
    assert.equal(await reason(() => ok('hello')), 'metadata-malformed');
    assert.equal(await reason(() => ok({ issuer })), 'no-jwks-uri');
    assert.equal(await reason(() => ok({ issuer, jwks_uri: 'http://keys.example/jwks' })), 'insecure-url');
    assert.equal(await reason(() => ok({ issuer, jwks_uri: 'file:///etc/passwd' })), 'url-invalid');
    for (const near of ['https://10.0.0.1/jwks', 'https://nas.local/jwks', 'http://127.0.0.1:8080/jwks']) {
      assert.equal(await reason(() => ok({ issuer, jwks_uri: near })), 'jwks-private');
    }
    const own = 'https://10.0.0.1';
    assert.equal(await reason(() => ok({ issuer: own, jwks_uri: `${own}/jwks` }), own), 'found');
    assert.equal(await reason(missing, 'mcp-auth-server'), 'issuer-not-url');
    assert.equal(await reason(missing, 'https://issuer.example/?x=1'), 'issuer-not-url');
    assert.equal(await reason(missing, 'http://issuer.example'), 'insecure-url');
    // Only the first document is missing, the second lies.
    const lying = (address: string) => (address.includes('oauth') ? ok({ issuer: 'x' }) : missing(address));
    assert.equal(await reason(lying), 'issuer-mismatch');
  });

  it('stops asking where nobody answers', async () => {
    const web = fakeWeb(() => down);
    await discoverJwks(issuer, web.fetchJson);
    assert.equal(web.asked.length, 1);
  });
});

describe('fetchJsonWith', () => {
  const limits = { maximumBytes: 1000, timeoutMs: 300 };

  async function fetched(listener: RequestListener): Promise<unknown> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
      const result = await fetchJsonWith(fetch)(address, limits);
      return result.ok ? result.value : result.error.reason;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('gets JSON, without credentials', async () => {
    const got = await fetched(({ headers }, response) => {
      response.end(
        JSON.stringify({ accept: headers.accept, cookie: headers.cookie, authorization: headers.authorization }),
      );
    });
    assert.deepEqual(got, { accept: 'application/json' });
  });

  it('follows no redirect', async () => {
    assert.equal(
      await fetched((_, response) => response.writeHead(302, { location: '/other' }).end('{}')),
      'redirected',
    );
  });

  it('takes no error for a document', async () => {
    assert.equal(await fetched((_, response) => response.writeHead(404).end('{}')), 'http-status');
  });

  it('reads no more than it may, however long it gets', async () => {
    assert.equal(await fetched((_, response) => response.end(JSON.stringify('x'.repeat(2000)))), 'too-large');
    let sent = 0;
    const endless = await fetched((_, response) => {
      const more = () => {
        sent += 1000;
        if (!response.destroyed && sent < 100_000_000) {
          response.write('x'.repeat(1000), more);
        }
      };
      more();
    });
    assert.equal(endless, 'too-large');
    assert.ok(sent < 10_000_000);
  });

  it('waits no longer than it may, for the answer or for its end', async () => {
    assert.equal(await fetched(() => {}), 'timed-out');
    assert.equal(await fetched((_, response) => response.write('{')), 'timed-out');
  });

  it('takes nothing but JSON', async () => {
    assert.equal(await fetched((_, response) => response.end('<html>')), 'not-json');
    assert.equal(await fetched((_, response) => response.end()), 'not-json');
  });

  it('asks no host in clear, and sends no password', async () => {
    const never: typeof fetch = () => assert.fail('asked');
    const reason = async (address: string) => {
      const result = await fetchJsonWith(never)(address, limits);
      return result.ok ? 'ok' : result.error.reason;
    };
    assert.equal(await reason('http://issuer.example/jwks'), 'insecure-url');
    assert.equal(await reason('https://user:password@issuer.example/jwks'), 'url-invalid');
    assert.equal(await reason('file:///etc/passwd'), 'url-invalid');
    assert.equal(await reason('hello'), 'url-invalid');
  });

  it('says that nobody is there', async () => {
    const result = await fetchJsonWith(fetch)('http://127.0.0.1:1/jwks', limits);
    assert.ok(!result.ok && result.error.reason === 'unreachable');
  });
});
