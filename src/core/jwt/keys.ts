import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import type { SigningKey } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { findAlgorithm } from './algorithms.ts';
import { type ImportedKey, thumbprint } from './importKey.ts';
import { publicMembersOf } from './jwkMembers.ts';
import { type KeyProblem, keyBits, keyProblem } from './keyMaterial.ts';
import { generateHmacSecret } from './secrets.ts';
import type { JsonObject } from './types.ts';

/** Sizes of RSA keys that are offered, in bits. */
export const rsaSizes = [2048, 3072, 4096] as const;

/**
 * Makes a new key.
 * @param algorithm what it's to sign with
 * @param rsaBits one of {@link rsaSizes}; of RSA alone
 */
export async function generateKey(algorithm: string, rsaBits = 2048): Promise<Result<ImportedKey, KeyProblem>> {
  const found = findAlgorithm(algorithm);
  if (!found) {
    return fail(keyProblem('algorithm-unknown', { algorithm }));
  }
  if (found.keyType === 'oct') {
    return ok({ material: { type: 'oct', ...generateHmacSecret(algorithm) }, algorithm: found.name });
  }
  if (found.keyType === 'RSA' && !(rsaSizes as readonly number[]).includes(rsaBits)) {
    return fail(keyProblem('key-weak', { bits: rsaBits, needed: 2048, algorithm }));
  }
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: rsaBits });
  const { alg: _, ...privateJwk } = await exportJWK(privateKey as CryptoKey);
  const publicJwk = publicMembersOf(privateJwk);
  return ok({
    material: {
      type: 'jwk',
      text: new Secret(JSON.stringify(privateJwk)),
      encoding: 'jwk',
      publicJwk,
      algorithm: found.name,
    },
    algorithm: found.name,
    kid: await thumbprint(publicJwk),
  });
}

/** A key with a name, to be stored. */
export function makeSigningKey(
  named: Pick<SigningKey, 'id' | 'name' | 'createdAt'>,
  { material, algorithm, kid }: ImportedKey,
): SigningKey {
  const { id, name, createdAt } = named;
  return { id, name, createdAt, ...material, algorithm, ...(kid !== undefined && { kid }) };
}

/**
 * A new key to {@link rotateSigningKey} to: of the same type, no shorter, and read in the same way by the servers that get it.
 * @param algorithms what tokens are signed with it: a secret has as many bits as the longest hash (RFC 7518 section 3.2)
 */
export async function generateSuccessor(
  key: SigningKey,
  algorithms: readonly string[],
): Promise<Result<ImportedKey, KeyProblem>> {
  if (key.type === 'jwk') {
    const bits = keyBits(key);
    return generateKey(key.algorithm, rsaSizes.find(size => size >= bits) ?? rsaSizes.at(-1));
  }
  const [longest = 'HS256' as const] = [key.algorithm, ...algorithms]
    .flatMap(name => findAlgorithm(name) ?? [])
    .filter(({ keyType }) => keyType === 'oct')
    .sort((a, b) => b.hashBits - a.hashBits)
    .map(({ name }) => name);
  return ok({ material: { type: 'oct', ...generateHmacSecret(longest, key.encoding) }, algorithm: longest });
}

/**
 * Puts a new key in the place of an old one. Credentials keep naming it by its id, so all of them sign with the new one
 * from then on; the old public key stays in the exported JWKS, so that tokens signed before verify until it is dropped.
 * @param createdAt ms since the epoch
 */
export async function rotateSigningKey(key: SigningKey, fresh: ImportedKey, createdAt: number): Promise<SigningKey> {
  const previous = key.previousPublicKeys ?? [];
  const old = key.type === 'jwk' ? [await publishedJwk(key)] : [];
  const kept = [...old, ...previous].filter(jwk => jwk.kid !== fresh.kid);
  return {
    ...makeSigningKey({ id: key.id, name: key.name, createdAt }, fresh),
    ...(kept.length > 0 && { previousPublicKeys: kept }),
  };
}

/** Leaves a rotated key's old public half out of the exported JWKS: tokens signed with it verify no more. */
export function dropPreviousKey(key: SigningKey, kid: string): SigningKey {
  const { previousPublicKeys = [], ...rest } = key;
  const kept = previousPublicKeys.filter(jwk => jwk.kid !== kid);
  return kept.length > 0 ? { ...rest, previousPublicKeys: kept } : rest;
}

/** The public half as it stands in a JWKS (RFC 7517 section 4). */
export async function publishedJwk(key: Extract<SigningKey, { type: 'jwk' }>): Promise<JsonObject> {
  return {
    ...publicMembersOf(key.publicJwk),
    kid: key.kid ?? (await thumbprint(key.publicJwk)),
    alg: key.algorithm,
    use: 'sig',
  };
}
