import assert from 'node:assert/strict';
import { forgetAll, headerSnapshot, uriOf } from '../harness/inside.ts';
import { addServer, codes, problems, readText, run, until, writeText } from '../harness/keyring.ts';
import { fakeSignature, freshJwt, nowSeconds, segment } from '../harness/tokens.ts';
import { configPath, good } from './nothingLost.ts';

const file = uriOf(configPath);

// A token that no server will take is kept all the same: it may be an opaque one that looks like a JWT. But it is said.
describe('A token that is no good', () => {
  const [header = '', payload = ''] = freshJwt().split('.');
  const cases: readonly (readonly [what: string, token: string, code: string, message: RegExp])[] = [
    ['two segments', `${header}.${payload}`, 'token-malformed', /2 segments instead of three/],
    ['five segments', `${header}.${payload}.a.b.c`, 'token-malformed', /5 segments instead of three/],
    ['bad base64url', `${header}.${payload}+.${fakeSignature}`, 'token-malformed', /payload is not base64url/],
    [
      'padding',
      `${header}.${segment('{"a":12}')}=.${fakeSignature}`,
      'token-malformed',
      /payload is not (?:canonical )?base64url/,
    ],
    [
      'a header that is not JSON',
      `eyJhbGciOiJIUzI1NiIs.${payload}.${fakeSignature}`,
      'token-malformed',
      /header is not JSON/,
    ],
    [
      'exp as a string',
      freshJwt({ exp: String(nowSeconds() + 60) }),
      'token-malformed',
      /exp has to be a number of seconds/,
    ],
    ['exp negative', freshJwt({ exp: -60 }), 'token-malformed', /exp is negative/],
    [
      'exp in milliseconds',
      freshJwt({ exp: Date.now() + 60_000 }),
      'token-malformed',
      /exp seems to be in milliseconds/,
    ],
    ['expired', freshJwt({ exp: nowSeconds() - 600 }), 'token-expired', /expired/],
  ];

  before(() => writeText(configPath, '{\n  // Mine.\n  "servers": {}\n}\n'));
  beforeEach(forgetAll);

  for (const [index, [what, token, code, message]] of cases.entries()) {
    it(`${what}: ${code} at the header`, async () => {
      const name = `s${index}`;
      await addServer({ ...good, name, url: `https://${name}.example.com/mcp`, credential: { kind: 'bearer', token } });
      assert.equal((await headerSnapshot(file, name)).kind, 'keyring');
      const said = await until('the problem', () =>
        problems(file).find(problem => problem.code === code && message.test(problem.message)),
      );
      assert.ok(!said.message.includes(payload.slice(0, 20)));
      assert.ok(!readText(configPath).includes(token));
    });
  }

  it('an expired one is refused at the start of the server, with what to do', async () => {
    await addServer({
      ...good,
      name: 'late',
      url: 'https://late.example.com/mcp',
      delivery: 'reference',
      credential: { kind: 'bearer', name: 'late token', token: freshJwt({ exp: nowSeconds() - 600 }) },
    });
    const [, id = ''] = /\{input:(mcp-keyring\.late[^}]*)\}/.exec(readText(configPath)) ?? [];
    await assert.rejects(
      async () => run('mcpKeyring.resolveHeader', id),
      /“late token” for https:\/\/late\.example\.com\/mcp expired 10 min ago and cannot be renewed here\. Replace it/,
    );
  });

  it('one of 100 kB is refused by its field', async () => {
    const before = readText(configPath);
    const token = freshJwt({ padding: 'x'.repeat(75_000) });
    assert.ok(token.length > 100_000);
    await assert.rejects(
      addServer({ ...good, credential: { kind: 'bearer', token } }),
      /^CommandFailed: credential\.token: /,
    );
    assert.equal(readText(configPath), before);
  });

  it('one of 100 kB that stands in a file is only looked at', async () => {
    const token = freshJwt({ padding: 'x'.repeat(75_000) });
    await addServer({ ...good, name: 'seen' });
    const text = readText(configPath).replace(/"\$\{input:[^}]*\}"/, JSON.stringify(`Bearer ${token}`));
    writeText(configPath, text);
    await until('the problem', () => codes(file).includes('secret-in-file'));
  });
});
