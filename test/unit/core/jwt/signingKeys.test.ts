import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { decodeSigningKey, encodeSigningKey } from '../../../../src/core/credentials/codec.ts';
import type { SigningKey } from '../../../../src/core/credentials/types.ts';
import { decodeJwt } from '../../../../src/core/jwt/decode.ts';
import {
  exportJwks,
  exportPrivate,
  exportPrivatePem,
  exportPublicJwk,
  exportPublicPem,
} from '../../../../src/core/jwt/exportKey.ts';
import { importPublicKeys } from '../../../../src/core/jwt/importKey.ts';
import { checkKey, keyBits } from '../../../../src/core/jwt/keyMaterial.ts';
import {
  dropPreviousKey,
  generateKey,
  generateSuccessor,
  makeSigningKey,
  rotateSigningKey,
} from '../../../../src/core/jwt/keys.ts';
import { claimsFor, signJwt } from '../../../../src/core/jwt/sign.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { verifyJwt } from '../../../../src/core/jwt/verify.ts';
import { Secret } from '../../../../src/core/secret.ts';

const createdAt = Date.UTC(2026, 0, 1);

async function fresh(algorithm: string, rsaBits?: number) {
  const key = await generateKey(algorithm, rsaBits);
  assert.ok(key.ok);
  return key.value;
}

async function pair(algorithm = 'ES256'): Promise<Extract<SigningKey, { type: 'jwk' }>> {
  const key = makeSigningKey({ id: 'k', name: 'k', createdAt }, await fresh(algorithm));
  assert.ok(key.type === 'jwk');
  return key;
}

const hmac: SigningKey = {
  ...{ id: 'h', name: 'h', createdAt, type: 'oct', encoding: 'utf8' },
  text: new Secret('demo-shared-secret-that-protects-nothing'),
};

describe('generateKey', () => {
  it('makes RSA keys of every size that is offered', async function () {
    this.timeout(60_000);
    for (const bits of [2048, 3072, 4096]) {
      assert.equal(keyBits((await fresh('RS256', bits)).material), bits);
    }
    const weak = await generateKey('RS256', 1024);
    assert.deepEqual(weak, {
      ok: false,
      error: { reason: 'key-weak', data: { bits: 1024, needed: 2048, algorithm: 'RS256' } },
    });
  });

  it('knows no other algorithm', async () => {
    for (const name of ['none', 'HS1', 'ES256K', 'hs256', '__proto__']) {
      const key = await generateKey(name);
      assert.ok(!key.ok && key.error.reason === 'algorithm-unknown');
    }
  });
});

describe('generateSuccessor', () => {
  it('makes a secret that fits all that is signed with it, in the encoding of the old one', async () => {
    for (const [encoding, text] of [
      ['utf8', /^[\w-]{86}$/],
      ['base64url', /^[\w-]{86}$/],
      ['base64', /^[A-Za-z0-9+/]{86}==$/],
      ['hex', /^[0-9a-f]{128}$/],
    ] as const) {
      const made = await generateSuccessor({ ...hmac, encoding }, ['HS256', 'HS512', 'HS384', 'RS256', 'HS1']);
      assert.ok(made.ok && made.value.material.type === 'oct');
      assert.equal(made.value.algorithm, 'HS512');
      assert.equal(made.value.material.encoding, encoding);
      assert.match(made.value.material.text.reveal(), text);
      assert.equal(checkKey(made.value.material, 'HS512'), undefined);
    }
    const least = await generateSuccessor(hmac, []);
    assert.ok(least.ok && least.value.algorithm === 'HS256' && keyBits(least.value.material) >= 256);
  });

  it('makes an RSA key of a size that is offered, and no shorter one', async function () {
    this.timeout(60_000);
    for (const [bits, wanted] of [
      [2048, 2048],
      [2560, 3072],
      [5120, 4096],
    ] as const) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
      const key: SigningKey = {
        ...(await pair()),
        algorithm: 'PS256',
        publicJwk: publicKey.export({ format: 'jwk' }) as JsonObject,
      };
      const made = await generateSuccessor(key, []);
      assert.ok(made.ok && made.value.algorithm === 'PS256');
      assert.equal(keyBits(made.value.material), wanted);
    }
    const curve = await generateSuccessor(await pair('ES384'), []);
    assert.ok(curve.ok && curve.value.algorithm === 'ES384');
  });
});

describe('checkKey', () => {
  it('compares type, curve and bits with the algorithm', async () => {
    assert.equal(checkKey(hmac, 'HS256'), undefined);
    assert.deepEqual(checkKey(hmac, 'HS512'), {
      reason: 'key-weak',
      data: { bits: 320, needed: 512, algorithm: 'HS512' },
    });
    assert.equal(checkKey(hmac, 'RS256')?.reason, 'key-mismatch');
    assert.equal(checkKey(await pair(), 'ES256'), undefined);
    assert.equal(checkKey(await pair(), 'ES384')?.reason, 'key-mismatch');
    assert.equal(checkKey(await pair(), 'none')?.reason, 'algorithm-unknown');
  });
});

describe('signing keys in the vault', () => {
  const brought = (key: SigningKey) => {
    const decoded = decodeSigningKey(encodeSigningKey(key));
    assert.ok(decoded.ok, decoded.ok ? '' : decoded.error);
    assert.equal(encodeSigningKey(decoded.value), encodeSigningKey(decoded.value));
    assert.deepEqual(JSON.parse(encodeSigningKey(decoded.value)), JSON.parse(encodeSigningKey(key)));
    return decoded.value;
  };

  it('come back as they were', async () => {
    brought(hmac);
    brought({ ...hmac, algorithm: 'HS384', kid: 'shared', previousPublicKeys: [{ kty: 'EC', kid: 'old' }] });
    const key = await pair();
    const again = brought(await rotateSigningKey(key, await fresh('EdDSA'), createdAt + 1));
    assert.equal(again.previousPublicKeys?.[0]?.kid, key.kid);
  });

  it('are read as they were written when there were only secrets', () => {
    const old = '{"version":1,"type":"oct","id":"h","name":"h","createdAt":5,"text":"abc","encoding":"hex"}';
    const decoded = decodeSigningKey(old);
    assert.ok(decoded.ok && decoded.value.type === 'oct');
    assert.equal(decoded.value.text.reveal(), 'abc');
  });

  it('are damaged where something is missing or in the wrong place', async () => {
    const good = JSON.parse(encodeSigningKey(await pair()));
    const { d } = JSON.parse(good.text);
    for (const wrong of [
      { ...good, type: 'spell' },
      { ...good, encoding: 'utf8' },
      { ...good, publicJwk: undefined },
      { ...good, publicJwk: { ...good.publicJwk, d } },
      { ...good, previousPublicKeys: [{ ...good.publicJwk, d }] },
      { ...good, previousPublicKeys: {} },
      { ...good, algorithm: 'none' },
      { ...good, algorithm: undefined },
      { ...good, kid: 5 },
      { ...good, text: {} },
      { ...good, text: 'AGE-SECRET' },
      { ...good, text: '[]' },
    ]) {
      assert.deepEqual(decodeSigningKey(JSON.stringify(wrong)), { ok: false, error: 'wrong-shape' });
    }
  });

  it('show no secret in a print', async () => {
    const key = await pair();
    const { d } = JSON.parse(key.text.reveal());
    assert.ok(!(inspect(key, { depth: 9 }) + JSON.stringify(key)).includes(d));
  });
});

describe('export', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  it('gives the public half alone', async () => {
    const key = await pair('RS256');
    const jwk = await exportPublicJwk(key);
    const pem = await exportPublicPem(key);
    assert.ok(jwk.ok && pem.ok);
    assert.deepEqual(jwk.value, { ...key.publicJwk, kid: key.kid, alg: 'RS256', use: 'sig' });
    assert.deepEqual(createPublicKey(pem.value).export({ format: 'jwk' }), key.publicJwk);
  });

  it('gives the private key only by its own functions', async () => {
    const key = await pair();
    const pem = await exportPrivatePem(key);
    assert.ok(pem.ok);
    assert.match(pem.value.reveal(), /^-----BEGIN PRIVATE KEY-----\n[\s\S]*\n-----END PRIVATE KEY-----\n$/);
    assert.deepEqual(JSON.parse(exportPrivate(key).reveal()), {
      ...JSON.parse(key.text.reveal()),
      ...{ kid: key.kid, alg: 'ES256' },
    });
    assert.equal(exportPrivate(hmac).reveal(), 'demo-shared-secret-that-protects-nothing');
  });

  it('says that a secret has no public half', async () => {
    const expected = { ok: false, error: { reason: 'no-public-half', data: {} } };
    assert.deepEqual(await exportPublicJwk(hmac), expected);
    assert.deepEqual(await exportPublicPem(hmac), expected);
    assert.deepEqual(await exportPrivatePem(hmac), expected);
    assert.deepEqual(await exportJwks([hmac]), expected);
  });
});

describe('rotation', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  const claims = { sub: 'alice' };
  const sign = async (key: SigningKey) => {
    const token = await signJwt({ algorithm: key.algorithm ?? 'HS256', key, header: {}, claims });
    assert.ok(token.ok);
    return token.value;
  };

  it('signs with the new key, and publishes the old one until it is dropped', async () => {
    const first = await pair('ES256');
    const second = await rotateSigningKey(first, await fresh('ES256'), createdAt + 1);
    const third = await rotateSigningKey(second, await fresh('EdDSA'), createdAt + 2);
    assert.deepEqual([third.id, third.name, third.createdAt], ['k', 'k', createdAt + 2]);
    const tokens = [await sign(first), await sign(second), await sign(third)];
    const verified = async (key: SigningKey) => {
      const jwks = await exportJwks([key]);
      assert.ok(jwks.ok);
      assert.doesNotMatch(JSON.stringify(jwks.value), /"d":/);
      const keys = await importPublicKeys(JSON.stringify(jwks.value));
      assert.ok(keys.ok);
      const results = tokens.map(token =>
        verifyJwt(token, { keys: keys.value, algorithms: ['ES256', 'EdDSA'], now: createdAt, toleranceSeconds: 0 }),
      );
      return (await Promise.all(results)).map(({ valid, kid }) => (valid ? kid : false));
    };
    assert.deepEqual(await verified(third), [first.kid, second.kid, third.kid]);
    const dropped = dropPreviousKey(third, first.kid ?? '');
    assert.deepEqual(await verified(dropped), [false, second.kid, third.kid]);
    const bare = dropPreviousKey(dropped, second.kid ?? '');
    assert.deepEqual(await verified(bare), [false, false, third.kid]);
    assert.ok(!('previousPublicKeys' in bare));
  });

  it('keeps nothing of a secret', async () => {
    const rotated = await rotateSigningKey(hmac, await fresh('HS256'), createdAt);
    assert.ok(!('previousPublicKeys' in rotated));
  });
});

describe('signJwt', () => {
  it('lets the template name another key id', async () => {
    const key = await pair();
    const token = await signJwt({ algorithm: 'ES256', key, header: { kid: 'theirs', typ: 'at+jwt' }, claims: {} });
    assert.ok(token.ok);
    const decoded = decodeJwt(token.value);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value.header, { kid: 'theirs', typ: 'at+jwt', alg: 'ES256' });
  });

  it('lets no header change the algorithm, and signs no extension', async () => {
    const token = await signJwt({ algorithm: 'HS256', key: hmac, header: { alg: 'none' }, claims: {} });
    assert.ok(token.ok);
    const decoded = decodeJwt(token.value);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.header.alg, 'HS256');
    for (const header of [{ crit: ['b64'], b64: false }, { b64: false }, { crit: ['x'], x: 1 }]) {
      assert.deepEqual(await signJwt({ algorithm: 'HS256', key: hmac, header, claims: {} }), {
        ok: false,
        error: 'header',
      });
    }
  });

  it('has a reason for each key that cannot sign', async () => {
    const key = await pair();
    const problem = async (algorithm: string, signingKey: SigningKey) => {
      const token = await signJwt({ algorithm, key: signingKey, header: {}, claims: {} });
      return token.ok ? 'signed' : token.error;
    };
    assert.equal(await problem('none', hmac), 'algorithm');
    assert.equal(await problem('HS256', key), 'key-mismatch');
    assert.equal(await problem('ES384', key), 'key-mismatch');
    assert.equal(await problem('HS256', { ...hmac, encoding: 'hex' }), 'encoding');
    assert.equal(await problem('HS256', { ...hmac, text: new Secret('') }), 'empty');
    assert.equal(await problem('ES256', { ...key, text: new Secret('{') }), 'key-broken');
    assert.equal(await problem('ES256', { ...key, text: new Secret('{}') }), 'key-broken');
  });
});

describe('claimsFor', () => {
  const template = { algorithm: 'HS256', header: {}, lifetimeSeconds: 60, notBefore: true, tokenId: true };

  it('makes the times and the id anew, and keeps every other claim', () => {
    const claims = { iss: 'i', aud: ['a', 'b'], role: 'viewer', iat: 1, nbf: 1, exp: 1, jti: 'old' };
    const made = claimsFor({ ...template, claims }, 1_700_000_000_999);
    const { jti, ...rest } = made;
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      ...{ iss: 'i', aud: ['a', 'b'], role: 'viewer' },
      ...{ iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_700_000_060 },
    });
  });

  it('leaves out what the template leaves out', () => {
    const claims = { sub: 's', exp: 5, nbf: 5, jti: 'old' };
    const made = claimsFor({ ...template, claims, lifetimeSeconds: null, notBefore: false, tokenId: false }, 5000);
    assert.deepEqual(made, { sub: 's', iat: 5 });
  });
});
