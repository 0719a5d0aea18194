import type { Credential } from './types.ts';

/** Credentials that need a signing key: those that sign tokens with it, and OAuth clients that prove with it who they are. */
export function usersOfKey(credentials: readonly Credential[], keyId: string): Credential[] {
  return credentials.filter(
    credential =>
      (credential.kind === 'signedJwt' && credential.keyId === keyId) ||
      (credential.kind === 'oauth' && credential.clientKeyId === keyId),
  );
}
