import * as vscode from 'vscode';
import { usersOfKey } from '../../core/credentials/keyUsers.ts';
import type { Credential, SigningKey } from '../../core/credentials/types.ts';
import { keyError } from '../../core/jwt/keyMaterial.ts';
import { dropPreviousKey, generateSuccessor, rotateSigningKey } from '../../core/jwt/keys.ts';
import { plainText } from '../../core/text.ts';
import type { SigningKeyTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { askForKey } from './askForKey.ts';

export async function renameKey(services: Services, target?: SigningKeyTarget, name?: string): Promise<void> {
  const { vault } = services;
  const key = await askForKey(services, target);
  const wanted =
    name ??
    (await new Prompts(vscode.l10n.t('Rename Signing Key')).input({
      prompt: vscode.l10n.t('The new name of “{0}”', plainText(key.name)),
      value: key.name,
      validate: value => (value.trim() === '' ? vscode.l10n.t('This may not be empty.') : undefined),
    }));
  if (wanted.trim() !== '') {
    await vault.updateSigningKey(key.id, current => ({ ...current, name: wanted.trim() }));
  }
}

/**
 * A new key in the place of the old one, after asking: servers that were given the old one refuse what is signed from now on.
 * Credentials get a new token each; one that can't doesn't keep the others from theirs.
 */
export async function rotateKey(services: Services, target?: SigningKeyTarget): Promise<void> {
  const { vault, broker, clock, log, commands } = services;
  const key = await askForKey(services, target);
  if (!(await confirmRotation(vault.credentials, key))) {
    return;
  }
  const used = usersOfKey(vault.credentials, key.id).flatMap(credential =>
    credential.kind === 'signedJwt' ? [credential.template.algorithm] : [],
  );
  const fresh = await generateSuccessor(key, used);
  if (!fresh.ok) {
    throw keyError(fresh.error);
  }
  await vault.updateSigningKey(key.id, current => rotateSigningKey(current, fresh.value, clock.now()));
  for (const { id } of signersOf(vault.credentials, key)) {
    try {
      await broker.renew(id);
    } catch (error) {
      log.error('not-signed-with-rotated-key', error, { id });
      commands.show(error);
    }
  }
  const message =
    key.type === 'oct'
      ? vscode.l10n.t(
          '“{0}” has a new secret. Every server that knows the old one has to be given it.',
          plainText(key.name),
        )
      : vscode.l10n.t(
          '“{0}” has a new key. Its JWKS holds the old public key too, until you drop it.',
          plainText(key.name),
        );
  const give = key.type === 'oct' ? vscode.l10n.t('Copy Secret...') : vscode.l10n.t('Export Public Key...');
  // Not waited for: the command is done when the work is, not when somebody looks at the message.
  void vscode.window.showInformationMessage(inertText(message), give).then(chosen => {
    if (chosen === give) {
      void runCommand(key.type === 'oct' ? 'mcpKeyring.keys.exportPrivate' : 'mcpKeyring.keys.exportPublic', {
        keyId: key.id,
      });
    }
  });
}

async function confirmRotation(credentials: readonly Credential[], key: SigningKey): Promise<boolean> {
  const signers = signersOf(credentials, key);
  const clients = usersOfKey(credentials, key.id).filter(({ kind }) => kind === 'oauth');
  const paragraphs = [
    signers.length > 0 &&
      vscode.l10n.t(
        'These credentials get a token that is signed with the new one: {0}.',
        namesOf(signers.map(({ name }) => name)),
      ),
    key.type === 'oct'
      ? vscode.l10n.t('A server that knows the secret refuses them until you give it the new one.')
      : vscode.l10n.t(
          'A server that was given the public key refuses them until you give it the new one. One that reads the exported JWKS needs that again.',
        ),
    clients.length > 0 &&
      vscode.l10n.t(
        'These sign in with it, and cannot until their authorization server has the new public key: {0}.',
        namesOf(clients.map(({ name }) => name)),
      ),
    key.type === 'oct'
      ? vscode.l10n.t('The old secret is gone then. This cannot be undone.')
      : vscode.l10n.t('The old private key is gone then. This cannot be undone.'),
  ];
  const yes = vscode.l10n.t('Rotate');
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Rotate the signing key “{0}”?', plainText(key.name))),
    { modal: true, detail: inertText(paragraphs.filter(Boolean).join('\n\n')) },
    yes,
  );
  return answer === yes;
}

/** Ends the time in which tokens of the key before are still good. */
export async function dropPrevious(services: Services, target?: SigningKeyTarget, kid?: string): Promise<void> {
  const { vault } = services;
  const key = await askForKey(services, target, candidate => (candidate.previousPublicKeys?.length ?? 0) > 0);
  const kids = (key.previousPublicKeys ?? []).map(jwk => String(jwk.kid));
  if (kids.length === 0) {
    return;
  }
  const chosen =
    kid ??
    (await new Prompts(vscode.l10n.t('Drop Previous Key')).pick({
      prompt: vscode.l10n.t('Which public key leaves the JWKS? Tokens signed with it are good no more.'),
      items: kids.map(value => ({ label: plainText(value), value })),
    }));
  await vault.updateSigningKey(key.id, current => dropPreviousKey(current, chosen));
}

export async function deleteKey(services: Services, target?: SigningKeyTarget): Promise<void> {
  const { vault } = services;
  const key = await askForKey(services, target);
  const users = usersOfKey(vault.credentials, key.id);
  const yes = vscode.l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Delete the signing key “{0}” from the keyring?', plainText(key.name))),
    {
      modal: true,
      detail: inertText(
        users.length === 0
          ? vscode.l10n.t('No credential uses it. This cannot be undone.')
          : vscode.l10n.t(
              'These credentials need it, and get no new tokens without it: {0}. This cannot be undone.',
              namesOf(users.map(({ name }) => name)),
            ),
      ),
    },
    yes,
  );
  if (answer === yes) {
    await vault.deleteSigningKey(key.id);
  }
}

/** Those that get a new token from it. A revoked credential gets none. */
function signersOf(credentials: readonly Credential[], key: SigningKey): Credential[] {
  return usersOfKey(credentials, key.id).filter(
    ({ kind, revokedAt }) => kind === 'signedJwt' && revokedAt === undefined,
  );
}
