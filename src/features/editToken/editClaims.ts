import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import type { SignedJwtCredential, TokenTemplate } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget } from '../../ids.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import { errorText } from '../../platform/errorTexts.ts';
import type { Services } from '../../services.ts';
import { templateScheme } from './templates.ts';
import { readTemplate } from './templateText.ts';

/** Opens what a credential's tokens say, to be edited. */
export async function editClaims(services: Services, target?: CredentialTarget): Promise<void> {
  const { id } = await askForCredential(services.vault, target, ({ kind }) => kind === 'signedJwt');
  const credential = await signedCredential(services, id);
  const name = plainText(credential.name, 80).replaceAll('/', '∕');
  const uri = vscode.Uri.from({ scheme: templateScheme, path: `/${id}/${name}.mcp-token.json` });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/**
 * Takes an edited template: checked first, then stored, then signed.
 * @throws KeyringError `argument-invalid` with the field's name, `signing-key-problem`; the credential is then as it was
 */
export async function saveTemplate(services: Services, credentialId: string, text: string): Promise<TokenTemplate> {
  const { vault, broker, clock } = services;
  const credential = await signedCredential(services, credentialId);
  const key = vault.signingKey(credential.keyId);
  if (!key) {
    throw new KeyringError('signing-key-missing', { name: credential.name, keyId: credential.keyId });
  }
  const template = readTemplate(text, key);
  // What can't be signed is not stored.
  await broker.sign({ ...credential, template }, clock.now());
  await vault.updateCredential(credentialId, current =>
    current.kind === 'signedJwt'
      ? withEvent({ ...current, template }, { at: clock.now(), event: 'replaced' })
      : undefined,
  );
  await broker.renew(credentialId);
  return template;
}

/** Why a template was not saved, as a sentence. */
export function savingProblem(error: unknown): string {
  return error instanceof KeyringError ? errorText(error) : vscode.l10n.t('The template could not be saved.');
}

async function signedCredential({ vault }: Services, id: string): Promise<SignedJwtCredential> {
  const credential = await vault.readCredential(id);
  if (credential.kind !== 'signedJwt') {
    throw new KeyringError('cannot-renew', { id, name: credential.name });
  }
  if (credential.revokedAt !== undefined) {
    throw new KeyringError('credential-revoked', { id, name: credential.name });
  }
  return credential;
}
