import assert from 'node:assert/strict';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
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

  it('takes key sets, of which a verifier gets the public keys, or the secrets where there are no others', async () => {
    const secret = (kid: string, k: string) => ({ kty: 'oct', kid, alg: 'HS256', use: 'sig', k: k.repeat(43) });
    const sign = (kid: string, { k }: { k: string }) =>
      new CompactSign(new TextEncoder().encode('foo'))
        .setProtectedHeader({ alg: 'HS256', kid })
        .sign(Buffer.from(k, 'base64url'));
    const [one, two] = [secret('one', 'A'), secret('two', 'E')];
    const pair = await generateKeyPair('ES256', { extractable: true });
    const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'pair', alg: 'ES256' };
    const privateKey = { ...(await exportJWK(pair.privateKey)), kid: 'pair', alg: 'ES256' };
    const signed = await new CompactSign(Buffer.from('foo'))
      .setProtectedHeader({ alg: 'ES256', kid: 'pair' })
      .sign(pair.privateKey);
    const group = (keys: object, tests: readonly (readonly [string, string])[]) => ({
      comment: 'set',
      ...keys,
      tests: tests.map(([jws, result], index) => ({ tcId: index + 1, comment: '', jws, result })),
    });
    const byOne = await sign('one', one);
    const groups = [
      group({ private: { keys: [one, two] } }, [
        [byOne, 'valid'],
        [await sign('two', one), 'invalid'],
        [await sign('three', one), 'invalid'],
      ]),
      // Which of two different keys is meant?
      group({ private: { keys: [one, { ...two, kid: 'one' }] } }, [[byOne, 'invalid']]),
      group({ private: { keys: [one, one] } }, [[byOne, 'valid']]),
      group({ private: { keys: [privateKey, one] }, public: { keys: [publicKey, one] } }, [
        [signed, 'valid'],
        [byOne, 'invalid'],
      ]),
      group({ private: { keys: [privateKey] }, public: { keys: [{ ...publicKey, use: 'enc' }] } }, [
        [signed, 'invalid'],
      ]),
      group({ private: { keys: [{ ...one, alg: 'A256KW' }] } }, [[byOne, 'invalid']]),
      group({ private: { keys: [] } }, [[byOne, 'invalid']]),
    ];
    const outcomes = await checkVectors(readVectors(JSON.stringify({ testGroups: groups })));
    assert.deepEqual(
      outcomes.flatMap(outcome => outcome.different),
      [],
    );
    assert.deepEqual(
      outcomes.map(({ accepted, rejected }) => [accepted, rejected]),
      [
        [1, 2],
        [0, 1],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    );
  });

  it('reads no other file', () => {
    assert.throws(() => readVectors('{}'), /testGroups/);
    assert.throws(() => readVectors('{"testGroups":[{"tests":[{"tcId":1,"msg":"00"}]}]}'), /not vectors/);
    assert.throws(() => readVectors('nothing'), SyntaxError);
  });
});
