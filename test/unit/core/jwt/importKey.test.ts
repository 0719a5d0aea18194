import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose';
import {
  type ImportOptions,
  importPrivateKey,
  importPublicKeys,
  importSecret,
} from '../../../../src/core/jwt/importKey.ts';
import { keyBits } from '../../../../src/core/jwt/keyMaterial.ts';
import type { JsonObject } from '../../../../src/core/jwt/types.ts';
import { certificate, type Pair, pairs, pkcs8, spki } from './pems.ts';

async function privateJwk({ privateKey }: Pair): Promise<JWK> {
  return exportJWK(privateKey);
}

async function publicJwk({ publicKey }: Pair): Promise<JWK> {
  return exportJWK(publicKey);
}

async function imported(text: string, options?: ImportOptions) {
  const result = await importPrivateKey(text, options);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error));
  return result.value;
}

async function refused(text: string, options?: ImportOptions) {
  const result = await importPrivateKey(text, options);
  assert.ok(!result.ok);
  return result.error;
}

async function refusedPublic(text: string) {
  const result = await importPublicKeys(text);
  assert.ok(!result.ok);
  return result.error;
}

describe('importPrivateKey', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  const kinds = [
    ['rsa', 'RS256', 2048],
    ['p256', 'ES256', 256],
    ['p384', 'ES384', 384],
    ['p521', 'ES512', 521],
    ['ed25519', 'EdDSA', 256],
  ] as const;
  for (const [name, algorithm, bits] of kinds) {
    it(`reads ${name} as PKCS#8, and names it by its thumbprint`, async () => {
      const pair = pairs[name]();
      const key = await imported(pkcs8(pair));
      assert.ok(key.material.type === 'jwk');
      assert.deepEqual(key.material.publicJwk, await publicJwk(pair));
      assert.deepEqual(JSON.parse(key.material.text.reveal()), await privateJwk(pair));
      assert.equal(key.algorithm, algorithm);
      assert.equal(key.kid, await calculateJwkThumbprint(await publicJwk(pair)));
      assert.equal(keyBits(key.material), bits);
      assert.doesNotMatch(
        inspect(key, { depth: 9 }) + JSON.stringify(key),
        new RegExp(String((await privateJwk(pair)).d)),
      );
    });

    it(`reads ${name} as JWK`, async () => {
      const pair = pairs[name]();
      const key = await imported(
        JSON.stringify({ ...(await privateJwk(pair)), kid: 'mine', alg: algorithm, use: 'sig', x5t: 'x' }),
      );
      assert.ok(key.material.type === 'jwk');
      assert.deepEqual([key.kid, key.algorithm], ['mine', algorithm]);
      assert.deepEqual(key.material.publicJwk, await publicJwk(pair));
      assert.deepEqual(JSON.parse(key.material.text.reveal()), await privateJwk(pair));
    });
  }

  it('reads PKCS#1', async () => {
    const pair = pairs.rsa();
    const pem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    assert.match(pem, /BEGIN RSA PRIVATE KEY/);
    assert.deepEqual(JSON.parse((await imported(pem)).material.text.reveal()), await privateJwk(pair));
  });

  it('reads SEC 1, also behind its parameters and without curve and public key', async () => {
    for (const name of ['p256', 'p384', 'p521'] as const) {
      const pair = pairs[name]();
      const pem = pair.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
      assert.match(pem, /BEGIN EC PRIVATE KEY/);
      const expected = await privateJwk(pair);
      assert.deepEqual(JSON.parse((await imported(pem)).material.text.reveal()), expected);
      const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
      assert.deepEqual(JSON.parse((await imported(parameters + pem)).material.text.reveal()), expected);
      const number = Buffer.from(String(expected.d), 'base64url');
      const bare = Buffer.concat([Buffer.from([0x30, number.length + 5, 2, 1, 1, 4, number.length]), number]);
      const short = `-----BEGIN EC PRIVATE KEY-----\n${bare.toString('base64')}\n-----END EC PRIVATE KEY-----`;
      assert.deepEqual(JSON.parse((await imported(short)).material.text.reveal()), expected);
    }
  });

  it('reads a key that is for PSS alone', async () => {
    const key = await imported(pkcs8(pairs.pss()));
    assert.equal(key.algorithm, 'PS256');
  });

  it('reads PEM with other line ends, as one line, and in base64', async () => {
    const pem = pkcs8(pairs.p256());
    const expected = await privateJwk(pairs.p256());
    for (const text of [
      pem.replaceAll('\n', '\r\n'),
      pem.replaceAll('\n', '\\n'),
      `\n\n  ${pem}  \n`,
      `Bag Attributes\n    friendlyName: x\n${pem}`,
      Buffer.from(pem).toString('base64'),
    ]) {
      assert.deepEqual(JSON.parse((await imported(text)).material.text.reveal()), expected, text.slice(0, 40));
    }
  });

  it('takes the algorithm that it is told, if the key can do it', async () => {
    assert.equal((await imported(pkcs8(pairs.rsa()), { algorithm: 'PS512' })).algorithm, 'PS512');
    assert.equal((await imported(pkcs8(pairs.ed25519()), { algorithm: 'Ed25519' })).algorithm, 'Ed25519');
    assert.deepEqual(await refused(pkcs8(pairs.p256()), { algorithm: 'ES384' }), {
      reason: 'key-mismatch',
      data: { algorithm: 'ES384', keyType: 'EC', curve: 'P-256' },
    });
    assert.deepEqual(await refused(pkcs8(pairs.rsa()), { algorithm: 'HS256' }), {
      reason: 'key-mismatch',
      data: { algorithm: 'HS256', keyType: 'RSA' },
    });
    assert.equal((await refused(pkcs8(pairs.rsa()), { algorithm: 'none' })).reason, 'algorithm-unknown');
    const jwk = { ...(await privateJwk(pairs.rsa())), alg: 'RS256' };
    assert.equal((await refused(JSON.stringify(jwk), { algorithm: 'PS256' })).reason, 'key-mismatch');
  });

  it('refuses a weak key, with numbers', async () => {
    const expected = { reason: 'key-weak', data: { bits: 1024, needed: 2048, algorithm: 'RS256' } };
    assert.deepEqual(await refused(pkcs8(pairs.rsa1024())), expected);
    assert.deepEqual(await refused(JSON.stringify(await privateJwk(pairs.rsa1024()))), expected);
  });

  it('has a reason for each thing that is no private key', async () => {
    const rsaPublic = pairs.rsa().publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const traditional = pairs
      .rsa()
      .privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' });
    const p256 = await privateJwk(pairs.p256());
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const pem = pkcs8(pairs.p256());
    const cases: [string, string][] = [
      ['', 'empty'],
      ['  \n', 'empty'],
      ['A'.repeat(600_000), 'too-long'],
      ['hello', 'not-a-key'],
      ['{', 'not-a-key'],
      ['5', 'not-a-key'],
      ['{}', 'jwk-malformed'],
      [pkcs8(pairs.rsa(), 'secret'), 'passphrase'],
      [traditional.toString(), 'passphrase'],
      [certificate, 'certificate'],
      [spki(pairs.rsa()), 'public-where-private'],
      [rsaPublic, 'public-where-private'],
      [JSON.stringify(await publicJwk(pairs.rsa())), 'public-where-private'],
      [JSON.stringify({ keys: [await publicJwk(pairs.rsa())] }), 'public-where-private'],
      ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', 'pem-unsupported'],
      [pem.replace(/-----END.*/, ''), 'pem-malformed'],
      [pem.replace('M', '*'), 'pem-malformed'],
      ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'pem-malformed'],
      ['-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----', 'pem-malformed'],
      ['-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----', 'pem-malformed'],
      [pkcs8(pairs.secp256k1()), 'unsupported-curve'],
      [pairs.secp256k1().privateKey.export({ type: 'sec1', format: 'pem' }).toString(), 'unsupported-curve'],
      [pkcs8(pairs.ed448()), 'unsupported-key-type'],
      [pkcs8(pairs.x25519()), 'unsupported-key-type'],
      [JSON.stringify(pairs.x25519().privateKey.export({ format: 'jwk' })), 'unsupported-curve'],
      [JSON.stringify({ kty: 'AKP', pub: 'x' }), 'unsupported-key-type'],
      [JSON.stringify({ kty: 'constructor' }), 'unsupported-key-type'],
      [JSON.stringify({ ...p256, use: 'enc' }), 'jwk-use'],
      [JSON.stringify({ ...p256, alg: 'ECDH-ES' }), 'jwk-use'],
      [JSON.stringify({ ...p256, key_ops: ['deriveKey'] }), 'jwk-use'],
      [JSON.stringify({ ...p256, x: `${p256.x}=` }), 'jwk-malformed'],
      [JSON.stringify({ ...p256, y: undefined }), 'jwk-malformed'],
      [JSON.stringify({ ...p256, d: 5 }), 'jwk-malformed'],
      [JSON.stringify({ ...p256, d: 'AAAA' }), 'key-broken'],
      [JSON.stringify({ ...foreign, d: p256.d }), 'key-broken'],
      [JSON.stringify({ keys: [] }), 'jwks-empty'],
    ];
    for (const [text, reason] of cases) {
      assert.equal((await refused(text)).reason, reason, text.slice(0, 80));
    }
  });

  it('takes the private key of a text that has certificates too, and says that it had', async () => {
    const pem = pkcs8(pairs.p256());
    const sec1 = pairs.p256().privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const alone = await imported(pem);
    assert.equal(alone.hadCertificate, undefined);
    for (const text of [certificate + pem, pem + certificate, certificate + certificate + sec1]) {
      const { material, hadCertificate } = await imported(text);
      assert.equal(material.text.reveal(), alone.material.text.reveal());
      assert.equal(hadCertificate, true);
    }
    // What keeps the key from being read counts, not what stands beside it.
    assert.equal((await refused(certificate + pkcs8(pairs.p256(), 'secret'))).reason, 'passphrase');
    assert.equal((await refused(certificate + pem.replace(/-----END.*/, ''))).reason, 'pem-malformed');
    assert.equal((await refused(certificate + spki(pairs.p256()))).reason, 'certificate');
  });

  it('chooses a key of a JWKS', async () => {
    const one = { ...(await privateJwk(pairs.p256())), kid: 'one' };
    const two = await privateJwk(pairs.ed25519());
    const set = JSON.stringify({ keys: [await publicJwk(pairs.rsa()), one, 'noise', two] });
    assert.deepEqual(await refused(set), { reason: 'jwks-several', data: { kids: ['one', '#2'] } });
    assert.equal((await imported(set, { kid: 'one' })).algorithm, 'ES256');
    assert.equal((await imported(set, { kid: '#2' })).algorithm, 'EdDSA');
    assert.deepEqual(await refused(set, { kid: 'three' }), {
      reason: 'jwks-kid-unknown',
      data: { kid: 'three', kids: ['one', '#2'] },
    });
    assert.equal((await imported(JSON.stringify({ keys: [one] }))).kid, 'one');
    assert.equal((await imported(JSON.stringify([one]))).kid, 'one');
  });

  it('reads a secret as JWK', async () => {
    const k = Buffer.alloc(32, 7).toString('base64url');
    const key = await imported(JSON.stringify({ kty: 'oct', k, kid: 'shared' }));
    assert.ok(key.material.type === 'oct');
    assert.deepEqual(
      [key.material.text.reveal(), key.material.encoding, key.algorithm, key.kid],
      [k, 'base64url', 'HS256', 'shared'],
    );
    assert.equal((await refused(JSON.stringify({ kty: 'oct', k, alg: 'HS512' }))).reason, 'key-weak');
    assert.equal((await refused(JSON.stringify({ kty: 'oct', k: 'x y' }))).reason, 'jwk-malformed');
    assert.equal((await refused(JSON.stringify({ kty: 'oct', k }), { algorithm: 'ES256' })).reason, 'key-mismatch');
  });
});

describe('importSecret', () => {
  it('takes as many bits as the hash, or fewer where the user insists', () => {
    const text = 'x'.repeat(32);
    assert.ok(importSecret(text, 'utf8', { algorithm: 'HS256' }).ok);
    assert.deepEqual(importSecret(text, 'utf8', { algorithm: 'HS384' }), {
      ok: false,
      error: { reason: 'key-weak', data: { bits: 256, needed: 384, algorithm: 'HS384' } },
    });
    assert.ok(importSecret('short', 'utf8', { allowWeakSecret: true }).ok);
  });

  it('counts bits in the encoding that it was given', () => {
    const base64 = Buffer.alloc(24).toString('base64');
    assert.ok(importSecret(base64, 'utf8').ok);
    assert.equal((importSecret(base64, 'base64') as { error: { data: JsonObject } }).error.data.bits, 192);
  });

  it('refuses what is no secret', () => {
    const reason = (...parameters: Parameters<typeof importSecret>) => {
      const result = importSecret(...parameters);
      return result.ok ? 'ok' : result.error.reason;
    };
    assert.equal(reason('', 'utf8'), 'empty');
    assert.equal(reason('not hex', 'hex'), 'secret-encoding');
    assert.equal(reason('x'.repeat(64), 'utf8', { algorithm: 'RS256' }), 'key-mismatch');
    assert.equal(reason('x'.repeat(64), 'utf8', { algorithm: 'none' }), 'algorithm-unknown');
    assert.equal(reason(spki(pairs.p256()), 'utf8'), 'public-key-as-secret');
    assert.equal(reason(certificate, 'utf8'), 'public-key-as-secret');
  });
});

describe('importPublicKeys', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  it('reads PEM, PKCS#1 and JWK alike', async () => {
    const jwk = await publicJwk(pairs.rsa());
    const pkcs1 = pairs.rsa().publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    for (const text of [spki(pairs.rsa()), pkcs1, JSON.stringify(jwk), JSON.stringify({ keys: [jwk] })]) {
      assert.deepEqual(await importPublicKeys(text), { ok: true, value: [{ type: 'public', jwk }] });
    }
    for (const name of ['p256', 'p384', 'p521', 'ed25519', 'pss'] as const) {
      assert.ok((await importPublicKeys(spki(pairs[name]()))).ok, name);
    }
  });

  it('reads the key of a certificate', async () => {
    const expected = await exportJWK(new X509Certificate(certificate).publicKey);
    assert.deepEqual(await importPublicKeys(certificate), { ok: true, value: [{ type: 'public', jwk: expected }] });
  });

  it('keeps the names, and drops what it does not know', async () => {
    const jwk = await publicJwk(pairs.p256());
    const given = { ...jwk, kid: 'k', alg: 'ES256', use: 'sig', x5c: ['x'], note: 'hello' };
    assert.deepEqual(await importPublicKeys(JSON.stringify(given)), {
      ok: true,
      value: [{ type: 'public', jwk: { ...jwk, kid: 'k', alg: 'ES256', use: 'sig' } }],
    });
  });

  it('takes from a JWKS what can be used', async () => {
    const good = { ...(await publicJwk(pairs.p256())), kid: 'good' };
    const bad = [
      { ...good, use: 'enc' },
      { kty: 'oct', k: 'AAAA' },
      await privateJwk(pairs.p384()),
      { kty: 'new' },
      await publicJwk(pairs.rsa1024()),
      { ...good, x: 'AAAA' },
      null,
      'text',
    ];
    const some = await importPublicKeys(JSON.stringify({ keys: [...bad, good] }));
    assert.deepEqual(some, { ok: true, value: [{ type: 'public', jwk: good }] });
    assert.deepEqual((await refusedPublic(JSON.stringify({ keys: bad }))).reason, 'jwks-empty');
  });

  it('has a reason for each thing that is no public key', async () => {
    const cases: [string, string][] = [
      ['', 'empty'],
      ['hello', 'not-a-key'],
      [pkcs8(pairs.rsa()), 'private-where-public'],
      [pkcs8(pairs.rsa(), 'secret'), 'private-where-public'],
      [JSON.stringify(await privateJwk(pairs.p256())), 'private-where-public'],
      [JSON.stringify({ kty: 'oct', k: 'AAAA' }), 'secret-where-public'],
      [spki(pairs.rsa1024()), 'key-weak'],
      [spki(pairs.secp256k1()), 'unsupported-curve'],
      ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', 'pem-unsupported'],
      ['-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----', 'pem-malformed'],
      [JSON.stringify({ keys: [] }), 'jwks-empty'],
    ];
    for (const [text, reason] of cases) {
      assert.equal((await refusedPublic(text)).reason, reason, text.slice(0, 60));
    }
  });
});
