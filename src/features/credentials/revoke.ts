import * as vscode from 'vscode';
import { removeHeader } from '../../core/config/edit.ts';
import { withEvent } from '../../core/credentials/history.ts';
import type { Credential, OAuthCredential } from '../../core/credentials/types.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { editConfigFile } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import { type Holder, holdersOf, stopServers } from '../../platform/holders.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { notRevokedText } from './signOut.ts';

/**
 * Revokes a credential after asking: no delivery hands it out any more, servers that run with it are stopped, and what stands
 * of it in config files is taken out if the person wants that. There is no way back; a replacement is offered instead, also
 * for a credential that was revoked before.
 */
export async function revoke(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault, clock, log } = services;
  const credential = await askForCredential(vault, target, candidate => candidate.revokedAt === undefined);
  const holders = holdersOf(services, credential);
  if (credential.revokedAt !== undefined) {
    await replace(holders);
    return;
  }
  const literals = holders.filter(holder => holder.isLiteral);
  const answer = await confirm(credential, holders, literals);
  if (answer === undefined) {
    return;
  }
  const now = clock.now();
  await vault.updateCredential(credential.id, current =>
    current.revokedAt === undefined
      ? withEvent({ ...current, revokedAt: now }, { at: now, event: 'revoked' })
      : undefined,
  );
  log.info('credential-revoked', { id: credential.id });
  // Told first: whatever happens to files and servers, the credential is revoked.
  offerReplacement(credential, holders);
  if (credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount') {
    void tellServer(services, credential);
  }
  await stopServers(services, holders);
  if (answer === 'removeLiterals') {
    await removeLiterals(services, literals);
  }
}

/** Not waited for: it is never handed out again, whatever the authorization server says to it. */
async function tellServer(services: Services, credential: OAuthCredential): Promise<void> {
  const { broker, log, commands } = services;
  try {
    const failure = await broker.endGrant(credential, 'server');
    if (failure) {
      void vscode.window.showWarningMessage(notRevokedText(credential.name, failure));
    }
  } catch (error) {
    log.error('grant-not-ended', error, { id: credential.id });
    commands.show(error);
  }
}

async function confirm(
  credential: Credential,
  holders: readonly Holder[],
  literals: readonly Holder[],
): Promise<'revoke' | 'removeLiterals' | undefined> {
  const servers = namesOf(holders.map(({ target }) => target.server));
  const named = new Set(holders.map(({ target }) => target.server));
  // Attached, but in no file of this window.
  const others = named.size > 0 ? [] : credential.attachments.map(({ url }) => url);
  const paragraphs = [
    holders.length > 0
      ? vscode.l10n.t('These servers have it: {0}. Those that run are stopped.', servers)
      : others.length > 0
        ? vscode.l10n.t('It is attached to {0}.', namesOf(others))
        : vscode.l10n.t('No server in this window uses it.'),
    vscode.l10n.t('MCP Keyring will never hand it out again. This cannot be undone.'),
    credential.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount'
      ? vscode.l10n.t('The authorization server is told to revoke its tokens.')
      : vscode.l10n.t('A copy that is elsewhere stays good until it expires, unless its issuer is told.'),
  ];
  if (literals.length > 0) {
    paragraphs.push(
      vscode.l10n.t('It stands in plain text in {0}.', namesOf(literals.map(({ target }) => fileLabel(target.file)))),
    );
  }
  const revokeOnly = vscode.l10n.t('Revoke');
  const alsoRemove = vscode.l10n.t('Revoke and Remove from Files');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Revoke “{0}”?', plainText(credential.name))),
    { modal: true, detail: paragraphs.join('\n\n') },
    ...(literals.length > 0 ? [alsoRemove] : []),
    revokeOnly,
  );
  return chosen === alsoRemove ? 'removeLiterals' : chosen === revokeOnly ? 'revoke' : undefined;
}

/** Takes the headers out, and leaves attachments alone: an older credential may be attached to the same server. */
async function removeLiterals({ deliverer }: Services, literals: readonly Holder[]): Promise<void> {
  for (const { target } of literals) {
    const { place, parsed } = await deliverer.find(target);
    await editConfigFile(place.uri, text => removeHeader(text, place.format, parsed.name, target.header ?? ''), {
      // Local History would keep what is taken out just as well as what is put in.
      secret: true,
    });
  }
}

function offerReplacement(credential: Credential, holders: readonly Holder[]): void {
  const name = plainText(credential.name);
  const message =
    holders.length === 0
      ? vscode.l10n.t('“{0}” is revoked.', name)
      : vscode.l10n.t(
          '“{0}” is revoked. It was used by {1}.',
          name,
          namesOf(holders.map(({ target }) => target.server)),
        );
  const button = vscode.l10n.t('Replace by a New Credential...');
  // Not waited for: the command is done when the work is, not when somebody looks at the message.
  void vscode.window.showInformationMessage(inertText(message), button).then(chosen => {
    if (chosen === button) {
      void replace(holders);
    }
  });
}

/** A new credential for the server that had the revoked one; where several had it, for all of them. */
async function replace(holders: readonly Holder[]): Promise<void> {
  const [first, ...others] = holders.map(({ target }) => target);
  const credentialId = await runCommand('mcpKeyring.addCredential', first);
  if (typeof credentialId !== 'string') {
    return;
  }
  for (const target of others) {
    await runCommand('mcpKeyring.servers.attachCredential', target, { credentialId });
  }
}
