import type { Vault } from '../../core/credentials/vault.ts';
import { chooseClient, isSameRedirect, type OAuthClient } from '../../core/oauth/clients.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import type { OAuthFlow } from '../../core/oauth/grant.ts';
import { registerClient } from '../../core/oauth/registration.ts';
import type { AuthorizationServer } from '../../core/oauth/serverMetadata.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import { ok, type Result } from '../../core/result.ts';

/** What authorization servers and the people in front of them see as our name. */
export const clientName = 'MCP Keyring';

/** A client of the keyring. */
export interface KnownClient {
  readonly client: OAuthClient;
  readonly clientKeyId?: string;
}

/**
 * The clients that the keyring's credentials have, for a way to a token and whatever issuers. A service's client is of no use
 * to a person who signs in, nor the other way round; what was registered, was registered for one way.
 */
export function knownClients(vault: Vault, flow: OAuthFlow): KnownClient[] {
  const known: KnownClient[] = [];
  for (const credential of vault.credentials) {
    if (credential.kind !== 'oauth' || credential.revokedAt !== undefined) {
      continue;
    }
    const { grant, clientKeyId } = credential;
    if (grant.flow === 'tokenEndpoint' || grant.flow === 'vscodeAccount') {
      continue;
    }
    const isService = (way: OAuthFlow) => way === 'clientCredentials';
    if (grant.client.source === 'preregistered' ? isService(grant.flow) === isService(flow) : grant.flow === flow) {
      known.push({ client: grant.client, ...(clientKeyId !== undefined && { clientKeyId }) });
    }
  }
  return known;
}

/** Chooses a client for a sign-in by a person, or registers one. Fails with what both fail with. */
export async function clientFor(
  context: OAuthContext,
  server: AuthorizationServer,
  options: {
    readonly known: readonly OAuthClient[];
    readonly metadataDocument: string;
    /** Absent for sign-ins without redirect. */
    readonly redirectUri?: string;
    readonly deviceCode?: boolean;
  },
): Promise<Result<OAuthClient, OAuthFailure>> {
  const { metadataDocument, redirectUri, deviceCode } = options;
  const now = context.now();
  const choice = chooseClient(server, {
    known: options.known.filter(client => redirectUri === undefined || mayComeBackTo(client, redirectUri)),
    now,
    ...(metadataDocument !== '' && { metadataDocument }),
    ...(redirectUri !== undefined && { redirectUri }),
  });
  if (!choice.ok || choice.value.kind === 'use') {
    return choice.ok ? ok((choice.value as { readonly client: OAuthClient }).client) : choice;
  }
  // RFC 7591 section 2 wants a redirect of every client that may use codes; a device's is never come back to.
  const redirectUris = [redirectUri ?? 'http://127.0.0.1/callback'];
  return registerClient(context, server, { name: clientName, redirectUris, ...(deviceCode && { deviceCode }) }, now);
}

/**
 * By RFC 8252 section 7.3 any port of loopback will do for a client with one, as a person knows who typed it in. Where we
 * registered ourselves nobody knows: a server that compares ports too says so on an error page alone.
 */
function mayComeBackTo({ source, redirectUris }: OAuthClient, redirectUri: string): boolean {
  return source === 'registered'
    ? redirectUris?.includes(redirectUri) === true
    : redirectUris === undefined || redirectUris.some(registered => isSameRedirect(registered, redirectUri));
}
