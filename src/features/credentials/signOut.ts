import * as vscode from 'vscode';
import type { Credential, OAuthCredential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import type { OAuthFailure } from '../../core/oauth/failures.ts';
import { oauthError } from '../../core/oauth/keyringError.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget } from '../../ids.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import { errorText } from '../../platform/errorTexts.ts';
import { holdersOf, stopServers } from '../../platform/holders.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/**
 * Ends the sign-in of an OAuth credential: its tokens are revoked at the server and gone from here, and servers that run with
 * them are stopped. The credential stays, with all it takes to sign in again.
 *
 * If the server can't be told, the person decides whether the tokens are forgotten all the same.
 */
export async function signOut(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault, broker } = services;
  const credential = await askForCredential(vault, target, isSignedIn);
  if (credential.kind !== 'oauth' || credential.grant.flow === 'vscodeAccount') {
    throw new KeyringError('cannot-sign-out', { id: credential.id, name: credential.name });
  }
  const holders = holdersOf(services, credential);
  const failure = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Signing out...') },
    () => broker.endGrant(credential, 'server'),
  );
  if (failure && failure.code !== 'revocation-unsupported') {
    if (!(await confirmForgetting(credential, failure))) {
      return;
    }
    await broker.endGrant(credential, 'nobody');
  }
  const servers = namesOf(holders.map(({ target: { server } }) => server));
  const message =
    failure === undefined
      ? vscode.l10n.t('You are signed out of “{0}”, and its server has revoked the tokens.', plainText(credential.name))
      : notRevokedText(credential.name, failure);
  const signIn = vscode.l10n.t('Sign In Again...');
  // Not waited for: the command is done when the work is, not when somebody looks at the message.
  void vscode.window
    .showInformationMessage(
      inertText(servers === '' ? message : `${message} ${vscode.l10n.t('It was used by {0}.', servers)}`),
      signIn,
    )
    .then(chosen => {
      if (chosen === signIn) {
        void vscode.commands.executeCommand('mcpKeyring.credentials.signIn', { credentialId: credential.id });
      }
    });
  await stopServers(services, holders);
}

function isSignedIn(credential: Credential): boolean {
  return (
    credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount' && credential.grant.tokens !== undefined
  );
}

async function confirmForgetting({ name }: OAuthCredential, failure: OAuthFailure): Promise<boolean> {
  const forget = vscode.l10n.t('Forget Them Here');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('The server of “{0}” could not be told to revoke its tokens.', plainText(name))),
    {
      modal: true,
      detail: [
        inertText(errorText(oauthError(failure))),
        vscode.l10n.t(
          'If they are forgotten here all the same, whoever has a copy of them can use it until they expire. If not, you stay signed in and can try again later.',
        ),
      ].join('\n\n'),
    },
    forget,
  );
  return chosen === forget;
}

/** That tokens are gone from here and still good elsewhere, and why. */
export function notRevokedText(name: string, failure: OAuthFailure): string {
  return inertText(
    failure.code === 'revocation-unsupported'
      ? vscode.l10n.t(
          'The tokens of “{0}” are gone from here. Its server has no way to revoke them, so a copy that is elsewhere stays good until it expires.',
          plainText(name),
        )
      : vscode.l10n.t(
          'The server of “{0}” was not told to revoke its tokens, so a copy that is elsewhere stays good until it expires. {1}',
          plainText(name),
          errorText(oauthError(failure)),
        ),
  );
}
