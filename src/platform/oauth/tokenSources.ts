import * as vscode from 'vscode';
import type { TokenSources } from '../../core/credentials/broker.ts';
import { GrantRenewer } from '../../core/credentials/grantRenewer.ts';
import type { OAuthCredential } from '../../core/credentials/types.ts';
import type { Vault } from '../../core/credentials/vault.ts';
import type { AccountGrant, CredentialGrant } from '../../core/oauth/grant.ts';
import type { Clock, Locks, Log } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { oauthContext } from './oauthContext.ts';

/** Where the tokens of OAuth credentials come from in VS Code: authorization servers, and VS Code's own accounts. */
export class WindowTokenSources implements TokenSources {
  readonly renewer: GrantRenewer;

  constructor(parts: {
    readonly vault: Vault;
    readonly clock: Clock;
    readonly log: Log;
    readonly locks: Locks;
    readonly onNotStored: (credential: OAuthCredential) => void;
  }) {
    const { vault, clock } = parts;
    this.renewer = new GrantRenewer({
      ...parts,
      contextFor: ({ clientKeyId, attachments }) =>
        oauthContext(vault, clock, {
          clientKeyId,
          insecureAllowed: attachments.some(attachment => attachment.insecureAllowed),
        }),
    });
    this.renewer.onDidNotStore(parts.onNotStored);
  }

  renewGrant(credentialId: string, evenIfFresh: boolean): Promise<OAuthCredential> {
    return this.renewer.renewGrant(credentialId, evenIfFresh);
  }

  replaceGrant(credentialId: string, grant: CredentialGrant): Promise<void> {
    return this.renewer.replaceGrant(credentialId, grant);
  }

  async accountToken({ providerId, scopes, accountId }: AccountGrant): Promise<Secret | undefined> {
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
}
