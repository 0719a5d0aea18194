import assert from 'node:assert/strict';
import { memberRows } from '../../../../src/core/tokenDetails/memberRows.ts';
import { isKnownClaim, isKnownParameter } from '../../../../src/core/tokenDetails/registeredNames.ts';

function values(claims: object): unknown[] {
  return memberRows(claims as Readonly<Record<string, unknown>>, 'claims').rows.map(({ value }) => value);
}

describe('rows of claims', () => {
  it('tell times from numbers', () => {
    assert.deepEqual(values({ exp: 100.5, auth_time: 0, level: 100 }), [
      { kind: 'time', at: 100_500 },
      { kind: 'time', at: 0 },
      { kind: 'json', text: '100', omitted: 0 },
    ]);
    // Milliseconds, negative numbers and texts are no times.
    assert.deepEqual(
      values({ exp: 1_700_000_000_000, nbf: -1, iat: '100' }).map(value => (value as { kind: string }).kind),
      ['json', 'json', 'text'],
    );
    assert.deepEqual(memberRows({ exp: 100 }, 'header').rows[0]?.value, { kind: 'json', text: '100', omitted: 0 });
  });

  it('make lists of scopes and of texts', () => {
    assert.deepEqual(values({ scope: 'a  b', scp: 'a', aud: ['x', 'y'], roles: [], mixed: ['a', 1] }), [
      { kind: 'list', items: ['a', 'b'], omitted: 0 },
      { kind: 'text', text: 'a', omitted: 0 },
      { kind: 'list', items: ['x', 'y'], omitted: 0 },
      { kind: 'json', text: '[]', omitted: 0 },
      { kind: 'json', text: '["a",1]', omitted: 0 },
    ]);
  });

  it('cut what is too long, and say so', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`claim${index}`, index]));
    const { rows, omitted } = memberRows(many, 'claims');
    assert.deepEqual([rows.length, omitted], [100, 29_900]);
    const [text, list] = values({
      text: 'x'.repeat(1_000_000),
      list: Array.from({ length: 1000 }, () => 'y'.repeat(999)),
    });
    assert.deepEqual(text, { kind: 'text', text: `${'x'.repeat(999)}…`, omitted: 999_000 });
    assert.ok(JSON.stringify(list).length < 20_000);
    assert.equal((list as { omitted: number }).omitted, 950);
    const [row] = memberRows({ ['n'.repeat(5000)]: 1 }, 'claims').rows;
    assert.equal(row?.name.length, 80);
  });

  it('survive names and nesting that are meant to hurt', () => {
    const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": "c", "toString": "t"}') as object;
    assert.deepEqual(
      memberRows(hostile as Readonly<Record<string, unknown>>, 'claims').rows.map(({ name }) => name),
      ['__proto__', 'constructor', 'toString'],
    );
    for (const name of ['__proto__', 'constructor', 'toString', '']) {
      assert.equal(isKnownClaim(name), false);
      assert.equal(isKnownParameter(name), false);
    }
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) {
      deep = [deep];
    }
    assert.equal(values({ deep }).length, 1);
  });

  it('show nothing that turns or hides text', () => {
    assert.deepEqual(values({ a: 'x\u202ey\u0000\nz' }), [{ kind: 'text', text: 'x\ufffdy\ufffd z', omitted: 0 }]);
  });
});
