import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headerFindings, isSendable, parseHeaderValue } from '../../../../src/core/jwt/headerValue.ts';
import { cleanPastedCredential, repairHeaderValue } from '../../../../src/core/jwt/mendHeader.ts';
import { fakeJwt } from './tokens.ts';

const jwt = fakeJwt();
const input = '$' + '{input:mcp-keyring.todo.0123abcd}';
const foreign = '$' + '{input:token}';
const env = '$' + '{env:TOKEN}';

const codes = (name: string, value: string) => headerFindings(name, value).map(finding => finding.code);

describe('parseHeaderValue', () => {
  const cases: [string, string, string | undefined, string, string][] = [
    ['Authorization', `Bearer ${jwt}`, 'Bearer', jwt, 'jwt'],
    ['Authorization', `bearer  ${jwt} `, 'bearer', jwt, 'jwt'],
    ['Authorization', jwt, undefined, jwt, 'jwt'],
    ['Authorization', 'Basic dXNlcjpwYXNz', 'Basic', 'dXNlcjpwYXNz', 'opaque'],
    ['Authorization', 'DPoP abc', 'DPoP', 'abc', 'opaque'],
    ['Authorization', 'Digest username="a", realm="b"', 'Digest', 'username="a", realm="b"', 'opaque'],
    ['Authorization', 'two words', undefined, 'two words', 'opaque'],
    ['Authorization', 'Bearer', 'Bearer', '', 'empty'],
    ['Authorization', 'Bearer ', 'Bearer', '', 'empty'],
    ['X-API-Key', 'token', undefined, 'token', 'opaque'],
    ['Authorization', `Bearer ${foreign}`, 'Bearer', foreign, 'reference'],
    ['Authorization', `Authorization: Bearer ${jwt}`, 'Bearer', jwt, 'jwt'],
    ['Authorization', `Bearer: ${jwt}`, undefined, jwt, 'jwt'],
    ['X-API-Key', 'X-API-Key: abc', undefined, 'abc', 'opaque'],
    ['X-API-Key', '   ', undefined, '', 'empty'],
    ['X-API-Key', '', undefined, '', 'empty'],
  ];
  for (const [name, value, scheme, token, shape] of cases) {
    it(`${name}: ${value.replaceAll(jwt, '<jwt>')}`, () => {
      const parts = parseHeaderValue(name, value);
      assert.deepEqual([parts.scheme, parts.token, parts.shape], [scheme, token, shape]);
      assert.equal(value.slice(parts.tokenSpan.start, parts.tokenSpan.end), token);
    });
  }

  it('has the token in its span, whatever the value is', () => {
    fc.assert(
      fc.property(values(), value => {
        const { token, tokenSpan } = parseHeaderValue('Authorization', value);
        assert.equal(value.slice(tokenSpan.start, tokenSpan.end), token);
      }),
    );
  });
});

/** Values put together from what goes wrong. */
function values() {
  const piece = fc.constantFrom(
    ...['Bearer', 'bearer', 'Basic', 'Authorization:', 'X-API-Key:', ':', ' ', '  ', '\t', '\r\n', '\n', '"'],
    ...[jwt, jwt.slice(0, 20), 'abc', foreign, input, env, 'é', '\u200b', '\u00a0'],
  );
  return fc.array(piece, { maxLength: 7 }).map(pieces => pieces.join(''));
}

describe('headerFindings', () => {
  const cases: [string, string, string[]][] = [
    ['Authorization', `Bearer ${jwt}`, []],
    ['authorization', `bearer ${jwt}`, []],
    ['Authorization', 'Basic dXNlcjpwYXNz', []],
    ['Authorization', 'opaque-token', []],
    ['X-API-Key', 'abc', []],
    ['X-API-Key', jwt, []],
    ['Authorization', jwt, ['header-scheme-missing']],
    ['AUTHORIZATION', jwt, ['header-scheme-missing']],
    ['Authorization', `Bearer: ${jwt}`, ['header-scheme-missing']],
    ['Authorization', 'Bearer: opaque', ['header-scheme-missing']],
    ['Authorization', input, ['header-scheme-missing']],
    ['Authorization', `Bearer ${input}`, []],
    ['X-API-Key', input, []],
    ['Authorization', foreign, []],
    ['Authorization', env, []],
    ['Authorization', `${env} ${input}`, []],
    ['Authorization', `Bearer Bearer ${jwt}`, ['header-scheme-doubled']],
    ['Authorization', `Bearer bearer ${input}`, ['header-scheme-doubled']],
    ['Authorization', `Authorization: Bearer ${jwt}`, ['header-name-pasted']],
    ['Authorization', `Authorization: ${jwt}`, ['header-name-pasted', 'header-scheme-missing']],
    ['X-API-Key', 'X-API-Key: abc', ['header-name-pasted']],
    ['Authorization', `Bearer  ${jwt}`, ['header-whitespace']],
    ['Authorization', `Bearer\t${jwt}`, ['header-whitespace']],
    ['Authorization', ` Bearer ${jwt}`, ['header-whitespace']],
    ['Authorization', `Bearer ${jwt}\n`, ['header-whitespace']],
    ['Authorization', `Bearer ${jwt.slice(0, 30)}\r\n${jwt.slice(30)}`, ['header-whitespace']],
    ['X-API-Key', 'abc ', ['header-whitespace']],
    ['X-API-Key', 'two words', []],
    ['X-API-Key', 'clé', ['header-invalid-characters']],
    ['X-API-Key', 'a\u0000b', ['header-invalid-characters']],
    ['X-API-Key', 'a\u200bb', ['header-invalid-characters']],
    ['X-API-Key', '“abc”', ['header-invalid-characters']],
    ['Authorization', 'Bearer', ['header-invalid-characters']],
    ['Authorization', 'Bearer ', ['header-whitespace', 'header-invalid-characters']],
  ];
  for (const [name, value, expected] of cases) {
    it(`${name}: ${JSON.stringify(value).replaceAll(jwt, '<jwt>')} → ${expected.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(codes(name, value), expected);
      assert.ok(
        headerFindings(name, value).every(finding => finding.severity === 'error' && finding.data.header === name),
      );
    });
  }
});

describe('repairHeaderValue', () => {
  const good = `Bearer ${jwt}`;
  const cases: [string, string, string | undefined][] = [
    ['Authorization', good, undefined],
    ['Authorization', jwt, good],
    ['Authorization', `bearer  ${jwt}`, good],
    ['Authorization', `Bearer Bearer bearer ${jwt}`, good],
    ['Authorization', `Authorization: Bearer ${jwt}`, good],
    ['Authorization', `Authorization: ${jwt}`, good],
    ['Authorization', `Bearer: ${jwt}`, good],
    ['Authorization', `\r\nBearer\r\n ${jwt.slice(0, 30)}\r\n  ${jwt.slice(30)}\r\n`, good],
    ['Authorization', `Bearer \u200b${jwt}\ufeff`, good],
    ['Authorization', `Bearer\u00a0${jwt}`, good],
    ['Authorization', 'bearer opaque', 'Bearer opaque'],
    ['Authorization', 'Bearer opaque-that-was-\n  broken', 'Bearer opaque-that-was-broken'],
    ['Authorization', 'Basic  dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz'],
    ['Authorization', `Basic ${jwt}`, undefined],
    ['Authorization', 'opaque', undefined],
    ['X-API-Key', ' abc\n', 'abc'],
    ['X-API-Key', 'X-API-Key: abc', 'abc'],
    ['X-API-Key', jwt, undefined],
    ['Authorization', input, `Bearer ${input}`],
    ['Authorization', foreign, undefined],
    ['Authorization', `bearer ${foreign}`, `Bearer ${foreign}`],
    ['Authorization', `Bearer  Bearer ${env}`, `Bearer ${env}`],
    ['X-API-Key', ` ${env} `, env],
    ['Authorization', 'Bearer', undefined],
    ['Authorization', '', undefined],
    ['X-API-Key', 'clé', undefined],
  ];
  for (const [name, value, expected] of cases) {
    it(`${name}: ${JSON.stringify(value).replaceAll(jwt, '<jwt>')}`, () => {
      assert.equal(repairHeaderValue(name, value), expected);
    });
  }

  it('leaves nothing to repair, and never damages a reference', () => {
    fc.assert(
      fc.property(fc.constantFrom('Authorization', 'X-API-Key'), values(), (name, value) => {
        const repaired = repairHeaderValue(name, value);
        if (repaired !== undefined) {
          assert.equal(repairHeaderValue(name, repaired), undefined);
          assert.ok(isSendable(repaired));
          for (const reference of [input, foreign, env]) {
            assert.equal(repaired.split(reference).length, value.split(reference).length);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('cleanPastedCredential', () => {
  const cases: [string, string, (string | undefined)?, string?][] = [
    [jwt, jwt],
    [`Bearer ${jwt}`, jwt, 'Bearer'],
    [`bearer  ${jwt}`, jwt, 'bearer'],
    [`Authorization: Bearer ${jwt}`, jwt, 'Bearer', 'Authorization'],
    [`authorization:Bearer ${jwt}\r\n`, jwt, 'Bearer', 'authorization'],
    [`"Authorization: Bearer ${jwt}"`, jwt, 'Bearer', 'Authorization'],
    [`"Authorization": "Bearer ${jwt}",`, jwt, 'Bearer', 'Authorization'],
    [`-H 'Authorization: Bearer ${jwt}'`, jwt, 'Bearer', 'Authorization'],
    [`-H "Authorization: Bearer ${jwt}" \\`, jwt, 'Bearer', 'Authorization'],
    [`--header="Authorization: Bearer ${jwt}"`, jwt, 'Bearer', 'Authorization'],
    [`-H'X-API-Key: abc'`, 'abc', undefined, 'X-API-Key'],
    [
      `curl -s https://host/mcp \\\r\n  -H 'Accept: */*' -H 'Authorization: Bearer ${jwt}'`,
      jwt,
      'Bearer',
      'Authorization',
    ],
    [`curl https://host -H "X-API-Key: abc"`, 'abc', undefined, 'X-API-Key'],
    [`Bearer Bearer ${jwt}`, jwt, 'Bearer'],
    [`Bearer "${jwt}"`, jwt, 'Bearer'],
    [`Bearer: ${jwt}`, jwt, 'Bearer'],
    [`'${jwt}'`, jwt],
    [`\`${jwt}\``, jwt],
    [`  "abc",  `, 'abc'],
    [`\ufeff${jwt}\u200b`, jwt],
    [`${jwt.slice(0, 40)}\r\n${jwt.slice(40)}`, jwt],
    ['Bearer', '', 'Bearer'],
    ['Bearer   ', '', 'Bearer'],
    ['', ''],
    ['Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz', 'Basic'],
    ['X-API-Key: abc', 'abc', undefined, 'X-API-Key'],
    ['PRIVATE-TOKEN: abc', 'abc', undefined, 'PRIVATE-TOKEN'],
    ['user:password', 'user:password'],
    [`Bearer ${foreign}`, foreign, 'Bearer'],
    ['"', '"'],
    ['two words', 'two words'],
  ];
  for (const [text, token, scheme, headerName] of cases) {
    it(JSON.stringify(text).replaceAll(jwt, '<jwt>'), () => {
      assert.deepEqual(cleanPastedCredential(text), {
        token,
        ...(scheme !== undefined && { scheme }),
        ...(headerName !== undefined && { headerName }),
      });
    });
  }

  it('gives the same again when it is given its own result', () => {
    fc.assert(
      fc.property(values(), value => {
        const { token } = cleanPastedCredential(value);
        if (!/[\s":é]/.test(token)) {
          assert.equal(cleanPastedCredential(token).token, /^(?:bearer|basic)$/i.test(token) ? '' : token);
        }
      }),
    );
  });
});

describe('isSendable', () => {
  it('takes visible ASCII and blanks', () => {
    assert.deepEqual(['', 'a b\t~', 'é', 'a\n', 'a\r', '\u007f', '\u0000', 'ÿ', '€'].map(isSendable), [
      ...[true, true, false, false, false, false, false, false, false],
    ]);
  });
});
