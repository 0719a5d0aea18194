import * as vscode from 'vscode';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/** A secret that was made here is of no use until the server has it too. */
export async function offerGeneratedSecret(services: Services, credentialId: string): Promise<void> {
  const { vault, clipboard, settings } = services;
  const credential = vault.credential(credentialId);
  const key = credential?.kind === 'signedJwt' ? vault.signingKey(credential.keyId) : undefined;
  if (!key) {
    return;
  }
  const copy = vscode.l10n.t('Copy Secret');
  const chosen = await vscode.window.showInformationMessage(
    inertText(
      vscode.l10n.t(
        'A secret has been generated for “{0}”. The server has to be configured with it ({1}).',
        key.name,
        key.encoding === 'utf8' ? vscode.l10n.t('as text') : key.encoding,
      ),
    ),
    copy,
  );
  if (chosen === copy) {
    await clipboard.copy(key.text, settings.clearClipboardSeconds);
  }
}
