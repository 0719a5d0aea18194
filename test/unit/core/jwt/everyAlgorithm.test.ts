import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import * as jose from 'jose';
import type { SigningKey } from '../../../../src/core/credentials/types.ts';
import { algorithms } from '../../../../src/core/jwt/algorithms.ts';
import { decodeJwt } from '../../../../src/core/jwt/decode.ts';
import { exportPrivate, exportPrivatePem, exportPublicPem } from '../../../../src/core/jwt/exportKey.ts';
import { importPrivateKey, importPublicKeys, importSecret } from '../../../../src/core/jwt/importKey.ts';
import { generateKey, makeSigningKey } from '../../../../src/core/jwt/keys.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import { verifyJwt } from '../../../../src/core/jwt/verify.ts';
import type { VerificationKey } from '../../../../src/core/jwt/verifySignature.ts';

const now = Date.UTC(2026, 0, 1);
const claims = { sub: 'alice', name: 'Zoë', exp: now / 1000 + 60 };

async function generated(algorithm: string): Promise<SigningKey> {
  const key = await generateKey(algorithm);
  assert.ok(key.ok);
  return makeSigningKey({ id: algorithm, name: algorithm, createdAt: now }, key.value);
}

function verificationKey(key: SigningKey): VerificationKey {
  return key.type === 'oct' ? key : { type: 'public', jwk: key.publicJwk };
}

async function signed(key: SigningKey, algorithm: string): Promise<string> {
  const token = await signJwt({ algorithm, key, header: { typ: 'JWT' }, claims });
  assert.ok(token.ok, token.ok ? '' : token.error);
  return token.value;
}

async function outcome(token: string, key: VerificationKey, algorithm: string) {
  const { valid, checks } = await verifyJwt(token, { keys: [key], algorithms: [algorithm], now, toleranceSeconds: 0 });
  const failed = checks.find(check => check.outcome === 'failed');
  return valid ? 'valid' : `${failed?.check} ${failed?.reason}`;
}

// RSA keys take their time on a busy machine.
describe('every algorithm', function () {
  this.timeout(30_000);
  for (const { name, keyType } of algorithms) {
    describe(name, () => {
      let key: SigningKey;
      let token: string;
      before(async () => {
        key = await generated(name);
        token = await signed(key, name);
      });

      it('generates a key and signs with it; the header names algorithm, type and key', () => {
        const decoded = decodeJwt(token);
        assert.ok(decoded.ok);
        const named = key.type === 'jwk' ? { kid: key.kid } : {};
        assert.deepEqual(decoded.value.header, { typ: 'JWT', ...named, alg: name });
        assert.deepEqual(decoded.value.payload, claims);
        assert.equal(key.type === 'jwk', typeof key.kid === 'string');
      });

      it('verifies, and jose agrees', async () => {
        assert.equal(await outcome(token, verificationKey(key), name), 'valid');
        const joseKey =
          key.type === 'oct'
            ? createSecretKey(key.text.reveal(), 'utf8')
            : await jose.importJWK(key.publicJwk as jose.JWK, name);
        const verified = await jose.jwtVerify(token, joseKey, { currentDate: new Date(now) });
        assert.deepEqual(verified.payload, claims);
      });

      it('verifies what jose signs', async () => {
        const joseKey =
          key.type === 'oct'
            ? createSecretKey(key.text.reveal(), 'utf8')
            : await jose.importJWK(JSON.parse(key.text.reveal()), name);
        const theirs = await new jose.SignJWT(claims).setProtectedHeader({ alg: name }).sign(joseKey);
        assert.equal(await outcome(theirs, verificationKey(key), name), 'valid');
      });

      it('signs with the key exported and imported again', async () => {
        if (key.type === 'oct') {
          const again = importSecret(key.text.reveal(), key.encoding, { algorithm: name });
          assert.ok(again.ok);
          const other = makeSigningKey({ id: 'x', name: 'x', createdAt: now }, again.value);
          assert.equal(await outcome(await signed(other, name), verificationKey(key), name), 'valid');
          return;
        }
        const pem = await exportPrivatePem(key);
        assert.ok(pem.ok);
        for (const text of [pem.value.reveal(), exportPrivate(key).reveal()]) {
          const again = await importPrivateKey(text, { algorithm: name });
          assert.ok(again.ok);
          assert.equal(again.value.kid, key.kid);
          const other = makeSigningKey({ id: 'x', name: 'x', createdAt: now }, again.value);
          assert.equal(await outcome(await signed(other, name), verificationKey(key), name), 'valid');
        }
        const publicPem = await exportPublicPem(key);
        assert.ok(publicPem.ok);
        const [publicKey] = await importPublicKeys(publicPem.value).then(keys => (keys.ok ? keys.value : []));
        assert.ok(publicKey);
        assert.equal(await outcome(token, publicKey, name), 'valid');
      });

      it('refuses a token that was tampered with', async () => {
        const [header = '', payload = '', signature = ''] = token.split('.');
        const flip = (text: string, at: number) =>
          text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
        for (const text of [
          `${header}.${flip(payload, 12)}.${signature}`,
          `${header}.${payload}.${flip(signature, 0)}`,
          `${header}.${payload}.${flip(signature, signature.length >> 1)}`,
          `${header}.${payload}.${signature.slice(0, -4)}`,
          `${header}.${payload}.${signature}AAAA`,
        ]) {
          assert.match(
            await outcome(text, verificationKey(key), name),
            /^(?:signature signature-mismatch|structure )/,
            text,
          );
        }
        assert.equal(await outcome(`${header}.${payload}.`, verificationKey(key), name), 'signature signature-empty');
        assert.equal(await outcome(`${token}=`, verificationKey(key), name), 'structure signature-not-canonical');
      });

      it('refuses another key of the same kind, and keys of every other kind', async () => {
        const other = await generated(name);
        const anonymous: VerificationKey = other.type === 'oct' ? other : { type: 'public', jwk: other.publicJwk };
        assert.equal(await outcome(token, anonymous, name), 'signature signature-mismatch');
        for (const foreign of ['HS256', 'ES256', 'ES384', 'EdDSA', 'RS256']) {
          const kind = algorithms.find(algorithm => algorithm.name === foreign);
          if (kind?.keyType !== keyType || (keyType === 'EC' && name !== foreign)) {
            const foreignKey = await generated(foreign);
            const expected =
              keyType === 'oct'
                ? 'hmac-with-public-key'
                : kind?.keyType === 'oct'
                  ? 'secret-for-asymmetric'
                  : 'key-mismatch';
            assert.equal(await outcome(token, verificationKey(foreignKey), name), `signature ${expected}`);
            assert.deepEqual(await signJwt({ algorithm: name, key: foreignKey, header: {}, claims }), {
              ok: false,
              error: 'key-mismatch',
            });
          }
        }
      });

      it('refuses the token where another algorithm is accepted', async () => {
        const others = algorithms.map(algorithm => algorithm.name).filter(other => other !== name);
        const { checks } = await verifyJwt(token, {
          ...{ keys: [verificationKey(key)], algorithms: others, now, toleranceSeconds: 0 },
        });
        assert.deepEqual(
          checks.slice(0, 3).map(check => `${check.outcome} ${check.reason}`),
          ['passed ok', 'failed alg-not-accepted', 'notChecked earlier-failure'],
        );
      });
    });
  }
});
