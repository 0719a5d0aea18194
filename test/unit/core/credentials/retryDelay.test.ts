import assert from 'node:assert/strict';
import { type RetryDelay, retryDelay } from '../../../../src/core/credentials/retryDelay.ts';
import { type OAuthFailureCode, oauthFailure } from '../../../../src/core/oauth/failures.ts';

describe('delays between renewals that fail', () => {
  const now = 1_000_000;

  function delaysOf(count: number, random: number): RetryDelay[] {
    const delays: RetryDelay[] = [];
    for (let attempt = 0; attempt < count; attempt++) {
      delays.push(retryDelay(oauthFailure('network'), delays.at(-1), now, random));
    }
    return delays;
  }

  it('double, up to five minutes, a little more or less by chance', () => {
    const waits = (random: number) => delaysOf(9, random).map(({ notBefore }) => (notBefore - now) / 1000);
    assert.deepEqual(waits(0.5), [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    assert.deepEqual(waits(0), [4, 8, 16, 32, 64, 128, 240, 240, 240]);
    assert.deepEqual(waits(1), [6, 12, 24, 48, 96, 192, 360, 360, 360]);
  });

  it('are five seconds at most for who has no good token', () => {
    assert.deepEqual(
      delaysOf(4, 0).map(({ soonest }) => soonest - now),
      [4000, 5000, 5000, 5000],
    );
  });

  it('are what the server asks for, for everybody', () => {
    const { notBefore, soonest, asked } = retryDelay(oauthFailure('rate-limited', {}, 90_000), undefined, now, 0.5);
    assert.deepEqual([notBefore - now, soonest - now, asked], [90_000, 90_000, true]);
  });

  it('leave to a person what time does not heal, and ask for no refusal while there is a good token', () => {
    const after = (code: OAuthFailureCode) => {
      const { notBefore, soonest, byItself } = retryDelay(oauthFailure(code), delaysOf(5, 1).at(-1), now, 1);
      return [notBefore - now, soonest - now, byItself];
    };
    assert.deepEqual(after('not-json'), [5000, 5000, false]);
    assert.deepEqual(after('invalid-client'), [Number.POSITIVE_INFINITY, 5000, false]);
    assert.deepEqual(after('invalid-grant'), [Number.POSITIVE_INFINITY, 5000, false]);
  });
});
