import type { SecretEncoding } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { findAlgorithm } from './algorithms.ts';
import { encodeBase64url } from './base64url.ts';

/** Bits that the key of an HMAC algorithm must have at least: as many as its hash (RFC 7518 section 3.2). */
export function neededBits(algorithm: string): number {
  return findAlgorithm(algorithm)?.minimumBits ?? 256;
}

/**
 * A new HMAC secret of as many random bits as the hash.
 * @param encoding how its text becomes bytes. Servers read it from an environment variable, and most take the text's bytes as
 *   they are: by default it's base64url text whose UTF-8 bytes are the key
 */
export function generateHmacSecret(
  algorithm: string,
  encoding: SecretEncoding = 'utf8',
): { readonly text: Secret; readonly encoding: SecretEncoding } {
  const bytes = crypto.getRandomValues(new Uint8Array(neededBits(algorithm) / 8));
  return { text: new Secret(encode(bytes, encoding)), encoding };
}

/** The bytes of a typed secret. Base64 is read with or without padding. */
export function hmacBytes(
  text: string,
  encoding: SecretEncoding,
): Result<Uint8Array<ArrayBuffer>, 'empty' | 'encoding'> {
  const bytes = decode(text, encoding);
  return bytes === undefined ? fail('encoding') : bytes.length === 0 ? fail('empty') : ok(bytes);
}

export function hmacStrength(bytes: Uint8Array, algorithm: string): { readonly bits: number; readonly needed: number } {
  return { bits: bytes.length * 8, needed: neededBits(algorithm) };
}

function encode(bytes: Uint8Array, encoding: SecretEncoding): string {
  switch (encoding) {
    case 'hex':
      return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
    case 'base64':
      return btoa(String.fromCharCode(...bytes));
    default:
      return encodeBase64url(bytes);
  }
}

function decode(text: string, encoding: SecretEncoding): Uint8Array<ArrayBuffer> | undefined {
  switch (encoding) {
    case 'utf8':
      return new TextEncoder().encode(text);
    case 'hex':
      return /^(?:[0-9a-fA-F]{2})*$/.test(text)
        ? Uint8Array.from(text.match(/../g) ?? [], byte => Number.parseInt(byte, 16))
        : undefined;
    case 'base64':
      return fromBase64(text, /^[A-Za-z0-9+/]*={0,2}$/);
    case 'base64url':
      return fromBase64(text, /^[A-Za-z0-9_-]*={0,2}$/);
  }
}

function fromBase64(text: string, alphabet: RegExp): Uint8Array<ArrayBuffer> | undefined {
  if (!alphabet.test(text)) {
    return undefined;
  }
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
