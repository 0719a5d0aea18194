import assert from 'node:assert/strict';
import { readAudience, readScopes, readTimes } from '../../../../src/core/jwt/claims.ts';

describe('claims', () => {
  it('reads times in seconds, and says what is no time', () => {
    const cases: [unknown, object][] = [
      [undefined, { state: 'absent' }],
      [0, { state: 'valid', at: 0 }],
      [1_700_000_000, { state: 'valid', at: 1_700_000_000_000 }],
      [1_700_000_000.5, { state: 'valid', at: 1_700_000_000_500 }],
      ['1700000000', { state: 'claim-not-a-number' }],
      [null, { state: 'claim-not-a-number' }],
      [Number.POSITIVE_INFINITY, { state: 'claim-not-a-number' }],
      [-1, { state: 'claim-negative' }],
      [1_700_000_000_000, { state: 'claim-milliseconds' }],
      [1e15, { state: 'claim-out-of-range' }],
    ];
    for (const [exp, expected] of cases) {
      assert.deepEqual(readTimes({ exp }).exp, expected);
      assert.deepEqual(readTimes({ iat: exp }).iat, expected);
      assert.deepEqual(readTimes({ nbf: exp }).nbf, expected);
    }
  });

  it('reads one audience or several', () => {
    assert.deepEqual(readAudience({}), []);
    assert.deepEqual(readAudience({ aud: 'a' }), ['a']);
    assert.deepEqual(readAudience({ aud: ['a', 5, 'b'] }), ['a', 'b']);
    assert.deepEqual(readAudience({ aud: { a: 1 } }), []);
  });

  it('reads scopes wherever servers put them', () => {
    assert.deepEqual(readScopes({}), []);
    assert.deepEqual(readScopes({ scope: 'a  b', scp: ['b', 'c d'], permissions: ['read:todos'] }), [
      ...['a', 'b', 'c', 'd', 'read:todos'],
    ]);
    assert.deepEqual(readScopes({ scope: 5, scp: null, permissions: {} }), []);
  });
});
