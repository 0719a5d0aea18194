import type { Secret } from '../secret.ts';
import { currentToken } from './token.ts';
import type { Credential } from './types.ts';

/** How many of a credential's earlier tokens are remembered. */
const remembered = 20;

/** A token in 16 hex digits: enough to know it again, and of no use for anything else. */
export async function tokenDigest(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
  return Array.from(digest.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The credential after a change, remembering the token that it had before if it has another one now. */
export async function rememberToken(before: Credential, after: Credential): Promise<Credential> {
  const old = currentToken(before)?.reveal();
  if (old === undefined || old === currentToken(after)?.reveal()) {
    return after;
  }
  return withPastToken(after, await tokenDigest(old));
}

/** The credential, knowing a token by its digest as one of its own. */
export function withPastToken(credential: Credential, digest: string): Credential {
  const others = (credential.pastTokens ?? []).filter(other => other !== digest);
  return { ...credential, pastTokens: [...others, digest].slice(-remembered) };
}

/**
 * Whether a text is a token that the credential has or once had, so that it may be replaced by the one that it has now.
 * What a person has written there is none.
 */
export async function isOwnToken(credential: Credential, token: string): Promise<boolean> {
  const current: Secret | undefined = currentToken(credential);
  return current?.reveal() === token || (credential.pastTokens ?? []).includes(await tokenDigest(token));
}
