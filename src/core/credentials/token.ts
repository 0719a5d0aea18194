import { decodeJwt, looksLikeJwt } from '../jwt/decode.ts';
import type { DecodedJwt, MalformedToken } from '../jwt/types.ts';
import type { Secret } from '../secret.ts';
import type { Credential } from './types.ts';

/** What a credential would send right now, without renewing it. A signed JWT that was never signed has none. */
export function currentToken(credential: Credential): Secret | undefined {
  return credential.kind === 'apiKey' ? credential.key : credential.token;
}

/** What can be read of a token. An opaque one is only known to be one. */
export type TokenContent =
  | { readonly shape: 'jwt'; readonly jwt: DecodedJwt }
  | { readonly shape: 'malformed'; readonly problem: MalformedToken }
  | { readonly shape: 'opaque' };

/** Reads a token's claims, if it has any. An API key is never taken for a JWT. */
export function readToken(token: string): TokenContent {
  if (!looksLikeJwt(token)) {
    return { shape: 'opaque' };
  }
  const decoded = decodeJwt(token);
  return decoded.ok ? { shape: 'jwt', jwt: decoded.value } : { shape: 'malformed', problem: decoded.error };
}
