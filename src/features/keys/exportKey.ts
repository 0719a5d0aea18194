import * as vscode from 'vscode';
import type { SigningKey } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import {
  exportJwks,
  exportPrivate,
  exportPrivatePem,
  exportPublicJwk,
  exportPublicPem,
} from '../../core/jwt/exportKey.ts';
import { type KeyProblem, keyError } from '../../core/jwt/keyMaterial.ts';
import type { Result } from '../../core/result.ts';
import { plainText } from '../../core/text.ts';
import type { ExportKeyAnswers, SigningKeyTarget } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { askForKey } from './askForKey.ts';

type Format = NonNullable<ExportKeyAnswers['format']>;

/** Gives the public half out: what a server needs to verify tokens, and nobody needs to hide. */
export async function exportPublicKey(
  services: Services,
  target?: SigningKeyTarget,
  answers: ExportKeyAnswers = {},
): Promise<string> {
  const key = await askForKey(services, target, candidate => candidate.type === 'jwk');
  const prompts = new Prompts(vscode.l10n.t('Export Public Key of {0}', plainText(key.name)));
  // Found out before anything is asked: a shared secret has no public half.
  await publicText(key, 'jwk');
  const format =
    answers.format ??
    (await prompts.pick<Format>({
      prompt: vscode.l10n.t('In which form?'),
      items: [
        { label: 'PEM', description: vscode.l10n.t('for a server’s configuration'), value: 'pem' },
        { label: 'JWK', description: vscode.l10n.t('one key as JSON'), value: 'jwk' },
        { label: 'JWKS', description: vscode.l10n.t('with the keys that it had before it was rotated'), value: 'jwks' },
      ],
    }));
  const text = await publicText(key, format);
  const to =
    answers.to ??
    (await prompts.pick({
      prompt: vscode.l10n.t('Where to?'),
      items: [
        { label: `$(clippy) ${vscode.l10n.t('Clipboard')}`, value: 'clipboard' },
        { label: `$(file) ${vscode.l10n.t('A file...')}`, value: 'file' },
      ],
    }));
  if (to === 'clipboard') {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Public key copied.'), 5000);
  } else {
    await saveText(to === 'file' ? await askForFile(key, format) : fileUri(to), text);
  }
  return text;
}

/** Gives the private half or the secret out, after a question that can't be overlooked. It goes to the clipboard and leaves it again. */
export async function exportPrivateKey(services: Services, target?: SigningKeyTarget): Promise<void> {
  const { clipboard, settings } = services;
  const key = await askForKey(services, target);
  const isSecret = key.type === 'oct';
  const yes = isSecret ? vscode.l10n.t('Copy Secret') : vscode.l10n.t('Copy Private Key');
  const name = plainText(key.name);
  const answer = await vscode.window.showWarningMessage(
    inertText(
      isSecret ? vscode.l10n.t('Copy the secret “{0}”?', name) : vscode.l10n.t('Copy the private key “{0}”?', name),
    ),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Whoever has it can sign tokens as you, until every server that trusts it is told otherwise.',
      ),
    },
    yes,
  );
  if (answer !== yes) {
    return;
  }
  const pem = key.type === 'jwk' ? unwrap(await exportPrivatePem(key)) : exportPrivate(key);
  await clipboard.copy(pem, settings.clearClipboardSeconds);
}

async function publicText(key: SigningKey, format: Format): Promise<string> {
  switch (format) {
    case 'pem':
      return unwrap(await exportPublicPem(key));
    case 'jwk':
      return json(unwrap(await exportPublicJwk(key)));
    case 'jwks':
      return json(unwrap(await exportJwks([key])));
    default:
      throw new KeyringError('argument-invalid', { field: 'format', reason: 'wrong-type' });
  }
}

function unwrap<T>(result: Result<T, KeyProblem>): T {
  if (!result.ok) {
    throw keyError(result.error);
  }
  return result.value;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function askForFile(key: SigningKey, format: Format): Promise<vscode.Uri> {
  const name = `${key.name.replace(/[^\w.-]+/g, '-')}.${format === 'pem' ? 'pem' : 'json'}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Public Key'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (!uri) {
    throw new Cancelled();
  }
  return uri;
}

function fileUri(path: string): vscode.Uri {
  return /^[a-z][\w+.-]+:/i.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
}

async function saveText(uri: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}
