import fc from 'fast-check';
import { encodeBase64url } from '../../../../src/core/jwt/base64url.ts';

/** base64url of a text's UTF-8 bytes, or of the JSON of anything else. */
export function segment(value: unknown): string {
  return encodeBase64url(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));
}

/** A JWT whose signature is made up. */
export function fakeJwt(payload: unknown = { sub: 'alice' }, header: unknown = { alg: 'HS256', typ: 'JWT' }): string {
  return `${segment(header)}.${segment(payload)}.${segment('a signature of thirty-two bytes!')}`;
}

/** A JWE's shape: five segments, and `enc` in the header. */
export const fakeJwe = `${segment({ alg: 'dir', enc: 'A256GCM' })}..${segment('iv')}.${segment('cipher text')}.${segment('tag')}`;

/** Texts of any characters, lone surrogates among them. fast-check's own takes half a second to get going. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0x10ffff, min: 0 })), { maxLength: 30 })
  .map(points => String.fromCodePoint(...points));
