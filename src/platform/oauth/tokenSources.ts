import * as vscode from 'vscode';
import type { TokenSources } from '../../core/credentials/broker.ts';
import { GrantRenewer } from '../../core/credentials/grantRenewer.ts';
import type { OAuthCredential } from '../../core/credentials/types.ts';
import type { Vault } from '../../core/credentials/vault.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import type { AccountGrant, CredentialGrant } from '../../core/oauth/grant.ts';
import { type Introspection, introspectToken } from '../../core/oauth/introspect.ts';
import type { OAuthContext } from '../../core/oauth/tokenRequest.ts';
import type { Clock, Locks, Log } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import { Secret } from '../../core/secret.ts';
import { oauthContext } from './oauthContext.ts';

/** Where the tokens of OAuth credentials come from in VS Code: authorization servers, and VS Code's own accounts. */
export class WindowTokenSources implements TokenSources {
  readonly renewer: GrantRenewer;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(parts: {
    readonly vault: Vault;
    readonly clock: Clock;
    readonly log: Log;
    readonly locks: Locks;
    readonly onNotStored: (credential: OAuthCredential) => void;
  }) {
    const { vault, clock, log } = parts;
    this.#vault = vault;
    this.#clock = clock;
    this.#log = log;
    this.renewer = new GrantRenewer({ ...parts, contextFor: credential => this.#contextFor(credential) });
    this.renewer.onDidNotStore(parts.onNotStored);
  }

  renewGrant(credentialId: string, evenIfFresh: boolean): Promise<OAuthCredential> {
    return this.renewer.renewGrant(credentialId, evenIfFresh);
  }

  replaceGrant(credentialId: string, grant: CredentialGrant): Promise<void> {
    return this.renewer.replaceGrant(credentialId, grant);
  }

  endGrant(credentialId: string, ask: 'server' | 'nobody'): Promise<OAuthFailure | undefined> {
    return this.renewer.endGrant(credentialId, ask);
  }

  async introspect(credential: OAuthCredential): Promise<Result<Introspection, OAuthFailure> | undefined> {
    const { grant } = credential;
    if (
      grant.flow === 'vscodeAccount' ||
      grant.flow === 'tokenEndpoint' ||
      grant.server.introspectionEndpoint === undefined ||
      !grant.tokens
    ) {
      return undefined;
    }
    return introspectToken(this.#contextFor(credential), grant, grant.tokens.accessToken);
  }

  async accountToken(grant: AccountGrant): Promise<Secret | undefined> {
    try {
      return await sessionToken(grant);
    } catch (error) {
      // Its errors have words for people and no codes: the provider is not there any more, or has trouble of its own.
      this.#log.error('account-unavailable', error, { provider: grant.providerId });
      return undefined;
    }
  }

  #contextFor({ clientKeyId, attachments }: OAuthCredential): OAuthContext {
    return oauthContext(this.#vault, this.#clock, {
      clientKeyId,
      insecureAllowed: attachments.some(({ insecureAllowed }) => insecureAllowed),
    });
  }
}

async function sessionToken({ providerId, scopes, accountId }: AccountGrant): Promise<Secret | undefined> {
  const accounts = accountId === undefined ? [] : await vscode.authentication.getAccounts(providerId);
  const account = accounts.find(({ id }) => id === accountId);
  if (accountId !== undefined && !account) {
    return undefined;
  }
  const session = await vscode.authentication.getSession(providerId, scopes, {
    silent: true,
    ...(account && { account }),
  });
  return session && new Secret(session.accessToken);
}
