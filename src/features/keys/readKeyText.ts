import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { Cancelled } from '../../platform/commands.ts';
import { decodeText, fileLabel } from '../../platform/configFiles.ts';

/** No key is larger, and a file that was chosen by mistake may be. In bytes. */
const largest = 512 * 1024;

/**
 * The text of a key that a person has somewhere: an input box has one line, a PEM has many.
 * @throws Cancelled when no file was chosen
 * @throws KeyringError `file-unreadable`
 */
export async function readKeyText(from: 'clipboard' | 'file'): Promise<string> {
  if (from === 'clipboard') {
    return vscode.env.clipboard.readText();
  }
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import Key'),
      openLabel: vscode.l10n.t('Import'),
      filters: {
        [vscode.l10n.t('Keys')]: ['pem', 'key', 'jwk', 'jwks', 'json', 'p8'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  if (!uri) {
    throw new Cancelled();
  }
  const { size } = await vscode.workspace.fs.stat(uri);
  const text = size > largest ? undefined : decodeText(await vscode.workspace.fs.readFile(uri));
  if (text === undefined) {
    throw new KeyringError('file-unreadable', { file: fileLabel(uri) });
  }
  return text;
}
