import { fail, ok, type Result } from '../result.ts';

/** `alphabet`: a character that base64url doesn't have; `canonical`: padding, an impossible length, or bits that belong to no byte. */
export type Base64urlProblem = 'alphabet' | 'canonical';

const values = new Int8Array(128).fill(-1);
for (const [index, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries()) {
  values[char.charCodeAt(0)] = index;
}

/**
 * Decodes canonical unpadded base64url (RFC 7515 section 2, RFC 4648 section 3.5). Common decoders, jose's too, take padding
 * and stray bits, so that one token has several spellings; here it has one.
 */
export function decodeBase64url(text: string): Result<Uint8Array, Base64urlProblem> {
  const { length } = text;
  const rest = length % 4;
  const bytes = new Uint8Array((length >> 2) * 3 + (rest === 0 ? 0 : rest - 1));
  let at = 0;
  let buffer = 0;
  let bits = 0;
  for (let index = 0; index < length; index++) {
    const value = values[text.charCodeAt(index)] ?? -1;
    if (value < 0) {
      const padding = text.slice(index);
      return fail(padding === '=' || padding === '==' ? 'canonical' : 'alphabet');
    }
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (buffer >> bits) & 0xff;
    }
  }
  return rest === 1 || (buffer & ((1 << bits) - 1)) !== 0 ? fail('canonical') : ok(bytes);
}
