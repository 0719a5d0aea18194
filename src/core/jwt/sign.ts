import { type CryptoKey, SignJWT } from 'jose';
import type { SigningKey, TokenTemplate } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { type Algorithm, findAlgorithm } from './algorithms.ts';
import { checkFit } from './keyMaterial.ts';
import { hmacBytes } from './secrets.ts';
import type { JsonObject } from './types.ts';
import { importHmac, importJwkHalf } from './webKeys.ts';

export interface SignRequest {
  readonly algorithm: string;
  readonly key: SigningKey;
  /** Header parameters beside `alg`: `typ`, or a `kid` that isn't the key's own. */
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/**
 * Why nothing was signed: the algorithm isn't known, the key has another type or curve, the secret's text isn't in its
 * encoding or empty, the private key can't be read, or the header has what no token may have (`b64`, `crit`).
 */
export type SignProblem = 'algorithm' | 'key-mismatch' | 'encoding' | 'empty' | 'key-broken' | 'header';

/** Importing a key costs more than signing with it. Keyed by the object: a changed key is another object. */
const imported = new WeakMap<SigningKey, Map<string, Promise<CryptoKey | undefined>>>();

/**
 * Signs a JWT in compact serialisation (RFC 7515 section 7.1) with jose. The header names the key by its `kid`, so that
 * the verifier finds it in a JWKS, also after the key was rotated.
 */
export async function signJwt(request: SignRequest): Promise<Result<string, SignProblem>> {
  const { key, header, claims } = request;
  const algorithm = findAlgorithm(request.algorithm);
  if (!algorithm) {
    return fail('algorithm');
  }
  if (checkFit(key.type === 'oct' ? { kty: 'oct' } : key.publicJwk, algorithm)) {
    return fail('key-mismatch');
  }
  // jose would put `crit` into the token and sign; nobody here understands any extension, so nobody could verify it.
  if (header.crit !== undefined || header.b64 !== undefined) {
    return fail('header');
  }
  let cryptoKey: CryptoKey | undefined;
  try {
    cryptoKey = await importOnce(key, algorithm);
  } catch {
    return fail('key-broken');
  }
  if (!cryptoKey) {
    const bytes = key.type === 'oct' ? hmacBytes(key.text.reveal(), key.encoding) : undefined;
    return fail(bytes && !bytes.ok ? bytes.error : 'key-broken');
  }
  const names = key.kid === undefined || header.kid !== undefined ? header : { ...header, kid: key.kid };
  return ok(await new SignJWT({ ...claims }).setProtectedHeader({ ...names, alg: algorithm.name }).sign(cryptoKey));
}

function importOnce(key: SigningKey, algorithm: Algorithm): Promise<CryptoKey | undefined> {
  const known = imported.get(key) ?? new Map<string, Promise<CryptoKey | undefined>>();
  imported.set(key, known);
  const cryptoKey = known.get(algorithm.name) ?? importPrivate(key, algorithm);
  known.set(algorithm.name, cryptoKey);
  return cryptoKey;
}

async function importPrivate(key: SigningKey, algorithm: Algorithm): Promise<CryptoKey | undefined> {
  if (key.type === 'oct') {
    return importHmac(key, 'sign', algorithm);
  }
  const imported = await importJwkHalf(JSON.parse(key.text.reveal()), 'private', algorithm);
  // jose throws for an RSA key that is too short. None is let in, but an entry of the vault may have been changed.
  const { modulusLength } = imported.algorithm as { readonly modulusLength?: number };
  return modulusLength !== undefined && modulusLength < (algorithm.minimumBits ?? 0) ? undefined : imported;
}

/**
 * The claims of a new token: the template's, and `iat`, `nbf`, `exp` and `jti` made anew (RFC 7519 section 4.1).
 * @param now in ms
 */
export function claimsFor(template: TokenTemplate, now: number): JsonObject {
  const iat = Math.floor(now / 1000);
  const { iat: _iat, nbf: _nbf, exp: _exp, jti: _jti, ...lasting } = template.claims;
  return {
    ...lasting,
    iat,
    ...(template.notBefore && { nbf: iat }),
    ...(template.lifetimeSeconds !== null && { exp: iat + template.lifetimeSeconds }),
    ...(template.tokenId && { jti: crypto.randomUUID() }),
  };
}
