import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, sign } from 'node:crypto';
import { algorithms } from '../../../../src/core/jwt/algorithms.ts';
import { decodeJwt } from '../../../../src/core/jwt/decode.ts';
import { importPrivateKey, importPublicKeys, thumbprint } from '../../../../src/core/jwt/importKey.ts';
import { publicMembersOf } from '../../../../src/core/jwt/jwkMembers.ts';
import { makeSigningKey } from '../../../../src/core/jwt/keys.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import { tokenFindings } from '../../../../src/core/jwt/tokenFindings.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { verifyJwt } from '../../../../src/core/jwt/verify.ts';
import { type VerificationKey, verifySignature } from '../../../../src/core/jwt/verifySignature.ts';
import { Secret } from '../../../../src/core/secret.ts';
import * as rfc from './rfcExamples.ts';

function keyOf(jwk: JsonObject): VerificationKey {
  const { kid } = jwk;
  const name = typeof kid === 'string' ? { kid } : {};
  return jwk.kty === 'oct'
    ? { type: 'oct', text: new Secret(String(jwk.k)), encoding: 'base64url', ...name }
    : { type: 'public', jwk: { ...publicMembersOf(jwk), ...name } };
}

async function privateKey(jwk: object) {
  const key = await importPrivateKey(JSON.stringify(jwk));
  assert.ok(key.ok, key.ok ? '' : key.error.reason);
  return key.value;
}

describe('examples of the RFCs', () => {
  const examples: [string, string, JsonObject, string][] = [
    ['RFC 7515 A.1', rfc.a1, rfc.a1Key, 'HS256'],
    ['RFC 7515 A.2', rfc.a2, rfc.a2Key, 'RS256'],
    ['RFC 7515 A.3', rfc.a3, rfc.a3Key, 'ES256'],
    ['RFC 7515 A.4', rfc.a4, rfc.a4Key, 'ES512'],
    ['RFC 7520 4.1', rfc.figure13, rfc.bilboRsa, 'RS256'],
    ['RFC 7520 4.2', rfc.figure20, rfc.bilboRsa, 'PS384'],
    ['RFC 7520 4.3', rfc.figure27, rfc.bilboEc, 'ES512'],
    ['RFC 7520 4.4', rfc.figure34, rfc.bilboSecret, 'HS256'],
    ['RFC 8037 A.4', rfc.ed25519Signed, rfc.ed25519Key, 'EdDSA'],
  ];
  for (const [name, token, jwk, algorithm] of examples) {
    it(`${name} verifies with ${algorithm}, and with nothing changed`, async () => {
      const kid = typeof jwk.kid === 'string' ? { kid: jwk.kid } : {};
      const verified = await verifySignature(token, { keys: [keyOf(jwk)], algorithms: [algorithm] });
      assert.deepEqual(verified, { ok: true, value: { algorithm, ...kid } });
      const [header = '', payload = '', signature = ''] = token.split('.');
      const changed = `${header}.${payload.startsWith('A') ? 'B' : 'A'}${payload.slice(1)}.${signature}`;
      const refused = await verifySignature(changed, { keys: [keyOf(jwk)], algorithms: [algorithm] });
      assert.ok(!refused.ok && refused.error.reason === 'signature-mismatch');
    });
  }

  it('RFC 7519 section 3.1: the claims, and what is to be said of them', async () => {
    const decoded = decodeJwt(rfc.a1);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value.header, { typ: 'JWT', alg: 'HS256' });
    assert.deepEqual(decoded.value.payload, { iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true });
    const options = { toleranceSeconds: 60, expiresSoonSeconds: 300, longLivedDays: 30 };
    const at = (seconds: number) =>
      tokenFindings(decoded.value, { ...options, now: (1300819380 + seconds) * 1000 }).map(({ code }) => code);
    assert.deepEqual([at(-301), at(-300), at(60)], [[], ['token-expires-soon'], ['token-expired']]);
    const verification = await verifyJwt(rfc.a1, {
      keys: [keyOf(rfc.a1Key)],
      algorithms: ['HS256'],
      now: 1300819379_000,
      toleranceSeconds: 0,
      issuer: 'joe',
    });
    assert.equal(verification.valid, true);
  });

  it('RFC 7519 section 6.1: an unsecured JWT decodes, and is never valid', async () => {
    const decoded = decodeJwt(rfc.a5);
    assert.ok(decoded.ok);
    assert.deepEqual(decoded.value.header, { alg: 'none' });
    const refused = await verifySignature(rfc.a5, { keys: [keyOf(rfc.a1Key)], algorithms: ['none', 'HS256'] });
    assert.ok(!refused.ok && refused.error.reason === 'alg-none');
  });

  it('RFC 7517 appendix A.1: of the set, the key for signatures is usable', async () => {
    const keys = await importPublicKeys(JSON.stringify(rfc.jwkSet));
    assert.ok(keys.ok);
    assert.deepEqual(keys.value, [{ type: 'public', jwk: rfc.jwkSet.keys[1] }]);
  });

  it('RFC 7517 appendix A.2: an encryption key signs nothing', async () => {
    const jwk = { ...rfc.jwkSet.keys[0], d: rfc.jwkSetEcPrivate };
    const refused = await importPrivateKey(JSON.stringify(jwk));
    assert.ok(!refused.ok && refused.error.reason === 'jwk-use');
    assert.equal((await privateKey({ ...jwk, use: 'sig' })).algorithm, 'ES256');
  });

  it('RFC 7517 appendix A.3: of the symmetric keys, one is for HMAC', async () => {
    const set = JSON.stringify(rfc.symmetricKeys);
    const hmac = await importPrivateKey(set, { kid: 'HMAC key used in JWS spec Appendix A.1 example' });
    assert.ok(hmac.ok && hmac.value.material.text.reveal() === rfc.a1Key.k);
    const wrapping = await importPrivateKey(set, { kid: '#0' });
    assert.ok(!wrapping.ok && wrapping.error.reason === 'jwk-use');
  });

  it('RFC 7518 section 3.1: the algorithms, and RFC 8037 and 9864: Ed25519', () => {
    assert.deepEqual(
      algorithms.map(({ name, hashBits, curve, minimumBits }) => [name, hashBits, curve ?? minimumBits]),
      [
        ...[
          ['HS256', 256, 256],
          ['HS384', 384, 384],
          ['HS512', 512, 512],
        ],
        ...[
          ['RS256', 256, 2048],
          ['RS384', 384, 2048],
          ['RS512', 512, 2048],
        ],
        ...[
          ['PS256', 256, 2048],
          ['PS384', 384, 2048],
          ['PS512', 512, 2048],
        ],
        ...[
          ['ES256', 256, 'P-256'],
          ['ES384', 384, 'P-384'],
          ['ES512', 512, 'P-521'],
        ],
        ...[
          ['EdDSA', 512, 'Ed25519'],
          ['Ed25519', 512, 'Ed25519'],
        ],
      ],
    );
  });

  it('RFC 7638 section 3.1 and RFC 8037 appendix A.3: thumbprints', async () => {
    const { kid: _, alg: __, ...rsa } = rfc.jwkSet.keys[1] ?? {};
    const keys = await importPublicKeys(JSON.stringify(rsa));
    assert.ok(keys.ok);
    assert.equal(await thumbprint(keys.value[0]?.jwk ?? {}), rfc.rsaThumbprint);
    assert.equal((await privateKey(rfc.ed25519Key)).kid, rfc.ed25519Thumbprint);
  });

  it('signs what another implementation signs, where a signature is reproducible', async () => {
    const claims = { iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true };
    for (const [jwk, algorithm, theirs] of [
      [
        rfc.a1Key,
        'HS256',
        (text: string) => createHmac('sha256', Buffer.from(rfc.a1Key.k, 'base64url')).update(text).digest(),
      ],
      [
        rfc.bilboRsa,
        'RS512',
        (text: string) => sign('sha512', Buffer.from(text), createPrivateKey({ key: rfc.bilboRsa, format: 'jwk' })),
      ],
      [
        rfc.ed25519Key,
        'EdDSA',
        (text: string) => sign(null, Buffer.from(text), createPrivateKey({ key: rfc.ed25519Key, format: 'jwk' })),
      ],
    ] as const) {
      const key = makeSigningKey({ id: 'k', name: 'k', createdAt: 0 }, await privateKey(jwk));
      const token = await signJwt({ algorithm, key, header: { typ: 'JWT' }, claims });
      assert.ok(token.ok);
      const [header, payload, signature] = token.value.split('.');
      assert.equal(signature, theirs(`${header}.${payload}`).toString('base64url'), algorithm);
    }
  });
});
