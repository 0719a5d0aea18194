import type { Vault } from '../../core/credentials/vault.ts';
import type { JsonObject } from '../../core/jwt/types.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import type { Clock } from '../../core/ports.ts';

export interface OAuthContextOptions {
  readonly signal?: AbortSignal;
  /** The signing key with which the client proves who it is. */
  readonly clientKeyId?: string | undefined;
  /** The user said yes to plain http to hosts that aren't loopback, for this server. */
  readonly insecureAllowed?: boolean | undefined;
}

/** What requests of OAuth are made with in VS Code: its own `fetch`, which knows the user's proxy, and keys of the keyring. */
export function oauthContext(vault: Vault, clock: Clock, options: OAuthContextOptions = {}): OAuthContext {
  const { signal, clientKeyId, insecureAllowed } = options;
  return {
    http: (url, init) => fetch(url, init as RequestInit),
    now: () => clock.now(),
    ...(signal && { signal }),
    ...(insecureAllowed && { insecureAllowed }),
    ...(clientKeyId !== undefined && { sign: claims => signAssertion(vault, clientKeyId, claims) }),
  };
}

/** RFC 7523 section 2.2: with the key's own algorithm and id, by which the server knows its public half. */
async function signAssertion(vault: Vault, keyId: string, claims: JsonObject): Promise<string | undefined> {
  const key = vault.signingKey(keyId);
  if (!key) {
    return undefined;
  }
  // Most clients sign nothing, so jose is loaded for the first that does.
  const { signJwt } = await import('../../core/jwt/sign.ts');
  const signed = await signJwt({ algorithm: key.algorithm ?? 'HS256', key, header: { typ: 'JWT' }, claims });
  return signed.ok ? signed.value : undefined;
}
