import { readTimes } from '../jwt/claims.ts';
import { decodeJwt, looksLikeJwt } from '../jwt/decode.ts';
import type { DecodedJwt, MalformedToken } from '../jwt/types.ts';
import type { Secret } from '../secret.ts';
import type { Credential } from './types.ts';

/**
 * What a credential would send right now, without renewing it. A signed JWT that was never signed has none, nor has an OAuth
 * credential that nobody is signed in with or whose token VS Code keeps.
 */
export function currentToken(credential: Credential): Secret | undefined {
  switch (credential.kind) {
    case 'apiKey':
      return credential.key;
    case 'oauth':
      return credential.grant.flow === 'vscodeAccount' ? undefined : credential.grant.tokens?.accessToken;
    default:
      return credential.token;
  }
}

/** {@link currentToken} where somebody issued it, and so where it may have claims: an API key has none. */
export function issuedToken(credential: Credential): Secret | undefined {
  return credential.kind === 'apiKey' ? undefined : currentToken(credential);
}

/** Whether there is a way to a new token without a person typing one in. */
export function isRenewable(credential: Credential): boolean {
  return credential.kind === 'signedJwt' || (credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount');
}

/** When the current token ends, in ms: as its server said, else as it says itself. Undefined where nobody says. */
export function expiryOf(credential: Credential): number | undefined {
  if (credential.kind === 'oauth') {
    return credential.grant.flow === 'vscodeAccount' ? undefined : credential.grant.tokens?.expiresAt;
  }
  const token = issuedToken(credential);
  const content = token && readToken(token.reveal());
  return content?.shape === 'jwt' ? readTimes(content.jwt.payload).exp.at : undefined;
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
