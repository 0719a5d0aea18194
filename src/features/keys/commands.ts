import * as vscode from 'vscode';
import type { Credential, SigningKey } from '../../core/credentials/types.ts';
import { keyBits, keyError } from '../../core/jwt/keyMaterial.ts';
import { dropPreviousKey, generateKey, rotateSigningKey } from '../../core/jwt/keys.ts';
import { plainText } from '../../core/text.ts';
import type { SigningKeyTarget } from '../../ids.ts';
import { inertText } from '../../platform/texts.ts';
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
    await vault.putSigningKey({ ...key, name: wanted.trim() });
  }
}

/** A new key in the place of the old one: credentials sign with it from now on, and get a new token each. */
export async function rotateKey(services: Services, target?: SigningKeyTarget): Promise<void> {
  const { vault, broker, clock } = services;
  const key = await askForKey(services, target);
  const algorithm = key.algorithm ?? 'HS256';
  const fresh = await generateKey(
    algorithm,
    key.type === 'jwk' && key.publicJwk.kty === 'RSA' ? keyBits(key) : undefined,
  );
  if (!fresh.ok) {
    throw keyError(fresh.error);
  }
  await vault.putSigningKey(await rotateSigningKey(key, fresh.value, clock.now()));
  const users = usersOf(vault.credentials, key);
  for (const credential of users) {
    await broker.renew(credential.id);
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
  void vscode.window.showInformationMessage(inertText(message));
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
  await vault.putSigningKey(dropPreviousKey(key, chosen));
}

export async function deleteKey(services: Services, target?: SigningKeyTarget): Promise<void> {
  const { vault } = services;
  const key = await askForKey(services, target);
  const users = usersOf(vault.credentials, key).map(credential => plainText(credential.name));
  const yes = vscode.l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Delete the signing key “{0}” from the keyring?', plainText(key.name))),
    {
      modal: true,
      detail:
        users.length === 0
          ? vscode.l10n.t('No credential signs with it. This cannot be undone.')
          : vscode.l10n.t('These credentials can sign no more: {0}. This cannot be undone.', users.join(', ')),
    },
    yes,
  );
  if (answer === yes) {
    await vault.deleteSigningKey(key.id);
  }
}

function usersOf(credentials: readonly Credential[], key: SigningKey): Credential[] {
  return credentials.filter(credential => credential.kind === 'signedJwt' && credential.keyId === key.id);
}
