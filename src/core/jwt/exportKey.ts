import type { SigningKey } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { type KeyMaterial, type KeyProblem, keyProblem } from './keyMaterial.ts';
import { publishedJwk } from './keys.ts';
import { writePem } from './pem.ts';
import type { JsonObject } from './types.ts';
import { importJwkHalf } from './webKeys.ts';

/** The public half as a JWK with `kid`, `alg` and `use`. A shared secret has none: `no-public-half`. */
export async function exportPublicJwk(key: SigningKey): Promise<Result<JsonObject, KeyProblem>> {
  return key.type === 'jwk' ? ok(await publishedJwk(key)) : fail(keyProblem('no-public-half'));
}

/** The public half and, behind it, those that the key had before it was rotated, as a JWK Set (RFC 7517 section 5). */
export async function exportJwks(
  keys: readonly SigningKey[],
): Promise<Result<{ readonly keys: readonly JsonObject[] }, KeyProblem>> {
  const published: JsonObject[] = [];
  for (const key of keys) {
    if (key.type === 'jwk') {
      published.push(await publishedJwk(key));
    }
    published.push(...(key.previousPublicKeys ?? []));
  }
  return published.length > 0 ? ok({ keys: published }) : fail(keyProblem('no-public-half'));
}

/** The public half in PEM, as a SubjectPublicKeyInfo (RFC 7468 section 13). */
export async function exportPublicPem(key: SigningKey): Promise<Result<string, KeyProblem>> {
  if (key.type !== 'jwk') {
    return fail(keyProblem('no-public-half'));
  }
  const publicKey = await importJwkHalf(key.publicJwk, 'public', undefined, true);
  return ok(writePem('PUBLIC KEY', new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))));
}

/** The private key in PEM, as PKCS#8 (RFC 7468 section 10). Ask before: whoever has it signs as the user. */
export async function exportPrivatePem(key: SigningKey): Promise<Result<Secret, KeyProblem>> {
  if (key.type !== 'jwk') {
    return fail(keyProblem('no-public-half'));
  }
  const privateKey = await importJwkHalf(JSON.parse(key.text.reveal()), 'private', undefined, true);
  return ok(new Secret(writePem('PRIVATE KEY', new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey)))));
}

/** The private key as a JWK with `kid` and `alg`, or the secret as it was typed. Ask before. */
export function exportPrivate(key: KeyMaterial & Pick<SigningKey, 'kid' | 'algorithm'>): Secret {
  if (key.type === 'oct') {
    return key.text;
  }
  const { kid, algorithm: alg } = key;
  return new Secret(
    JSON.stringify({ ...JSON.parse(key.text.reveal()), ...(kid !== undefined && { kid }), alg }, undefined, 2),
  );
}
