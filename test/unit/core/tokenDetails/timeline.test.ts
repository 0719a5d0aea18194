import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readTimes } from '../../../../src/core/jwt/claims.ts';
import { nowPosition, type Timeline, timelineOf } from '../../../../src/core/tokenDetails/timeline.ts';

function lineOf(claims: object): Timeline {
  const line = timelineOf(readTimes(claims as Readonly<Record<string, unknown>>));
  assert.ok(line);
  return line;
}

describe('timeline', () => {
  it('puts the life into the middle, and now where it is', () => {
    const line = lineOf({ iat: 1000, exp: 2000 });
    assert.deepEqual(
      line.marks.map(({ kinds, position }) => [kinds, position]),
      [
        [['iat'], 0.12],
        [['exp'], 0.88],
      ],
    );
    assert.equal(nowPosition(line, 1_500_000), 0.5);
    assert.deepEqual(line.good, { from: 0.12, to: 0.88 });
  });

  it('keeps a now that is far away on the line, on its side', () => {
    const line = lineOf({ iat: 1000, exp: 2000 });
    assert.ok(nowPosition(line, 0) < 0.12);
    assert.ok(nowPosition(line, 2_000_001) > 0.88);
    assert.equal(nowPosition(line, 1e15), 0.97);
    assert.equal(nowPosition(line, -1e15), 0.03);
  });

  it('is good from nbf on', () => {
    const line = lineOf({ iat: 1000, nbf: 1500, exp: 2000 });
    assert.deepEqual(line.good, { from: 0.5, to: 0.88 });
  });

  it('joins what falls together', () => {
    const line = lineOf({ iat: 1000, nbf: 1000, exp: 2000 });
    assert.deepEqual(
      line.marks.map(({ kinds }) => kinds),
      [['iat', 'nbf'], ['exp']],
    );
  });

  it('is open where a token does not say when it begins or ends', () => {
    const endless = lineOf({ iat: 1000 });
    assert.equal(endless.opensRight, true);
    assert.equal(endless.good.to, 1);
    assert.ok(nowPosition(endless, 5_000_000) > endless.good.from);
    const ending = lineOf({ exp: 2000 });
    assert.equal(ending.opensLeft, true);
    assert.equal(ending.good.from, 0);
    assert.ok(nowPosition(ending, 1_000_000) < 0.88);
    assert.ok(nowPosition(ending, 3_000_000) > 0.88);
  });

  it('is none without a time that makes sense', () => {
    assert.equal(timelineOf(readTimes({})), undefined);
    assert.equal(timelineOf(readTimes({ exp: 'soon', iat: -1 })), undefined);
  });

  it('keeps every mark and every now on the line, in their order', () => {
    const time = fc.option(fc.integer({ min: 0, max: 1e10 }), { nil: undefined });
    fc.assert(
      fc.property(time, time, time, fc.integer({ min: 0, max: 2e13 }), (iat, nbf, exp, now) => {
        const line = timelineOf(readTimes({ iat, nbf, exp }));
        if (!line) {
          return;
        }
        const places = [
          ...line.marks.map(({ position }) => position),
          nowPosition(line, now),
          line.good.from,
          line.good.to,
        ];
        assert.ok(places.every(place => place >= 0 && place <= 1));
        assert.ok(line.good.from <= line.good.to);
        for (const { at, position } of line.marks) {
          if (now < at) {
            assert.ok(nowPosition(line, now) <= position + 0.02);
          } else if (now > at) {
            assert.ok(nowPosition(line, now) >= position - 0.02);
          }
        }
      }),
    );
  });
});
