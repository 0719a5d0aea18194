import assert from 'node:assert/strict';
import { generateHmacSecret, hmacBytes, hmacStrength, neededBits } from '../../../../src/core/jwt/secrets.ts';

describe('secrets', () => {
  it('generates as many bits as the hash has, each time others', () => {
    for (const [algorithm, bits] of [
      ['HS256', 256],
      ['HS384', 384],
      ['HS512', 512],
    ] as const) {
      const { text, encoding } = generateHmacSecret(algorithm);
      assert.equal(encoding, 'utf8');
      assert.match(text.reveal(), /^[\w-]+$/);
      assert.equal(Buffer.from(text.reveal(), 'base64url').length * 8, bits);
      const bytes = hmacBytes(text.reveal(), encoding);
      assert.ok(bytes.ok && hmacStrength(bytes.value, algorithm).bits >= neededBits(algorithm));
      assert.ok(!text.equals(generateHmacSecret(algorithm).text));
    }
  });

  it('reads a secret in the encoding that it was typed in', () => {
    const bytes = Uint8Array.from([0xfb, 0xff, 0x00]);
    assert.deepEqual(hmacBytes('+/8A', 'base64'), { ok: true, value: bytes });
    assert.deepEqual(hmacBytes('-_8A', 'base64url'), { ok: true, value: bytes });
    assert.deepEqual(hmacBytes('FBff00', 'hex'), { ok: true, value: bytes });
    assert.deepEqual(hmacBytes('+/8A', 'utf8'), { ok: true, value: new TextEncoder().encode('+/8A') });
    assert.deepEqual(hmacBytes('QQ', 'base64'), hmacBytes('QQ==', 'base64'));
    assert.deepEqual(hmacBytes('clé', 'utf8'), { ok: true, value: Uint8Array.from([0x63, 0x6c, 0xc3, 0xa9]) });
  });

  it('refuses what is not in that encoding, and what is empty', () => {
    for (const [text, encoding] of [
      ['-_8A', 'base64'],
      ['+/8A', 'base64url'],
      ['Q', 'base64'],
      ['QQ=', 'base64'],
      ['Q Q', 'base64'],
      ['abc', 'hex'],
      ['0g', 'hex'],
    ] as const) {
      assert.deepEqual(hmacBytes(text, encoding), { ok: false, error: 'encoding' }, `${text} as ${encoding}`);
    }
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      assert.deepEqual(hmacBytes('', encoding), { ok: false, error: 'empty' });
    }
  });
});
