import assert from 'node:assert/strict';
import fc from 'fast-check';
import { base64url } from 'jose';
import {
  checkBase64url,
  decodeBase64url,
  decodeBase64urlText,
  encodeBase64url,
} from '../../../../src/core/jwt/base64url.ts';
import { anyText } from './tokens.ts';

describe('base64url', () => {
  it('encodes as jose does, and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const text = encodeBase64url(bytes);
        assert.equal(text, base64url.encode(bytes));
        const decoded = decodeBase64url(text);
        assert.ok(decoded.ok);
        assert.deepEqual(decoded.value, new Uint8Array(bytes));
      }),
    );
  });

  it('encodes more bytes than a call takes arguments', () => {
    const bytes = new Uint8Array(300_000).map((_, index) => index * 7);
    assert.equal(encodeBase64url(bytes), base64url.encode(bytes));
  });

  it('takes one spelling of each value, exactly where decoding and encoding gives the same text', () => {
    const char = fc.constantFrom(...'ABCDghijwxyz0189-_+/= é\n');
    fc.assert(
      fc.property(fc.string({ unit: char, maxLength: 9 }), text => {
        const decoded = decodeBase64url(text);
        const canonical = /^[\w-]*$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
        assert.equal(decoded.ok, canonical);
        if (decoded.ok) {
          assert.deepEqual(Buffer.from(decoded.value), Buffer.from(text, 'base64url'));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says what is wrong', () => {
    assert.deepEqual(
      ['', 'QQ', 'QQ==', 'QUI=', 'QR', 'QUJ', 'A', 'QUJDR', 'Q+', 'Q/', 'Q Q', 'QQ=', 'Q=Q', 'Qé', 'QQ\n'].map(
        checkBase64url,
      ),
      [
        undefined,
        undefined,
        'canonical',
        'canonical',
        'canonical',
        'canonical',
        'canonical',
        'canonical',
        'alphabet',
        'alphabet',
        'alphabet',
        'canonical',
        'alphabet',
        'alphabet',
        'alphabet',
      ],
    );
  });

  it('decodes text as UTF-8, fatally', () => {
    fc.assert(
      fc.property(anyText, text => {
        const bytes = new TextEncoder().encode(text);
        assert.deepEqual(decodeBase64urlText(encodeBase64url(bytes)), {
          ok: true,
          value: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
        });
      }),
    );
    for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      assert.deepEqual(decodeBase64urlText(encodeBase64url(Uint8Array.from(bytes))), { ok: false, error: 'utf8' });
    }
  });
});
