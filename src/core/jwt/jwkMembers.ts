import type { JsonObject } from './types.ts';

const publicMembers = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] } as const;

/** The members of a JWK that make its public key, and no other; what is secret of it can't come along. */
export function publicMembersOf(jwk: JsonObject): JsonObject {
  const names: readonly string[] = publicMembers[jwk.kty as keyof typeof publicMembers] ?? [];
  return Object.fromEntries(['kty', ...names].map(name => [name, jwk[name]]));
}

/** Whether a JWK holds a private key or a secret (RFC 7518 sections 6.2.2, 6.3.2, 6.4.1). */
export function isPrivateJwk(jwk: JsonObject): boolean {
  return jwk.kty === 'oct' ? jwk.k !== undefined : jwk.d !== undefined;
}
