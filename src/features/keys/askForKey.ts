import { l10n } from 'vscode';
import type { SigningKey } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import type { SigningKeyTarget } from '../../ids.ts';
import { listText } from '../../platform/texts.ts';
import { signingKeyText } from '../../platform/tokenSummary.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

/**
 * The signing key that a command was called with, or one that the person picks.
 * @throws Cancelled
 * @throws KeyringError `signing-key-not-found`
 */
export async function askForKey(
  { vault }: Services,
  target: SigningKeyTarget | undefined,
  wanted: (key: SigningKey) => boolean = () => true,
): Promise<SigningKey> {
  await vault.load();
  let id = target?.keyId;
  if (id === undefined) {
    const keys = vault.signingKeys.filter(wanted);
    id = await new Prompts('MCP Keyring').pick({
      prompt: l10n.t('Which signing key?'),
      none:
        vault.signingKeys.length === 0
          ? {
              message: l10n.t('The keyring has no signing key yet.'),
              offer: { title: l10n.t('Add Signing Key...'), command: 'mcpKeyring.keys.add' },
            }
          : { message: l10n.t('The keyring has no signing key that this applies to.') },
      items: keys.map(key => ({ label: listText(key.name), description: signingKeyText(key), value: key.id })),
    });
  }
  const key = vault.signingKey(id);
  if (!key) {
    throw new KeyringError('signing-key-not-found', { id });
  }
  return key;
}
