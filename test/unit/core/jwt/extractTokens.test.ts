import assert from 'node:assert/strict';
import fc from 'fast-check';
import { looksLikeCurl, parseCurl } from '../../../../src/core/jwt/curl.ts';
import { extractTokens } from '../../../../src/core/jwt/extractTokens.ts';
import { anyText, fakeJwe, fakeJwt } from './tokens.ts';

const jwt = fakeJwt();
const other = fakeJwt({ sub: 'bob' });

function found(text: string) {
  return extractTokens(text).map(({ token, source, name, shape }) => [token, source, name ?? '', shape]);
}

describe('extractTokens', () => {
  const cases: [string, string, string[][]][] = [
    ['a bare token', jwt, [[jwt, 'text', '', 'jwt']]],
    ['an encrypted one', ` ${fakeJwe}\n`, [[fakeJwe, 'text', '', 'jwt']]],
    ['an opaque one', 'dev-alice-token', [['dev-alice-token', 'text', '', 'opaque']]],
    ['a scheme before it', `Bearer ${jwt}`, [[jwt, 'header', '', 'jwt']]],
    ['a header', `Authorization: Bearer ${jwt}`, [[jwt, 'header', 'Authorization', 'jwt']]],
    [
      'a header with an opaque token',
      'authorization: bearer dev-alice-token',
      [['dev-alice-token', 'header', 'authorization', 'opaque']],
    ],
    ['an API key', 'X-API-Key: demo-key-1', [['demo-key-1', 'header', 'X-API-Key', 'opaque']]],
    [
      'a request as it went over the wire',
      `POST /mcp HTTP/1.1\r\nHost: host.example\r\nContent-Length: 1234567\r\nAuthorization: Bearer dev-alice-token\r\n\r\n{}`,
      [['dev-alice-token', 'header', 'Authorization', 'opaque']],
    ],
    [
      'a cURL command',
      `curl -X POST https://host.example/mcp -H 'Accept: application/json' -H "Authorization: Bearer ${jwt}"`,
      [[jwt, 'curl', 'Authorization', 'jwt']],
    ],
    [
      'a cURL command over lines',
      `curl 'https://host.example/mcp' \\\n  -H 'X-API-Key: demo-key-1' \\\n  --data-raw '{}'`,
      [['demo-key-1', 'curl', 'X-API-Key', 'opaque']],
    ],
    [
      'a cURL command of Windows',
      `curl "https://host.example" ^\r\n  -H "Authorization: Bearer ${jwt}"`,
      [[jwt, 'curl', 'Authorization', 'jwt']],
    ],
    [
      'a cURL command with a URL',
      `curl https://host.example/?access_token=${jwt}`,
      [[jwt, 'url', 'access_token', 'jwt']],
    ],
    ['cURL’s own option', `curl --oauth2-bearer ${jwt} https://host.example`, [[jwt, 'curl', 'Authorization', 'jwt']]],
    [
      'a query',
      `https://host.example/mcp?x=1&access_token=opaque-token`,
      [['opaque-token', 'url', 'access_token', 'opaque']],
    ],
    ['a fragment', `https://host.example/cb#id_token=${jwt}&state=abcdefgh`, [[jwt, 'url', 'id_token', 'jwt']]],
    ['a fragment of an app', `https://host.example/#/cb?token=${jwt}`, [[jwt, 'url', 'token', 'jwt']]],
    ['a parameter of any name with a JWT', `https://host.example/?t=${jwt}`, [[jwt, 'url', 't', 'jwt']]],
    [
      'a fragment alone',
      `#access_token=opaque-token&expires_in=3600`,
      [['opaque-token', 'url', 'access_token', 'opaque']],
    ],
    [
      'a token response',
      JSON.stringify({ access_token: 'opaque-token', token_type: 'Bearer', expires_in: 3600, id_token: jwt }),
      [
        [jwt, 'json', 'id_token', 'jwt'],
        ['opaque-token', 'json', 'access_token', 'opaque'],
      ],
    ],
    [
      'a config file',
      JSON.stringify({
        servers: {
          a: { url: 'https://host.example', headers: { Authorization: `Bearer ${jwt}`, 'X-Other': 'nothing-here' } },
        },
      }),
      [[jwt, 'json', 'Authorization', 'jwt']],
    ],
    [
      'tokens in a text',
      `First ${jwt}, then "${other}".`,
      [
        [jwt, 'text', '', 'jwt'],
        [other, 'text', '', 'jwt'],
      ],
    ],
    ['the same token twice', `${jwt} ${jwt}`, [[jwt, 'text', '', 'jwt']]],
    ['a token that a terminal broke', `${jwt.slice(0, 50)}\r\n${jwt.slice(50)}`, [[jwt, 'text', '', 'jwt']]],
    ['broken JSON', `{"access_token": "${jwt}"`, [[jwt, 'text', '', 'jwt']]],
    ['a line out of JSON', `"Authorization": "Bearer ${jwt}",`, [[jwt, 'header', 'Authorization', 'jwt']]],
    ['prose', 'There is no token in here: none at all.', []],
    ['nothing', ' \n', []],
    ['a URL without any', 'https://host.example/mcp?x=abcdefgh', []],
    ['a reference', 'Authorization: Bearer $' + '{input:mcp-keyring.a.01234567}', []],
    ['a word', 'word', []],
  ];
  for (const [name, text, expected] of cases) {
    it(`finds ${expected.length} in ${name}`, () => assert.deepEqual(found(text), expected));
  }

  it('says where a token stands', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases.map(([, text]) => text)), text => {
        for (const { token, span } of extractTokens(text)) {
          assert.ok(span === undefined || text.slice(span.start, span.end) === token);
        }
      }),
    );
  });

  it('never throws, and is quick', () => {
    fc.assert(fc.property(anyText, text => void extractTokens(text)));
    const size = 1 << 18;
    for (const text of [
      '"'.repeat(size),
      "curl '".repeat(size / 6),
      '[1,'.repeat(size / 3),
      ' '.repeat(size),
      'Bearer '.repeat(size / 7),
      `[${'"access_token",'.repeat(20_000)}1]`,
    ]) {
      const start = performance.now();
      extractTokens(text);
      assert.ok(performance.now() - start < 1500, text.slice(0, 10));
    }
  });
});

describe('parseCurl', () => {
  it('knows the quotes of shells', () => {
    const command = parseCurl(
      `curl -H'A: 1' -H "B: \\"2\\" \\\\" --header C:\\ 3 --header='D: it'\\''s' -H $'E: tab\\there' --url 'https://x.example'`,
    );
    assert.deepEqual(command, {
      headers: [
        { name: 'A', value: '1' },
        { name: 'B', value: '"2" \\' },
        { name: 'C', value: '3' },
        { name: 'D', value: "it's" },
        { name: 'E', value: 'tab\there' },
      ],
      urls: ['https://x.example'],
    });
  });

  it('knows a command by its first word', () => {
    assert.ok(['curl x', '$ curl x', '  curl.exe -s', 'CURL x'].every(looksLikeCurl));
    assert.ok(!['curly x', 'a curl x', 'curl'].some(looksLikeCurl));
  });
});
