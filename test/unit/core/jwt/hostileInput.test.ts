import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { PairSigningKey } from '../../../../src/core/credentials/types.ts';
import { encodeBase64url } from '../../../../src/core/jwt/base64url.ts';
import { importPublicKeys } from '../../../../src/core/jwt/importKey.ts';
import { parseLifetime } from '../../../../src/core/jwt/lifetimes.ts';
import { cleanPastedCredential } from '../../../../src/core/jwt/mendHeader.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import { verifySignature } from '../../../../src/core/jwt/verifySignature.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { segment } from './tokens.ts';

describe('hostile keys and texts', () => {
  const n = encodeBase64url(new Uint8Array(256).fill(0xff));

  it('refuses an RSA key whose exponent is 1, even or zero', async () => {
    for (const e of ['AQ', 'AAE', 'Ag', 'AA', 'AQAA']) {
      assert.deepEqual(await importPublicKeys(JSON.stringify({ kty: 'RSA', n, e })), {
        ok: false,
        error: { reason: 'key-broken', data: {} },
      });
    }
    for (const e of ['Aw', 'AQAB', 'AAEAAQ']) {
      assert.ok((await importPublicKeys(JSON.stringify({ kty: 'RSA', n, e }))).ok, e);
    }
  });

  it('believes no signature that anybody could make with the exponent 1', async () => {
    const input = `${segment({ alg: 'RS256' })}.${segment({ role: 'admin' })}`;
    // EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): with the exponent 1 the encoded message is its own signature.
    const info = Buffer.concat([
      Buffer.from('3031300d060960864801650304020105000420', 'hex'),
      createHash('sha256').update(input).digest(),
    ]);
    const encoded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(253 - info.length, 0xff), Buffer.from([0]), info]);
    const token = `${input}.${encodeBase64url(encoded)}`;
    const keys = [{ type: 'public', jwk: { kty: 'RSA', n, e: 'AQ' } }] as const;
    assert.deepEqual(await verifySignature(token, { keys, algorithms: ['RS256'] }), {
      ok: false,
      error: { check: 'signature', reason: 'key-broken', data: {} },
    });
  });

  it('says that a stored RSA key is broken instead of throwing when it became too short', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const jwk = privateKey.export({ format: 'jwk' });
    const key: PairSigningKey = {
      id: 'id',
      name: 'name',
      createdAt: 0,
      type: 'jwk',
      text: new Secret(JSON.stringify(jwk)),
      encoding: 'jwk',
      publicJwk: { kty: 'RSA', n: jwk.n, e: jwk.e },
      algorithm: 'RS256',
    };
    assert.deepEqual(await signJwt({ algorithm: 'RS256', key, header: {}, claims: {} }), {
      ok: false,
      error: 'key-broken',
    });
  });

  it('takes no word for a unit that every object knows', () => {
    for (const text of ['5 constructors', '1 constructor', '2 __proto__s', '3 valueofs']) {
      assert.deepEqual(parseLifetime(text), { ok: false, error: 'not-a-lifetime' });
    }
  });

  it('cleans a long row of schemes at once', () => {
    const began = performance.now();
    assert.deepEqual(cleanPastedCredential(`${'Bearer '.repeat(20_000)}abc`), { token: 'abc', scheme: 'Bearer' });
    // Quadratic time took several seconds.
    assert.ok(performance.now() - began < 1000);
    assert.equal(cleanPastedCredential('Bearer "Bearer abc"').token, 'abc');
  });
});
