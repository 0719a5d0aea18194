import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as jose from 'jose';
import { encodeBase64url } from '../../../../src/core/jwt/base64url.ts';
import { decodeJwt, findJwts, looksLikeJwt } from '../../../../src/core/jwt/decode.ts';
import { anyText, fakeJwe, fakeJwt, segment } from './tokens.ts';

const header = segment({ alg: 'HS256' });
const payload = segment({ sub: 'alice' });
const signature = segment('signature');
const notUtf8 = encodeBase64url(Uint8Array.from([0x7b, 0xff, 0x7d]));

describe('decodeJwt', () => {
  it('takes a token apart', () => {
    const text = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJKw7xyZ2VuIOKckyJ9.AAAA';
    assert.deepEqual(decodeJwt(text), {
      ok: true,
      value: { header: { alg: 'HS256' }, payload: { sub: 'Jürgen ✓' }, segmentLengths: [20, 28, 4] },
    });
  });

  it('decodes an unsigned token', () => {
    const text = `${segment({ alg: 'none' })}.${payload}.`;
    const decoded = decodeJwt(text);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.segmentLengths[2], 0);
  });

  const cases: [string, string, number][] = [
    ['', 'empty', 0],
    [`${header}.${'A'.repeat(256 * 1024)}.${signature}`, 'too-long', 0],
    [header, 'segments', 1],
    [`${header}.${payload}`, 'segments', 2],
    [`${header}.${payload}.${signature}.x`, 'segments', 4],
    [`${header}.${payload}.${signature}.x.y`, 'segments', 5],
    [`.${payload}.${signature}`, 'header-empty', 3],
    [`Bearer ${header}.${payload}.${signature}`, 'header-not-base64url', 3],
    [`${header}=.${payload}.${signature}`, 'header-not-canonical', 3],
    [`${segment('{}').slice(0, -1)}1.${payload}.${signature}`, 'header-not-canonical', 3],
    [`${notUtf8}.${payload}.${signature}`, 'header-not-utf8', 3],
    [`${segment('{')}.${payload}.${signature}`, 'header-not-json', 3],
    [`${segment('\ufeff{}')}.${payload}.${signature}`, 'header-not-json', 3],
    [`${segment('[]')}.${payload}.${signature}`, 'header-not-object', 3],
    [`${segment('null')}.${payload}.${signature}`, 'header-not-object', 3],
    [`${header}..${signature}`, 'payload-empty', 3],
    [`${header}.${payload}+.${signature}`, 'payload-not-base64url', 3],
    [`${header}.${segment('{"a":1}')}==.${signature}`, 'payload-not-canonical', 3],
    [`${header}.${notUtf8}.${signature}`, 'payload-not-utf8', 3],
    [`${header}.${segment('hello')}.${signature}`, 'payload-not-json', 3],
    [`${header}.${segment('"hello"')}.${signature}`, 'payload-not-object', 3],
    [`${header}.${payload}.a/b`, 'signature-not-base64url', 3],
    [`${header}.${payload}.AB`, 'signature-not-canonical', 3],
    [`${header}.${payload}.AA==`, 'signature-not-canonical', 3],
  ];
  for (const [text, reason, segments] of cases) {
    it(`says ${reason} of ${text.length > 70 ? `${text.slice(0, 60)}…` : text || 'nothing'}`, () => {
      const decoded = decodeJwt(text);
      assert.ok(!decoded.ok);
      assert.deepEqual(
        [decoded.error.kind, decoded.error.reason, decoded.error.segments],
        ['malformed', reason, segments],
      );
    });
  }

  it('keeps a header that could be read', () => {
    const decoded = decodeJwt(`${header}.x.y`);
    assert.ok(!decoded.ok);
    assert.deepEqual(decoded.error.header, { alg: 'HS256' });
  });

  it('says of a JWE that it is encrypted', () => {
    const decoded = decodeJwt(fakeJwe);
    assert.ok(!decoded.ok);
    assert.equal(decoded.error.kind, 'encrypted');
    assert.deepEqual(decoded.error.header, { alg: 'dir', enc: 'A256GCM' });
  });

  it('reads the claims that jose reads, and refuses what jose refuses', () => {
    const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
    fc.assert(
      fc.property(object, object, (head, claims) => {
        const text = fakeJwt(claims, head);
        const decoded = decodeJwt(text);
        assert.ok(decoded.ok);
        assert.deepEqual(decoded.value.payload, jose.decodeJwt(text));
      }),
    );
    const char = fc.constantFrom(...'eyJhbGciOiJIUzI1NiJ9.e30=-_é ');
    fc.assert(
      fc.property(fc.string({ unit: char }), text => {
        if (decodeJwt(text).ok) {
          jose.decodeJwt(text);
        }
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(anyText, text => void decodeJwt(text)));
  });
});

describe('looksLikeJwt', () => {
  it('knows the beginnings of a JSON object', () => {
    for (const text of ['{"alg":"HS256"}', '{ "alg":"HS256"}', '{\n  "alg":"HS256"}', '{\r\n"alg":1}', '{\t"a":1}']) {
      assert.ok(looksLikeJwt(`${segment(text)}.x`), text);
    }
    for (const text of [
      '',
      'eyJhbGciOiJIUzI1NiJ9',
      'ewok.',
      'ewoks.are.small',
      'eyeball.x',
      'sk-abc.def',
      'EYJ.x',
      'a.eyJ',
    ]) {
      assert.ok(!looksLikeJwt(text), text);
    }
  });
});

describe('findJwts', () => {
  const jwt = fakeJwt();
  const unsigned = `${segment({ alg: 'none' })}.${payload}.`;
  const found = (text: string) => findJwts(text).map(({ start, end }) => text.slice(start, end));

  it('finds tokens wherever they stand', () => {
    assert.deepEqual(found(`"Authorization": "Bearer ${jwt}",`), [jwt]);
    assert.deepEqual(found(`a=${jwt}&b=${jwt};${jwt}`), [jwt, jwt, jwt]);
    assert.deepEqual(found(`${jwt}\n${jwt}`), [jwt, jwt]);
    assert.deepEqual(found(`https://host/cb#access_token=${jwt}&x=1`), [jwt]);
    assert.deepEqual(found(`host.${jwt}`), [jwt]);
    assert.deepEqual(found(`x ${fakeJwe} y`), [fakeJwe]);
  });

  it('leaves the end of a sentence out, and the last dot of an unsigned token in', () => {
    assert.deepEqual(found(`It is ${jwt}.`), [jwt]);
    assert.deepEqual(found(`It is ${jwt}...`), [jwt]);
    assert.deepEqual(found(`It is ${unsigned}`), [unsigned]);
    assert.deepEqual(found(`It is ${unsigned}.`), [unsigned]);
    assert.deepEqual(found(`It is ${fakeJwe}.`), [fakeJwe]);
  });

  it('finds a token that was cut off or spoilt', () => {
    assert.deepEqual(found(`x ${header}.${payload} y`), [`${header}.${payload}`]);
    assert.deepEqual(found(`x ${header}.broken.z y`), [`${header}.broken.z`]);
  });

  it('takes nothing for a token that is none', () => {
    for (const text of [
      'eyJson.parse(x)',
      'eyJhbGciOiJIUzI1NiJ9.',
      'ewok. Ewoks.',
      'ewokVillageChieftain.find.all',
      `x${jwt}`,
      'eyJ',
      '',
    ]) {
      assert.deepEqual(found(text), [], text);
    }
  });

  it('looks at a line of a megabyte once', () => {
    const size = 1 << 20;
    const lines = {
      'one run': 'eyJ'.repeat(size / 3),
      'many beginnings': 'eyJ '.repeat(size / 4),
      dots: `eyJ${'.'.repeat(size)}`,
      'beginnings and dots': 'eyJ.'.repeat(size / 4),
      blanks: ' '.repeat(size),
      'short segments': 'eyJhbGciOiJIUzI1NiJ9.a '.repeat(size / 23),
      tokens: `${jwt} `.repeat(size / jwt.length),
      'beginnings behind a blank': 'ewogICAgICAgICAgICAgICAg.'.repeat(size / 25),
    };
    for (const [name, line] of Object.entries(lines)) {
      const took = Math.min(...Array.from({ length: 3 }, () => timed(() => findJwts(line))));
      // 50 ms is the bar on a quiet machine; a quadratic search would take minutes.
      assert.ok(took < 200, `${name}: ${took.toFixed(1)} ms`);
    }
  });
});

/** In ms. */
function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
