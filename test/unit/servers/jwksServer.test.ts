import assert from 'node:assert/strict';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import {
  JWKS_SERVER_AUDIENCE,
  JWKS_SERVER_ISSUER,
  type JwksServer,
  type JwksServerOptions,
  startJwksServer,
} from '../../servers/jwksServer.ts';
import { callTool, connectClient, ERAS, postInitialize, toolNames } from './clients.ts';

const TOOLS = ['whoami', 'read_notes', 'write_note'];
const HMAC_SECRET = 'demo-hmac-secret-that-protects-nothing-and-is-long-enough-for-hs512';
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

const MISSING = {
  status: 401,
  body: { error: 'invalid_token', error_description: 'Authentication required' },
  challenge: 'Bearer error="invalid_token", error_description="Authentication required"',
};
const INVALID = {
  status: 401,
  body: { error: 'invalid_token', error_description: 'The access token is invalid or expired' },
  challenge: 'Bearer error="invalid_token", error_description="The access token is invalid or expired"',
};

type SigningKey = Parameters<SignJWT['sign']>[0];

interface Signer {
  readonly key: SigningKey;
  readonly alg: string;
  readonly kid?: string;
}

describe('servers: resource server with JWKS', () => {
  let server: JwksServer | undefined;
  let rsa: Signer & { jwk: JWK; pem: string };

  before(async () => {
    rsa = await createSigner('RS256', 'first');
  });

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function start(options: JwksServerOptions): Promise<JwksServer> {
    server = await startJwksServer(options);
    return server;
  }

  const rsaServer = (options: Partial<JwksServerOptions> = {}) =>
    start({ mode: { kind: 'jwks', keys: [rsa.jwk] }, ...options });

  for (const era of ERAS) {
    it(`serves a client with a token of its issuer (${era})`, async () => {
      const { url, requests } = await rsaServer();
      const headers = bearer(await sign(rsa, { scope: 'notes:read' }));
      const client = await connectClient(url, headers, era);
      assert.deepEqual(
        (await client.listTools()).tools.map(tool => tool.name),
        TOOLS,
      );
      assert.equal(await callTool(client, 'read_notes'), '["Bring the charger"]');
      await client.close();
      assert(requests.every(request => request.headers.authorization === headers.Authorization));
    });

    it(`answers 403 to a call that needs another scope (${era})`, async () => {
      const { url, requests } = await rsaServer();
      const client = await connectClient(url, bearer(await sign(rsa, { scope: 'notes:read' })), era);
      await client.listTools();
      await assert.rejects(callTool(client, 'write_note', { text: 'x' }));
      await client.close();
      const refused = requests.filter(request => request.status === 403);
      assert.deepEqual(
        refused.map(request => request.rpcMethod),
        ['tools/call'],
      );
    });
  }

  it('publishes its public keys', async () => {
    const { jwksUri } = await rsaServer();
    assert.deepEqual(await (await fetch(jwksUri)).json(), { keys: [rsa.jwk] });
  });

  it('never publishes a private key', async () => {
    const { setKeys } = await rsaServer();
    assert.throws(() => setKeys([{ ...rsa.jwk, d: 'demo' }]), TypeError);
  });

  it('challenges without a token and with a bad one', async () => {
    const { url } = await rsaServer();
    assert.deepEqual(await postInitialize(url), MISSING);
    assert.deepEqual(await postInitialize(url, { Authorization: 'Basic eDp5' }), MISSING);
    const stranger = await createSigner('RS256', 'first');
    const hmac = { alg: 'HS256', kid: 'first', key: Buffer.from(rsa.pem) };
    const bad: Record<string, string> = {
      expired: await sign(rsa, { exp: seconds() - 1 }),
      'not yet valid': await sign(rsa, { nbf: seconds() + 60 }),
      'another issuer': await sign(rsa, { iss: `${JWKS_SERVER_ISSUER}/` }),
      'another audience': await sign(rsa, { aud: 'someone-else' }),
      'another key of the same kid': await sign(stranger),
      'an unknown kid': await sign({ ...rsa, kid: 'other' }),
      'the public key as an HMAC secret': await sign(hmac),
      'tampered claims': tampered(await sign(rsa)),
      'no JWT': 'demo-token-not-a-secret',
    };
    for (const [name, token] of Object.entries(bad)) {
      assert.deepEqual(await postInitialize(url, bearer(token)), INVALID, name);
    }
  });

  it('takes its audience from a list', async () => {
    const { url } = await rsaServer();
    const token = await sign(rsa, { aud: ['someone-else', JWKS_SERVER_AUDIENCE] });
    assert.equal((await postInitialize(url, bearer(token))).status, 200);
  });

  it('has no leeway for clocks, and no need of exp', async () => {
    const running = await rsaServer();
    const now = seconds();
    const limited = bearer(await sign(rsa, { nbf: now - 10, exp: now + 60 }));
    const unlimited = bearer(await sign(rsa));
    assert.equal((await postInitialize(running.url, limited)).status, 200);
    running.dateOffset = 61_000;
    assert.deepEqual(await postInitialize(running.url, limited), INVALID);
    running.dateOffset = -12_000;
    assert.deepEqual(await postInitialize(running.url, limited), INVALID);
    assert.equal((await postInitialize(running.url, unlimited)).status, 200);
  });

  it('wants a kid only when there are several keys', async () => {
    const running = await rsaServer();
    const anonymous = bearer(await sign({ key: rsa.key, alg: rsa.alg }));
    assert.equal((await postInitialize(running.url, anonymous)).status, 200);
    const second = await createSigner('RS256', 'second');
    running.setKeys([rsa.jwk, second.jwk]);
    assert.deepEqual(await postInitialize(running.url, anonymous), INVALID);
    assert.match(running.requests.at(-1)?.refusal ?? '', /several keys/);
    for (const signer of [rsa, second]) {
      assert.equal((await postInitialize(running.url, bearer(await sign(signer)))).status, 200);
    }
  });

  it('rotates its keys while clients are connected', async () => {
    const running = await rsaServer();
    const second = await createSigner('RS256', 'second');
    const [old, fresh] = [await sign(rsa, { scope: 'notes:read' }), await sign(second, { scope: 'notes:read' })];
    const client = await connectClient(running.url, bearer(old));
    assert.equal((await postInitialize(running.url, bearer(fresh))).status, 401);

    running.setKeys([rsa.jwk, second.jwk]);
    assert.deepEqual(
      await Promise.all([old, fresh].map((token, index) => toolNames(running.url, bearer(token), ERAS[index]))),
      [TOOLS, TOOLS],
    );
    running.setKeys([second.jwk]);
    await assert.rejects(client.listTools());
    await client.close();
    assert.deepEqual(await toolNames(running.url, bearer(fresh)), TOOLS);
  });

  it('reads scopes from scope or scp, as text or list', async () => {
    const { url } = await rsaServer();
    const forms: Record<string, unknown>[] = [
      { scope: 'notes:read notes:write' },
      { scope: ['notes:read', 'notes:write'] },
      { scp: 'notes:read notes:write' },
      { scp: ['notes:read', 'notes:write'] },
    ];
    for (const claims of forms) {
      const client = await connectClient(url, bearer(await sign(rsa, claims)));
      assert.deepEqual(JSON.parse(await callTool(client, 'whoami')).scopes, ['notes:read', 'notes:write']);
      assert.match(await callTool(client, 'write_note', { text: 'x' }), /notes now/);
      await client.close();
    }
  });

  it('challenges with the scope that everything needs', async () => {
    const { url } = await rsaServer({ requiredScopes: ['mcp', 'notes:read'] });
    assert.deepEqual(await postInitialize(url, bearer(await sign(rsa, { scope: 'mcp' }))), {
      status: 403,
      body: { error: 'insufficient_scope', error_description: 'Insufficient scope' },
      challenge: 'Bearer error="insufficient_scope", error_description="Insufficient scope", scope="mcp notes:read"',
    });
    assert.equal((await postInitialize(url, bearer(await sign(rsa, { scope: 'notes:read mcp' })))).status, 200);
  });

  it('challenges with the scope that a tool needs', async () => {
    const { url } = await rsaServer();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...bearer(await sign(rsa)),
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_notes' } }),
    });
    assert.equal(response.status, 403);
    assert.equal(
      response.headers.get('WWW-Authenticate'),
      'Bearer error="insufficient_scope", error_description="Insufficient scope", scope="notes:read"',
    );
  });

  for (const algorithm of [...ASYMMETRIC, 'EdDSA']) {
    it(`verifies ${algorithm} by JWKS and by a PEM key, and nothing else`, async () => {
      const signer = algorithm === 'RS256' ? rsa : await createSigner(algorithm, 'key');
      const other = algorithm === 'ES256' ? rsa : await createSigner('ES256', 'key');
      const modes: JwksServerOptions['mode'][] = [
        { kind: 'jwks', keys: [signer.jwk] },
        { kind: 'key', key: signer.pem },
      ];
      for (const mode of modes) {
        const { url, close } = await startJwksServer({ mode, algorithm, allowEdDSA: algorithm === 'EdDSA' });
        assert.equal((await postInitialize(url, bearer(await sign(signer)))).status, 200, mode.kind);
        assert.deepEqual(await postInitialize(url, bearer(await sign(other))), INVALID, mode.kind);
        assert.deepEqual(await postInitialize(url, bearer(tampered(await sign(signer)))), INVALID, mode.kind);
        await close();
      }
    });
  }

  for (const algorithm of ['HS256', 'HS384', 'HS512']) {
    it(`verifies ${algorithm} by a secret`, async () => {
      const { url, jwksUri } = await start({ mode: { kind: 'key', key: HMAC_SECRET }, algorithm });
      const signer = { alg: algorithm, key: Buffer.from(HMAC_SECRET) };
      assert.equal((await postInitialize(url, bearer(await sign(signer)))).status, 200);
      assert.deepEqual(await postInitialize(url, bearer(tampered(await sign(signer)))), INVALID);
      assert.equal((await fetch(jwksUri)).status, 404);
    });
  }

  it('does not start with an algorithm that it lacks', async () => {
    for (const algorithm of ['EdDSA', 'none', 'RS1']) {
      await assert.rejects(start({ mode: { kind: 'jwks', keys: [rsa.jwk] }, algorithm }), RangeError, algorithm);
    }
    await assert.rejects(start({ mode: { kind: 'jwks', keys: [rsa.jwk] }, algorithm: 'HS256' }), RangeError);
  });

  it('knows opaque tokens by heart', async () => {
    const { url } = await start({ mode: { kind: 'tokens' } });
    const alice = await connectClient(url, bearer('dev-alice-token'));
    assert.equal(JSON.parse(await callTool(alice, 'whoami')).subject, 'alice');
    assert.match(await callTool(alice, 'write_note', { text: 'x' }), /notes now/);
    await alice.close();
    const guest = await connectClient(url, bearer('dev-guest-token'));
    await assert.rejects(callTool(guest, 'write_note', { text: 'x' }));
    await guest.close();
    for (const token of ['dev-bob-token', 'toString', await sign(rsa)]) {
      assert.deepEqual(await postInitialize(url, bearer(token)), INVALID);
    }
  });
}).timeout(15_000);

async function createSigner(alg: string, kid: string): Promise<Signer & { kid: string; jwk: JWK; pem: string }> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' };
  return { key: privateKey, alg, kid, jwk, pem: await exportSPKI(publicKey) };
}

function sign({ key, alg, kid }: Signer, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ iss: JWKS_SERVER_ISSUER, aud: JWKS_SERVER_AUDIENCE, sub: 'alice', ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key);
}

/** The token with another subject, under the old signature. */
function tampered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url'), signature].join(
    '.',
  );
}

function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
