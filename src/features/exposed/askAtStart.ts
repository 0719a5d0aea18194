import * as vscode from 'vscode';
import { addPasswordInput, planEdits } from '../../core/config/edit.ts';
import { newInputId } from '../../core/config/inputName.ts';
import { KeyringError } from '../../core/errors.ts';
import { ok } from '../../core/result.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import type { SecretTarget } from '../../ids.ts';
import { editConfigFile } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { placeText } from './exposedWords.ts';
import { secretAt, writtenSecret } from './secretAt.ts';

/**
 * Replaces a secret in a variable or argument by an input with which VS Code asks for it, and keeps the answer encrypted; of
 * an input's default nothing stays.
 */
export async function askAtStart(services: Services, target: SecretTarget): Promise<void> {
  const secret = secretAt(services, target);
  const written = secret && writtenSecret(secret);
  const { content } = secret?.file.source ?? {};
  if (!secret || !written || content?.state !== 'text') {
    throw new KeyringError('file-changed', { file: fileLabel(target.file) });
  }
  const { file, span, server, remedy, finding } = secret;
  const { format } = file.source;
  if (remedy !== 'ask' && remedy !== 'dropDefault') {
    throw new KeyringError('reference-not-supported', { file: fileLabel(target.file) });
  }
  const taken = new Set(file.parsed.inputs.map(input => input.id));
  const id = newInputId([server?.parsed.name ?? '', String(finding.data.name ?? '')], taken);
  const replacement = remedy === 'ask' ? `\${input:${id}}` : '';
  await editConfigFile(fileUri(target.file), text => {
    // The place counts for the text in which it was found.
    if (text !== content.text) {
      throw new KeyringError('file-changed', { file: fileLabel(target.file) });
    }
    const replace = () => ok([{ span, text: replacement }]);
    const description = vscode.l10n.t('{0} of {1}', placeText(secret), plainText(server?.parsed.name ?? ''));
    return remedy === 'ask'
      ? planEdits(text, [replace, step => addPasswordInput(step, format, { id, description })])
      : replace();
  });
  tell(services, secret.remedy === 'ask', new Secret(unescaped(written)), server?.parsed.name ?? '');
}

function tell({ clipboard, settings }: Services, asks: boolean, secret: Secret, server: string): void {
  const copy = vscode.l10n.t('Copy Secret');
  const message = asks
    ? vscode.l10n.t(
        'VS Code will ask for the secret when {0} starts, and keep it encrypted. Copy it now if you have it nowhere else.',
        plainText(server),
      )
    : vscode.l10n.t('The default value is gone from the file. Copy it now if you have it nowhere else.');
  void vscode.window.showInformationMessage(inertText(message), copy).then(chosen => {
    if (chosen === copy) {
      void clipboard.copy(secret, settings.clearClipboardSeconds);
    }
  });
}

/** What a part of a JSON string stands for. */
function unescaped(written: string): string {
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}
