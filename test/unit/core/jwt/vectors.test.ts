import assert from 'node:assert/strict';
import { generateKey, makeSigningKey } from '../../../../src/core/jwt/keys.ts';
import { signJwt } from '../../../../src/core/jwt/sign.ts';
import { checkVectors, readVectors } from '../../../vectors/vectors.ts';

describe('npm run vectors', () => {
  it('counts what is accepted and rejected in each group, and names what is not as expected', async () => {
    const made = await generateKey('ES256');
    assert.ok(made.ok);
    const key = makeSigningKey({ id: 'k', name: 'k', createdAt: 0 }, made.value);
    assert.ok(key.type === 'jwk');
    const signed = await signJwt({ algorithm: 'ES256', key, header: {}, claims: { sub: 'x' } });
    assert.ok(signed.ok);
    const tests = [
      { tcId: 1, comment: 'good', jws: signed.value, result: 'valid' },
      { tcId: 2, comment: 'spoilt', jws: `${signed.value}=`, result: 'invalid' },
      { tcId: 3, comment: 'wrongly expected', jws: signed.value, result: 'invalid' },
      { tcId: 4, comment: 'wrongly expected too', jws: 'x', result: 'valid' },
      { tcId: 5, comment: 'either', jws: { payload: 'x' }, result: 'acceptable' },
    ];
    const group = { comment: 'es256', public: { ...key.publicJwk, kid: key.kid, alg: 'ES256' }, tests };
    const [outcome] = await checkVectors(readVectors(JSON.stringify({ testGroups: [group] })));
    assert.deepEqual(outcome, {
      ...{ name: 'es256', accepted: 2, rejected: 3, valid: 2, invalid: 2, acceptable: 1 },
      different: [
        { id: 3, comment: 'wrongly expected', expected: 'invalid' },
        { id: 4, comment: 'wrongly expected too', expected: 'valid', reason: 'structure segments' },
      ],
    });
  });

  it('reads no other file', () => {
    assert.throws(() => readVectors('{}'), /testGroups/);
    assert.throws(() => readVectors('{"testGroups":[{"tests":[{"tcId":1,"msg":"00"}]}]}'), /not vectors/);
    assert.throws(() => readVectors('nothing'), SyntaxError);
  });
});
