import * as vscode from 'vscode';
import type { SecretEncoding } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { algorithms } from '../../core/jwt/algorithms.ts';
import { type ImportedKey, importPrivateKey, importSecret } from '../../core/jwt/importKey.ts';
import type { KeyProblem } from '../../core/jwt/keyMaterial.ts';
import { generateKey, makeSigningKey, rsaSizes } from '../../core/jwt/keys.ts';
import type { Result } from '../../core/result.ts';
import type { AddSigningKeyAnswers } from '../../ids.ts';
import { errorText } from '../../platform/errorTexts.ts';
import { type Prompts, runWizard, type Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { readKeyText } from './readKeyText.ts';

/** What the questions fill in. */
interface Draft {
  kind?: 'generate' | 'clipboard' | 'file' | SecretEncoding;
  algorithm?: string;
  rsaBits?: number;
  text?: string;
  allowWeak?: boolean;
  name?: string;
  /** What came of it, checked as soon as it was typed. */
  key?: ImportedKey;
}

/**
 * Puts a signing key into the keyring: a new one, or one that is there already.
 * @returns its id
 * @throws KeyringError `signing-key-problem`, `argument-invalid`
 */
export async function addKey(services: Services, answers?: AddSigningKeyAnswers): Promise<string> {
  const { vault, clock } = services;
  await vault.load();
  const draft: Draft = answers ? { key: await keyFrom(answers), name: answers.name ?? defaultName(answers) } : {};
  if (!answers) {
    await runWizard(vscode.l10n.t('Add Signing Key'), steps(draft));
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
    throw problemError(result.error);
  }
  return result.value;
}

function problemError({ reason, data }: KeyProblem): KeyringError {
  return new KeyringError('signing-key-problem', { ...data, reason });
}

function defaultName(answers: AddSigningKeyAnswers): string {
  return answers.algorithm ?? (answers.kind === 'import' ? vscode.l10n.t('Imported key') : 'HS256');
}

function steps(draft: Draft): Step[] {
  return [kindStep(draft), algorithmStep(draft), sizeStep(draft), textStep(draft), nameStep(draft)];
}

function kindStep(draft: Draft): Step {
  return {
    ask: async prompts => {
      draft.kind = await prompts.pick<NonNullable<Draft['kind']>>({
        prompt: vscode.l10n.t('Where does the key come from?'),
        ...(draft.kind && { active: draft.kind }),
        items: [
          {
            label: `$(sparkle) ${vscode.l10n.t('Generate a new one')}`,
            description: vscode.l10n.t('a shared secret or a key pair'),
            value: 'generate',
          },
          {
            label: `$(clippy) ${vscode.l10n.t('Import from the clipboard')}`,
            description: vscode.l10n.t('a private key in PEM, a JWK or a JWKS'),
            value: 'clipboard',
          },
          {
            label: `$(file) ${vscode.l10n.t('Import from a file...')}`,
            description: vscode.l10n.t('a private key in PEM, a JWK or a JWKS'),
            value: 'file',
          },
          {
            label: `$(edit) ${vscode.l10n.t('Type or paste a secret as text')}`,
            description: vscode.l10n.t('its UTF-8 bytes are the key'),
            value: 'utf8',
          },
          { label: `$(edit) ${vscode.l10n.t('Type or paste a secret as base64')}`, value: 'base64' },
          { label: `$(edit) ${vscode.l10n.t('Type or paste a secret as base64url')}`, value: 'base64url' },
          { label: `$(edit) ${vscode.l10n.t('Type or paste a secret as hex')}`, value: 'hex' },
        ],
      });
    },
  };
}

const isSecret = (kind: Draft['kind']) => kind !== 'generate' && kind !== 'clipboard' && kind !== 'file';

function algorithmStep(draft: Draft): Step {
  return {
    skip: () => draft.kind === 'clipboard' || draft.kind === 'file',
    ask: async prompts => {
      const offered = algorithms.filter(
        ({ name, keyType }) => name !== 'Ed25519' && (!isSecret(draft.kind) || keyType === 'oct'),
      );
      draft.algorithm = await prompts.pick({
        prompt: vscode.l10n.t('What does it sign with?'),
        ...(draft.algorithm !== undefined && { active: draft.algorithm }),
        items: offered.map(({ name, family, curve }) => ({
          label: name,
          description: family === 'HMAC' ? vscode.l10n.t('shared secret') : [family, curve].filter(Boolean).join(', '),
          value: name as string,
        })),
      });
      delete draft.rsaBits;
      if (draft.kind === 'generate' && !needsSize(draft)) {
        draft.key = unwrap(await generateKey(draft.algorithm));
      }
    },
  };
}

function needsSize({ kind, algorithm = '' }: Draft): boolean {
  return kind === 'generate' && /^[RP]S/.test(algorithm);
}

function sizeStep(draft: Draft): Step {
  return {
    skip: () => !needsSize(draft),
    ask: async prompts => {
      const bits = await prompts.pick({
        prompt: vscode.l10n.t('How long is the RSA key?'),
        ...(draft.rsaBits !== undefined && { active: draft.rsaBits }),
        items: rsaSizes.map(size => ({ label: vscode.l10n.t('{0} bits', size), value: size as number })),
      });
      draft.rsaBits = bits;
      draft.key = await prompts.wait(vscode.l10n.t('Making a key of {0} bits...', bits), async () =>
        unwrap(await generateKey(draft.algorithm ?? '', bits)),
      );
    },
  };
}

function textStep(draft: Draft): Step {
  return {
    skip: () => draft.kind === 'generate',
    ask: async prompts => {
      if (draft.kind === 'clipboard' || draft.kind === 'file') {
        const text = await readKeyText(draft.kind);
        draft.key = await chosenKey(prompts, text);
      } else {
        await askForSecret(prompts, draft);
      }
    },
  };
}

/** Of a JWKS with several keys, the one that the person picks. */
async function chosenKey(prompts: Prompts, text: string): Promise<ImportedKey> {
  const first = await importPrivateKey(text);
  if (first.ok || first.error.reason !== 'jwks-several') {
    return unwrap(first);
  }
  const kids = first.error.data.kids as readonly string[];
  const kid = await prompts.pick({
    prompt: vscode.l10n.t('The JWKS has several keys. Which one?'),
    items: kids.map(value => ({ label: value, value })),
  });
  return unwrap(await importPrivateKey(text, { kid }));
}

async function askForSecret(prompts: Prompts, draft: Draft): Promise<void> {
  const encoding = draft.kind as SecretEncoding;
  const algorithm = draft.algorithm ?? 'HS256';
  let warned: string | undefined;
  draft.text = await prompts.input({
    prompt: vscode.l10n.t('The secret. It is kept in the keyring of this computer.'),
    value: draft.text ?? '',
    secret: true,
    validate: value => {
      const result = importSecret(value, encoding, { algorithm, allowWeakSecret: warned === value });
      if (result.ok) {
        draft.key = result.value;
        return undefined;
      }
      const sentence = errorText(problemError(result.error));
      if (result.error.reason === 'key-weak') {
        // Servers with short secrets exist, and it isn't ours to change theirs.
        warned = value;
        return `${sentence} ${vscode.l10n.t('Press Enter again to use it all the same.')}`;
      }
      return sentence;
    },
  });
}

function nameStep(draft: Draft): Step {
  return {
    ask: async prompts => {
      draft.name = (
        await prompts.input({
          prompt: vscode.l10n.t('A name for the key'),
          value: draft.name ?? draft.key?.algorithm ?? '',
          validate: value => (value.trim() === '' ? vscode.l10n.t('This may not be empty.') : undefined),
        })
      ).trim();
    },
  };
}
