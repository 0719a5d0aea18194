import { type CryptoKey, SignJWT } from 'jose';
import type { SigningKey, TokenTemplate } from '../credentials/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { hmacBytes } from './secrets.ts';
import type { JsonObject } from './types.ts';

export interface SignRequest {
  readonly algorithm: string;
  readonly key: SigningKey;
  /** Header parameters beside `alg`. */
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** Importing a key costs more than signing with it. Keyed by the object: a changed key is another object. */
const imported = new WeakMap<SigningKey, Promise<CryptoKey>>();

/** Signs a JWT in compact serialisation (RFC 7515 section 7.1) with jose. */
export async function signJwt(request: SignRequest): Promise<Result<string, string>> {
  const { algorithm, key, header, claims } = request;
  if (algorithm !== 'HS256') {
    return fail('algorithm');
  }
  const bytes = hmacBytes(key.text.reveal(), key.encoding);
  if (!bytes.ok) {
    return fail(bytes.error);
  }
  let cryptoKey = imported.get(key);
  if (!cryptoKey) {
    cryptoKey = crypto.subtle.importKey('raw', bytes.value, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    imported.set(key, cryptoKey);
  }
  return ok(await new SignJWT({ ...claims }).setProtectedHeader({ ...header, alg: algorithm }).sign(await cryptoKey));
}

/**
 * The claims of a new token: the template's, and `iat`, `nbf`, `exp` and `jti` made anew (RFC 7519 section 4.1).
 * @param now in ms
 */
export function claimsFor(template: TokenTemplate, now: number): JsonObject {
  const iat = Math.floor(now / 1000);
  return {
    ...template.claims,
    iat,
    ...(template.notBefore && { nbf: iat }),
    ...(template.lifetimeSeconds !== null && { exp: iat + template.lifetimeSeconds }),
    ...(template.tokenId && { jti: crypto.randomUUID() }),
  };
}
