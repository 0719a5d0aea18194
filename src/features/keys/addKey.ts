import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { type ImportedKey, importPrivateKey, importSecret } from '../../core/jwt/importKey.ts';
import { type KeyProblem, keyError } from '../../core/jwt/keyMaterial.ts';
import { generateKey, makeSigningKey } from '../../core/jwt/keys.ts';
import type { Result } from '../../core/result.ts';
import type { AddSigningKeyAnswers } from '../../ids.ts';
import { runWizard } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { addKeySteps, type KeyDraft } from './addKeySteps.ts';

/**
 * Puts a signing key into the keyring: a new one, or one that is there already.
 * @returns its id
 * @throws KeyringError `signing-key-problem`, `argument-invalid`
 */
export async function addKey(services: Services, answers?: AddSigningKeyAnswers): Promise<string> {
  const { vault, clock } = services;
  await vault.load();
  const draft: KeyDraft = answers ? { key: await keyFrom(answers), name: answers.name ?? defaultName(answers) } : {};
  if (!answers) {
    await runWizard(vscode.l10n.t('Add Signing Key'), addKeySteps(draft));
  }
  if (!draft.key) {
    throw new KeyringError('argument-invalid', { field: 'kind', reason: 'missing' });
  }
  const key = makeSigningKey({ id: crypto.randomUUID(), name: draft.name ?? '', createdAt: clock.now() }, draft.key);
  await vault.putSigningKey(key);
  return key.id;
}

async function keyFrom(answers: AddSigningKeyAnswers): Promise<ImportedKey> {
  const { algorithm } = answers;
  switch (answers.kind) {
    case 'generate':
      return unwrap(await generateKey(algorithm ?? 'HS256', answers.rsaBits));
    case 'import': {
      const { text, kid } = answers;
      if (typeof text !== 'string') {
        throw new KeyringError('argument-invalid', { field: 'text', reason: 'missing' });
      }
      return unwrap(
        await importPrivateKey(text, {
          ...(algorithm !== undefined && { algorithm }),
          ...(kid !== undefined && { kid }),
        }),
      );
    }
    case 'secret': {
      if (typeof answers.secret !== 'string') {
        throw new KeyringError('argument-invalid', { field: 'secret', reason: 'missing' });
      }
      return unwrap(
        importSecret(answers.secret, answers.encoding ?? 'utf8', {
          algorithm: algorithm ?? 'HS256',
          allowWeakSecret: answers.allowWeak ?? false,
        }),
      );
    }
    default:
      throw new KeyringError('argument-invalid', { field: 'kind', reason: 'wrong-type' });
  }
}

function unwrap(result: Result<ImportedKey, KeyProblem>): ImportedKey {
  if (!result.ok) {
    throw keyError(result.error);
  }
  return result.value;
}

function defaultName(answers: AddSigningKeyAnswers): string {
  return answers.algorithm ?? (answers.kind === 'import' ? vscode.l10n.t('Imported key') : 'HS256');
}
