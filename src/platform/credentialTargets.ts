import { l10n } from 'vscode';
import type { Credential } from '../core/credentials/types.ts';
import type { Vault } from '../core/credentials/vault.ts';
import type { CredentialTarget } from '../ids.ts';
import { listText } from './texts.ts';
import { kindText } from './tokenSummary.ts';
import { Prompts } from './wizard.ts';

/**
 * The credential that a command was called with, or one that the person picks.
 * @throws Cancelled, KeyringError as `Vault.readCredential` does
 */
export async function askForCredential(
  vault: Vault,
  target: CredentialTarget | undefined,
  wanted: (credential: Credential) => boolean = () => true,
): Promise<Credential> {
  await vault.load();
  if (target?.credentialId) {
    return vault.readCredential(target.credentialId);
  }
  const credentials = vault.credentials.filter(wanted);
  const id = await new Prompts('MCP Keyring').pick({
    prompt: l10n.t('Which credential?'),
    none:
      vault.credentials.length === 0
        ? {
            message: l10n.t('The keyring has no credential yet.'),
            offer: { title: l10n.t('Add Credential...'), command: 'mcpKeyring.addCredential' },
          }
        : { message: l10n.t('The keyring has no credential that this applies to.') },
    items: credentials.map(credential => ({
      label: listText(credential.name),
      description: kindText(credential.kind),
      value: credential.id,
    })),
  });
  return vault.readCredential(id);
}
