import assert from 'node:assert/strict';
import type { JWK } from 'jose';
import type { SigningKey } from '../../../../src/core/credentials/types.ts';
import { algorithms } from '../../../../src/core/jwt/algorithms.ts';
import { exportJwks, exportPublicPem } from '../../../../src/core/jwt/exportKey.ts';
import { generateKey, makeSigningKey, rotateSigningKey } from '../../../../src/core/jwt/keys.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import { verifierByJwks, verifierByKey } from '../../../servers/tokenVerifier.ts';

const settings = { issuer: 'https://issuer.example', audience: 'https://host.example/mcp', allowEdDSA: true };

async function fresh(algorithm: string) {
  const key = await generateKey(algorithm);
  assert.ok(key.ok);
  return key.value;
}

async function sign(key: SigningKey): Promise<string> {
  const { issuer: iss, audience: aud } = settings;
  const token = await signJwt({
    algorithm: key.algorithm ?? '',
    key,
    header: { typ: 'JWT' },
    claims: { iss, aud, sub: 'alice', scope: 'read' },
  });
  assert.ok(token.ok);
  return token.value;
}

describe('resource servers', function () {
  // RSA keys take their time on a busy machine.
  this.timeout(20_000);

  for (const { name: algorithm } of algorithms.filter(({ name }) => name !== 'Ed25519')) {
    it(`take a token signed with ${algorithm}, by the key that was exported for them`, async () => {
      const key = makeSigningKey({ id: 'k', name: 'k', createdAt: 0 }, await fresh(algorithm));
      const pem = await exportPublicPem(key);
      const exported = key.type === 'oct' ? key.text.reveal() : pem.ok ? pem.value : '';
      const verify = verifierByKey({ ...settings, algorithm }, exported);
      assert.equal((await verify(await sign(key), new Date())).subject, 'alice');
    });
  }

  it('take tokens of both keys after a rotation, by kid', async () => {
    const first = makeSigningKey({ id: 'k', name: 'k', createdAt: 0 }, await fresh('ES256'));
    const second = await rotateSigningKey(first, await fresh('ES256'), 1);
    const jwks = await exportJwks([second]);
    assert.ok(jwks.ok && jwks.value.keys.length === 2);
    const verify = verifierByJwks({ ...settings, algorithm: 'ES256' }, () => jwks.value.keys as JWK[]);
    for (const key of [first, second]) {
      assert.equal((await verify(await sign(key), new Date())).subject, 'alice');
    }
  });
});
