import * as vscode from 'vscode';
import type { SecretEncoding } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { algorithms } from '../../core/jwt/algorithms.ts';
import { type ImportedKey, importPrivateKey, importSecret } from '../../core/jwt/importKey.ts';
import { keyError } from '../../core/jwt/keyMaterial.ts';
import { generateKey, rsaSizes } from '../../core/jwt/keys.ts';
import { plainText } from '../../core/text.ts';
import { Cancelled } from '../../platform/commands.ts';
import { errorText } from '../../platform/errorTexts.ts';
import type { Choice, Prompts, Step } from '../../platform/wizard.ts';
import { readKeyText } from './readKeyText.ts';

/** What the questions fill in. */
export interface KeyDraft {
  kind?: 'generate' | 'clipboard' | 'file' | SecretEncoding;
  algorithm?: string;
  rsaBits?: number;
  /** A secret that was typed. */
  secret?: string;
  /** What was read from the clipboard or a file. */
  text?: string;
  /** The keys of a JWKS that has several. */
  kids?: readonly string[];
  name?: string;
  /** What came of it, checked as soon as it was typed. */
  key?: ImportedKey;
}

/** The questions about a new key, or one that is there already. */
export function addKeySteps(draft: KeyDraft): Step[] {
  return [kindStep(draft), algorithmStep(draft), sizeStep(draft), kidStep(draft), secretStep(draft), nameStep(draft)];
}

type Kind = NonNullable<KeyDraft['kind']>;

function kindStep(draft: KeyDraft): Step {
  return {
    ask: async prompts => {
      let problem: string | undefined;
      do {
        draft.kind = await prompts.pick<Kind>({
          prompt: vscode.l10n.t('Where does the key come from?'),
          ...(draft.kind && { active: draft.kind }),
          problem,
          items: kindItems(),
        });
        problem = isImport(draft.kind) ? await readInto(draft, draft.kind) : undefined;
      } while (problem !== undefined);
    },
  };
}

function kindItems(): Choice<Kind>[] {
  return [
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
  ];
}

function isImport(kind: KeyDraft['kind']): kind is 'clipboard' | 'file' {
  return kind === 'clipboard' || kind === 'file';
}

const isSecret = (kind: KeyDraft['kind']) => kind !== 'generate' && !isImport(kind);

/**
 * Reads a key from where it is.
 * @returns what is wrong with it, as a sentence; empty where no file was chosen
 */
async function readInto(draft: KeyDraft, from: 'clipboard' | 'file'): Promise<string | undefined> {
  delete draft.key;
  delete draft.kids;
  try {
    draft.text = await readKeyText(from);
  } catch (error) {
    if (error instanceof Cancelled) {
      return '';
    }
    if (error instanceof KeyringError) {
      return errorText(error);
    }
    throw error;
  }
  const imported = await importPrivateKey(draft.text);
  if (imported.ok) {
    draft.key = imported.value;
    return undefined;
  }
  if (imported.error.reason === 'jwks-several') {
    draft.kids = imported.error.data.kids as readonly string[];
    return undefined;
  }
  return errorText(keyError(imported.error));
}

function algorithmStep(draft: KeyDraft): Step {
  return {
    skip: () => isImport(draft.kind),
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
        draft.key = await generated(draft.algorithm);
      }
    },
  };
}

async function generated(algorithm: string, rsaBits?: number): Promise<ImportedKey> {
  const made = await generateKey(algorithm, rsaBits);
  if (!made.ok) {
    throw keyError(made.error);
  }
  return made.value;
}

function needsSize({ kind, algorithm = '' }: KeyDraft): boolean {
  return kind === 'generate' && /^[RP]S/.test(algorithm);
}

function sizeStep(draft: KeyDraft): Step {
  return {
    skip: () => !needsSize(draft),
    ask: async prompts => {
      const bits = await prompts.pick({
        prompt: vscode.l10n.t('How long is the RSA key?'),
        ...(draft.rsaBits !== undefined && { active: draft.rsaBits }),
        items: rsaSizes.map(size => ({ label: vscode.l10n.t('{0} bits', size), value: size as number })),
      });
      draft.rsaBits = bits;
      draft.key = await prompts.wait(
        vscode.l10n.t('Making a key of {0} bits...', bits),
        async () => await generated(draft.algorithm ?? '', bits),
      );
    },
  };
}

/** Of a JWKS with several keys, the one that the person picks. */
function kidStep(draft: KeyDraft): Step {
  let kid: string | undefined;
  return {
    skip: () => !isImport(draft.kind) || !draft.kids,
    ask: async prompts => {
      let problem: string | undefined;
      do {
        kid = await prompts.pick({
          prompt: vscode.l10n.t('The JWKS has several keys. Which one?'),
          ...(kid !== undefined && { active: kid }),
          problem,
          items: (draft.kids ?? []).map(value => ({ label: plainText(value), value })),
        });
        const imported = await importPrivateKey(draft.text ?? '', { kid });
        problem = imported.ok ? undefined : errorText(keyError(imported.error));
        if (imported.ok) {
          draft.key = imported.value;
        }
      } while (problem !== undefined);
    },
  };
}

function secretStep(draft: KeyDraft): Step {
  return {
    skip: () => !isSecret(draft.kind),
    ask: prompts => askForSecret(prompts, draft),
  };
}

async function askForSecret(prompts: Prompts, draft: KeyDraft): Promise<void> {
  const encoding = draft.kind as SecretEncoding;
  const algorithm = draft.algorithm ?? 'HS256';
  let warned: string | undefined;
  draft.secret = await prompts.input({
    prompt: vscode.l10n.t('The secret. It is kept in the keyring of this computer.'),
    value: draft.secret ?? '',
    secret: true,
    validate: value => {
      const result = importSecret(value, encoding, { algorithm, allowWeakSecret: warned === value });
      if (result.ok) {
        draft.key = result.value;
        return undefined;
      }
      const sentence = errorText(keyError(result.error));
      if (result.error.reason === 'key-weak') {
        // Servers with short secrets exist, and it isn't ours to change theirs.
        warned = value;
        return `${sentence} ${vscode.l10n.t('Press Enter again to use it all the same.')}`;
      }
      return sentence;
    },
  });
}

function nameStep(draft: KeyDraft): Step {
  return {
    ask: async prompts => {
      draft.name = (
        await prompts.input({
          prompt: draft.key?.hadCertificate
            ? vscode.l10n.t('A name for the key. The certificate that stood beside it is not kept.')
            : vscode.l10n.t('A name for the key'),
          value: draft.name ?? draft.key?.algorithm ?? '',
          validate: value => (value.trim() === '' ? vscode.l10n.t('This may not be empty.') : undefined),
        })
      ).trim();
    },
  };
}
