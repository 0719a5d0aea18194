import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { SigningKey } from '../../../../src/core/credentials/types.ts';
import { algorithms } from '../../../../src/core/jwt/algorithms.ts';
import { generateKey, makeSigningKey, publishedJwk } from '../../../../src/core/jwt/keys.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { type CheckName, checkNames, type VerifyOptions, verifyJwt } from '../../../../src/core/jwt/verify.ts';
import type { VerificationKey } from '../../../../src/core/jwt/verifySignature.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { certificate, pairs, spki } from './pems.ts';
import { fakeJwe, fakeJwt, segment } from './tokens.ts';

const now = Date.UTC(2026, 0, 1);
const at = now / 1000;
const every = algorithms.map(({ name }) => name);
const hmac: SigningKey & { type: 'oct' } = {
  ...{ id: 'h', name: 'h', createdAt: now, type: 'oct', encoding: 'utf8' },
  text: new Secret('demo-shared-secret-that-protects-nothing'),
};

async function pair(algorithm: string): Promise<SigningKey> {
  const key = await generateKey(algorithm);
  assert.ok(key.ok);
  return makeSigningKey({ id: algorithm, name: algorithm, createdAt: now }, key.value);
}

/** What a JWKS with this key has. */
async function published(key: SigningKey): Promise<VerificationKey[]> {
  assert.ok(key.type === 'jwk');
  return [{ type: 'public', jwk: await publishedJwk(key) }];
}

async function sign(claims: JsonObject, key: SigningKey = hmac, header: JsonObject = {}): Promise<string> {
  const token = await signJwt({ algorithm: key.algorithm ?? 'HS256', key, header, claims });
  assert.ok(token.ok);
  return token.value;
}

function verify(token: string, options: Partial<VerifyOptions> = {}) {
  return verifyJwt(token, { keys: [hmac], algorithms: every, now, toleranceSeconds: 60, ...options });
}

/** `outcome reason` of one check. */
async function of(check: CheckName, token: string, options: Partial<VerifyOptions> = {}): Promise<string> {
  const { checks } = await verify(token, options);
  assert.deepEqual(
    checks.map(({ check: name }) => name),
    [...checkNames],
  );
  const found = checks.find(({ check: name }) => name === check);
  return `${found?.outcome} ${found?.reason}`;
}

/** A token of any header, signed with the demo secret. */
function forged(header: unknown, payload: unknown = { sub: 'x' }): string {
  const content = `${segment(header)}.${segment(payload)}`;
  return `${content}.${createHmac('sha256', hmac.text.reveal()).update(content).digest('base64url')}`;
}

describe('verifyJwt', () => {
  it('says of every check what came out', async () => {
    const token = await sign({ iss: 'i', aud: 'a', iat: at, nbf: at, exp: at + 60, scope: 'read write' });
    const { valid, checks } = await verify(token, {
      ...{ issuer: 'i', audience: { expected: ['a'] }, requiredScopes: ['read'] },
    });
    assert.equal(valid, true);
    assert.deepEqual(checks, [
      { check: 'structure', outcome: 'passed', reason: 'ok', data: {} },
      { check: 'algorithm', outcome: 'passed', reason: 'ok', data: { algorithm: 'HS256' } },
      { check: 'signature', outcome: 'passed', reason: 'ok', data: {} },
      { check: 'exp', outcome: 'passed', reason: 'ok', data: { at: now + 60_000 } },
      { check: 'nbf', outcome: 'passed', reason: 'ok', data: { at: now } },
      { check: 'iat', outcome: 'passed', reason: 'ok', data: { at: now } },
      { check: 'iss', outcome: 'passed', reason: 'ok', data: { issuer: 'i' } },
      { check: 'aud', outcome: 'passed', reason: 'ok', data: { audience: ['a'] } },
      { check: 'scopes', outcome: 'passed', reason: 'ok', data: { scopes: ['read', 'write'] } },
    ]);
  });

  it('is content with what nobody asked for, and says so', async () => {
    const { valid, checks } = await verify(await sign({}));
    assert.equal(valid, true);
    assert.deepEqual(
      checks.slice(3).map(({ outcome, reason }) => `${outcome} ${reason}`),
      [...Array(3).fill('notChecked claim-absent'), ...Array(3).fill('notChecked no-expectation')],
    );
  });

  it('looks at the claims also when the signature fails', async () => {
    const token = await sign({ exp: at - 3600 });
    const keys: VerificationKey[] = [{ ...hmac, text: new Secret('another-secret-that-is-long-enough-too') }];
    const { valid, checks } = await verify(token, { keys });
    assert.equal(valid, false);
    assert.deepEqual(
      checks.filter(({ outcome }) => outcome === 'failed').map(({ check, reason }) => `${check} ${reason}`),
      ['signature signature-mismatch', 'exp expired'],
    );
  });

  it('checks nothing more of what is no JWT', async () => {
    for (const [token, reason] of [
      [fakeJwe, 'encrypted'],
      ['', 'empty'],
      ['a.b', 'segments'],
      [fakeJwt('text'), 'payload-not-json'],
    ] as const) {
      const { valid, checks } = await verify(token);
      assert.equal(valid, false);
      assert.equal(checks[0]?.reason, reason);
      assert.ok(checks.slice(1).every(check => check.outcome === 'notChecked' && check.reason === 'earlier-failure'));
    }
  });

  it('takes one spelling of each segment', async () => {
    const token = await sign({ sub: 'a' });
    const [header = '', payload = '', signature = ''] = token.split('.');
    assert.equal((await verify(token)).valid, true);
    for (const text of [
      `${header}=.${payload}.${signature}`,
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${header}.${payload}\n.${signature}`,
    ]) {
      assert.match(await of('structure', text), /^failed/, text);
    }
    // 32 bytes are 43 characters, the last of which has two bits to spare.
    const last = signature.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = alphabet[alphabet.indexOf(last) + 1] ?? '';
    assert.equal(await of('structure', token.slice(0, -1) + other), 'failed signature-not-canonical');
  });

  it('never throws, and never believes what it was not given a key for', async () => {
    const part = fc.oneof(
      fc.constantFrom(segment({ alg: 'HS256' }), segment({ alg: 'none' }), segment({}), segment({ sub: 'x' }), ''),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async parts => {
        assert.equal((await verify(parts.join('.'))).valid, false);
      }),
    );
  });
});

describe('algorithms that a verifier accepts', () => {
  it('never has none among them', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      for (const token of [`${segment({ alg })}.${segment({})}.`, forged({ alg })]) {
        const options: Partial<VerifyOptions> = { algorithms: [alg, 'none'], keys: [hmac] };
        assert.equal(await of('algorithm', token, options), 'failed alg-none');
        assert.equal(await of('signature', token, options), 'notChecked earlier-failure');
        assert.equal((await verify(token, options)).valid, false);
      }
    }
  });

  it('has no unknown, missing or misspelt one among them', async () => {
    assert.equal(await of('algorithm', forged({})), 'failed alg-missing');
    assert.equal(await of('algorithm', forged({ alg: 5 })), 'failed alg-missing');
    assert.equal(await of('algorithm', forged({ alg: '' })), 'failed alg-unknown');
    assert.equal(await of('algorithm', forged({ alg: 'hs256' }), { algorithms: ['hs256'] }), 'failed alg-unknown');
    assert.equal(await of('algorithm', forged({ alg: '__proto__' })), 'failed alg-unknown');
    assert.equal(await of('algorithm', forged({ alg: 'HS256' }), { algorithms: ['HS384'] }), 'failed alg-not-accepted');
    assert.equal(await of('algorithm', forged({ alg: 'HS256' }), { algorithms: [] }), 'failed alg-not-accepted');
  });

  it('understands no extension', async () => {
    assert.equal(await of('structure', forged({ alg: 'HS256', crit: ['exp'], exp: 1 })), 'failed crit');
    assert.equal(await of('structure', forged({ alg: 'HS256', crit: ['b64'], b64: false })), 'failed crit');
    assert.equal(await of('structure', forged({ alg: 'HS256', crit: [] })), 'failed crit');
  });
});

describe('keys that a verifier tries', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  it('tries no HMAC with a public key, however it is written', async () => {
    const pem = spki(pairs.rsa());
    const content = `${segment({ alg: 'HS256' })}.${segment({ sub: 'x' })}`;
    const forgedWithPem = `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`;
    const jwk: VerificationKey = { type: 'public', jwk: pairs.rsa().publicKey.export({ format: 'jwk' }) as JsonObject };
    assert.equal(await of('signature', forgedWithPem, { keys: [jwk] }), 'failed hmac-with-public-key');
    const asSecret: VerificationKey = { type: 'oct', encoding: 'utf8', text: new Secret(pem) };
    assert.equal(await of('signature', forgedWithPem, { keys: [asSecret] }), 'failed public-key-as-secret');
    const asCertificate: VerificationKey = { type: 'oct', encoding: 'utf8', text: new Secret(certificate) };
    assert.equal(await of('signature', forgedWithPem, { keys: [asCertificate] }), 'failed public-key-as-secret');
  });

  it('says of an RS256 token that a secret is no use', async () => {
    const token = await sign({}, await pair('RS256'));
    assert.equal(await of('signature', token), 'failed secret-for-asymmetric');
  });

  it('believes no key that the token brings along', async () => {
    const own = await pair('ES256');
    const other = await pair('ES256');
    assert.ok(own.type === 'jwk' && other.type === 'jwk');
    const token = await sign({}, own, { jwk: own.publicJwk, kid: other.kid });
    assert.equal(await of('signature', token, { keys: await published(other) }), 'failed signature-mismatch');
  });

  it('chooses by kid, and tries several where the token names none', async () => {
    const [one, two] = [await pair('ES256'), await pair('ES256')];
    const keys = [...(await published(one)), ...(await published(two))];
    const token = await sign({}, two);
    assert.equal((await verify(token, { keys })).kid, two.kid);
    assert.equal((await verify(await sign({}, { ...two, kid: undefined } as never), { keys })).kid, two.kid);
    const third = await pair('ES256');
    const foreign = await sign({}, third);
    const { checks } = await verify(foreign, { keys });
    assert.deepEqual(checks[2]?.data, { kid: third.kid, kids: [one.kid, two.kid] });
    assert.equal(checks[2]?.reason, 'kid-unknown');
    assert.equal(await of('signature', foreign, { keys, matchKid: false }), 'failed signature-mismatch');
    const renamed = await sign({}, two, { kid: 'renamed' });
    assert.equal(await of('signature', renamed, { keys }), 'failed kid-unknown');
    assert.equal(await of('signature', renamed, { keys, matchKid: false }), 'passed ok');
    assert.ok(two.type === 'jwk');
    assert.equal(await of('signature', renamed, { keys: [{ type: 'public', jwk: two.publicJwk }] }), 'passed ok');
  });

  it('does not choose between different keys of one name, as servers do not', async () => {
    const [one, two] = [await pair('ES256'), await pair('ES256')];
    const [first] = await published(one);
    assert.ok(first?.type === 'public' && two.type === 'jwk');
    const namesake = { type: 'public' as const, jwk: { ...two.publicJwk, kid: one.kid } };
    const token = await sign({}, one);
    assert.equal(await of('signature', token, { keys: [first, namesake] }), 'failed kid-ambiguous');
    assert.equal(await of('signature', token, { keys: [first, namesake], matchKid: false }), 'passed ok');
    assert.equal(await of('signature', token, { keys: [first, { ...first }] }), 'passed ok');
    // A name that a key for something else has too says enough.
    const other = { type: 'public' as const, jwk: { ...namesake.jwk, use: 'enc' } };
    assert.equal(await of('signature', token, { keys: [first, other] }), 'passed ok');
  });

  it('leaves out keys for other algorithms and uses', async () => {
    const key = await pair('RS256');
    assert.ok(key.type === 'jwk');
    const token = await sign({}, key);
    const outcome = (more: JsonObject) =>
      of('signature', token, { keys: [{ type: 'public', jwk: { ...key.publicJwk, ...more } }] });
    assert.equal(await outcome({}), 'passed ok');
    assert.equal(await outcome({ alg: 'RS256', use: 'sig', key_ops: ['verify'] }), 'passed ok');
    assert.equal(await outcome({ alg: 'PS256' }), 'failed key-mismatch');
    assert.equal(await outcome({ alg: 'RSA-OAEP' }), 'failed key-mismatch');
    assert.equal(await outcome({ use: 'enc' }), 'failed key-mismatch');
    assert.equal(await outcome({ key_ops: ['encrypt'] }), 'failed key-mismatch');
    assert.equal(await outcome({ d: 'AAAA' }), 'failed key-mismatch');
    const ec = { ...pairs.p256().publicKey.export({ format: 'jwk' }), x: 'AAAA' } as JsonObject;
    const broken: VerificationKey = { type: 'public', jwk: ec };
    assert.equal(await of('signature', fakeJwt({}, { alg: 'ES256' }), { keys: [broken] }), 'failed key-broken');
    assert.equal(await of('signature', token, { keys: [] }), 'failed no-key');
  });

  it('takes Ed25519 and EdDSA for one algorithm of a key, and for two of a verifier', async () => {
    const key = await pair('EdDSA');
    const keys = await published(key);
    const token = await sign({}, { ...key, algorithm: 'Ed25519' } as SigningKey);
    assert.equal(await of('signature', token, { keys, algorithms: ['Ed25519'] }), 'passed ok');
    assert.equal(await of('algorithm', token, { keys, algorithms: ['EdDSA'] }), 'failed alg-not-accepted');
  });

  it('refuses weak keys, and a weak secret unless the user insists', async () => {
    const weak: VerificationKey = { type: 'oct', encoding: 'utf8', text: new Secret('short') };
    const token = await sign({}, { ...hmac, ...weak } as SigningKey);
    const { checks } = await verify(token, { keys: [weak] });
    assert.deepEqual([checks[2]?.reason, checks[2]?.data], ['key-weak', { bits: 40, needed: 256, algorithm: 'HS256' }]);
    assert.equal(await of('signature', token, { keys: [weak], allowWeakSecret: true }), 'passed ok');
    const rsa: VerificationKey = {
      type: 'public',
      jwk: pairs.rsa1024().publicKey.export({ format: 'jwk' }) as JsonObject,
    };
    assert.equal(
      await of('signature', fakeJwt({}, { alg: 'RS256' }), { keys: [rsa], allowWeakSecret: true }),
      'failed key-weak',
    );
  });

  it('knows a secret by its text and by its bytes apart', async () => {
    const text = Buffer.alloc(48, 'k').toString('base64');
    const asText = { ...hmac, text: new Secret(text) };
    const token = await sign({}, asText);
    assert.equal(await of('signature', token, { keys: [asText] }), 'passed ok');
    assert.equal(
      await of('signature', token, { keys: [{ ...asText, encoding: 'base64' }] }),
      'failed signature-mismatch',
    );
    assert.equal(await of('signature', token, { keys: [{ ...asText, encoding: 'hex' }] }), 'failed secret-encoding');
  });
});

describe('claims that a verifier checks', () => {
  it('compares times with the tolerance', async () => {
    const cases: [CheckName, JsonObject, string][] = [
      ['exp', { exp: at - 59 }, 'passed ok'],
      ['exp', { exp: at - 60 }, 'failed expired'],
      ['exp', { exp: now }, 'failed claim-milliseconds'],
      ['exp', { exp: 'soon' }, 'failed claim-not-a-number'],
      ['nbf', { nbf: at + 60 }, 'passed ok'],
      ['nbf', { nbf: at + 61 }, 'failed not-yet-valid'],
      ['nbf', { nbf: -1 }, 'failed claim-negative'],
      ['iat', { iat: at + 60 }, 'passed ok'],
      ['iat', { iat: at + 3600 }, 'failed issued-in-future'],
      ['iat', { iat: 1e14 }, 'failed claim-out-of-range'],
    ];
    for (const [check, claims, expected] of cases) {
      const token = await sign(claims);
      assert.equal(await of(check, token), expected, JSON.stringify(claims));
      assert.equal((await verify(token)).valid, expected === 'passed ok');
    }
    assert.equal(await of('exp', await sign({ exp: at - 1 }), { toleranceSeconds: 0 }), 'failed expired');
  });

  it('compares iss character for character', async () => {
    const issuer = 'https://issuer.example';
    assert.equal(await of('iss', await sign({ iss: issuer }), { issuer }), 'passed ok');
    assert.equal(await of('iss', await sign({ iss: `${issuer}/` }), { issuer }), 'failed issuer-mismatch');
    assert.equal(await of('iss', await sign({ iss: 5 }), { issuer }), 'failed claim-wrong-type');
    assert.equal(await of('iss', await sign({}), { issuer }), 'failed claim-absent');
  });

  it('compares aud with the server and with what is expected', async () => {
    const serverUrl = 'https://host.example/mcp';
    const outcome = async (aud: unknown, audience: VerifyOptions['audience']) =>
      of('aud', await sign(aud === undefined ? {} : { aud }), audience && { audience });
    assert.equal(await outcome('x', undefined), 'notChecked no-expectation');
    assert.equal(await outcome('x', {}), 'notChecked no-expectation');
    assert.equal(await outcome(undefined, { serverUrl }), 'failed claim-absent');
    assert.equal(await outcome(5, { serverUrl }), 'failed claim-wrong-type');
    assert.equal(await outcome([], { serverUrl }), 'failed claim-wrong-type');
    assert.equal(await outcome(serverUrl, { serverUrl }), 'passed ok');
    assert.equal(await outcome(['x', 'https://host.example'], { serverUrl }), 'passed ok');
    assert.equal(await outcome('https://other.example', { serverUrl }), 'failed audience-mismatch');
    assert.equal(await outcome('my-api', { serverUrl }), 'notChecked audience-name');
    assert.equal(await outcome('my-api', { serverUrl, expected: ['my-api'] }), 'passed ok');
    assert.equal(await outcome('my-api', { serverUrl, expected: ['other'] }), 'failed audience-mismatch');
  });

  it('asks for every scope', async () => {
    const token = await sign({ scp: ['a', 'b'], permissions: ['c'] });
    assert.equal(await of('scopes', token, { requiredScopes: ['a', 'c'] }), 'passed ok');
    const { checks } = await verify(token, { requiredScopes: ['a', 'd', 'e'] });
    assert.deepEqual(checks.at(-1), {
      ...{ check: 'scopes', outcome: 'failed', reason: 'scopes-missing' },
      data: { missing: ['d', 'e'], scopes: ['a', 'b', 'c'] },
    });
  });
});
