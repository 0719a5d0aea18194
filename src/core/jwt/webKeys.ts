import type { CryptoKey } from 'jose';
import type { Algorithm, Curve } from './algorithms.ts';
import { publicMembersOf } from './jwkMembers.ts';
import type { OctMaterial } from './keyMaterial.ts';
import { hmacBytes } from './secrets.ts';
import type { JsonObject } from './types.ts';

const privateMembers = { RSA: ['d', 'p', 'q', 'dp', 'dq', 'qi'], EC: ['d'], OKP: ['d'] } as const;

/** The members of a JWK that make its private key and public key, without names, uses and what servers add. */
export function privateMembersOf(jwk: JsonObject): JsonObject {
  const names: readonly string[] = privateMembers[jwk.kty as keyof typeof privateMembers] ?? [];
  const present = names.filter(name => jwk[name] !== undefined);
  return { ...publicMembersOf(jwk), ...Object.fromEntries(present.map(name => [name, jwk[name]])) };
}

/** What WebCrypto has to be told to import a key of this type. Of RSA the hash is part of the key there. */
export function importParameters(keyType: string, curve: Curve | undefined, algorithm?: Algorithm) {
  switch (keyType) {
    case 'RSA':
      return {
        name: algorithm?.family === 'RSA-PSS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
        hash: `SHA-${algorithm?.hashBits ?? 256}`,
      };
    case 'EC':
      return { name: 'ECDSA', namedCurve: curve ?? '' };
    default:
      return { name: 'Ed25519' };
  }
}

/**
 * Imports one half of a JWK, and nothing of it that isn't that half.
 * @throws what WebCrypto throws for numbers that are no key
 */
export function importJwkHalf(
  jwk: JsonObject,
  half: 'private' | 'public',
  algorithm?: Algorithm,
  extractable = false,
): Promise<CryptoKey> {
  const members = half === 'private' ? privateMembersOf(jwk) : publicMembersOf(jwk);
  return crypto.subtle.importKey(
    'jwk',
    members,
    importParameters(String(jwk.kty), jwk.crv as Curve | undefined, algorithm),
    extractable,
    [half === 'private' ? 'sign' : 'verify'],
  );
}

/**
 * Imports an HMAC secret; undefined if its text isn't in its encoding or is empty.
 * @throws what WebCrypto throws
 */
export async function importHmac(
  { text, encoding }: OctMaterial,
  use: 'sign' | 'verify',
  { hashBits }: Algorithm,
): Promise<CryptoKey | undefined> {
  const bytes = hmacBytes(text.reveal(), encoding);
  return bytes.ok
    ? crypto.subtle.importKey('raw', bytes.value, { name: 'HMAC', hash: `SHA-${hashBits}` }, false, [use])
    : undefined;
}
