import { l10n } from 'vscode';
import type { Finding } from '../core/findings.ts';
import { plainText } from '../core/text.ts';

/** A secret in a file as a sentence, and what makes it worse. */
export function exposedText({ code, data }: Finding): string {
  const sentences = [code === 'secret-in-file' ? inFile(String(data.place), name(data.name)) : elsewhere(code)];
  if (data.ownUrl) {
    sentences.push(
      l10n.t(
        'What stands in a URL cannot be moved to the keyring. Many servers take it in a header, too: put it there, then move it.',
      ),
    );
  }
  if (data.tracked) {
    sentences.push(l10n.t('Git tracks this file: whoever gets the repository gets the secret.'));
  }
  if (data.synced) {
    sentences.push(l10n.t('Settings Sync uploads this file where it is turned on.'));
  }
  return sentences.join(' ');
}

function inFile(place: string, name: string): string {
  switch (place) {
    case 'env':
      return l10n.t('The variable {0} holds a secret in plain text.', name);
    case 'input-default':
      return l10n.t('The default value of the input {0} is a secret in plain text.', name);
    case 'oauth-client-secret':
      return l10n.t('This file holds an OAuth client secret in plain text.');
    case 'member':
      return l10n.t('“{0}” holds a secret in plain text.', name);
    default:
      return l10n.t('This file holds the credential in plain text.');
  }
}

function elsewhere(code: string): string {
  return code === 'secret-in-url'
    ? l10n.t('There is a credential in the URL. URLs end up in logs and histories.')
    : l10n.t('There is a credential in the command line. Other programs on this computer can read it.');
}

function name(value: unknown): string {
  return plainText(String(value ?? ''), 80);
}
