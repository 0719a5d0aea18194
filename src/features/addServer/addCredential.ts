import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import { type CredentialAnswers, providedFile, type ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { makeCredential } from '../../platform/credentialFactory.ts';
import { runWizard, type Step } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { checkCredentialAnswers } from './answers.ts';
import { answersOf, credentialSteps, draftOf } from './credentialSteps.ts';
import { offerGeneratedSecret } from './generatedSecret.ts';
import { signInStep } from './oauthSteps.ts';

/**
 * Puts a credential into the keyring and, if a server is given, attaches it there.
 * @returns the credential's id
 */
export async function addCredential(
  services: Services,
  target?: Partial<ServerTarget>,
  answers?: CredentialAnswers,
): Promise<string> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  checkCredentialAnswers(answers);
  const { vault, broker, clock } = services;
  const serverUrl = target && urlOfTarget(services, target);
  const draft = draftOf(answers);
  if (target?.header !== undefined) {
    draft.header = target.header;
  } else if (answers?.kind === 'apiKey') {
    // A program has no other way to say it, and must not be asked.
    draft.header = 'X-API-Key';
  }
  const nameStep: Step = {
    skip: () => answers !== undefined || draft.kind === 'existing',
    ask: async prompts => {
      draft.name = (
        await prompts.input({
          prompt: vscode.l10n.t('A name for the credential'),
          value: draft.name ?? target?.server ?? '',
          validate: value => (value.trim() === '' ? vscode.l10n.t('This may not be empty.') : undefined),
        })
      ).trim();
    },
  };
  const title = target?.server
    ? vscode.l10n.t('Add Credential for {0}', plainText(target.server))
    : vscode.l10n.t('Add Credential');
  await runWizard(title, [
    ...credentialSteps(
      services,
      draft,
      () => undefined,
      () => serverUrl,
    ),
    nameStep,
    signInStep(
      services,
      draft,
      () => (serverUrl === undefined ? undefined : { url: serverUrl, insecureAllowed: false }),
      async () => {},
    ),
  ]);
  await vault.load();
  const filled = answersOf(draft);
  const credentialId = filled.kind === 'existing' ? filled.credentialId : await store();
  if (target?.file !== undefined && target.server !== undefined) {
    const { file, server, header } = target;
    await runCommand(
      'mcpKeyring.servers.attachCredential',
      { file, server, ...(header !== undefined && { header }) },
      { credentialId },
    );
  }
  if (draft.secretSource === 'generate' && answers === undefined) {
    await offerGeneratedSecret(services, credentialId);
  }
  return credentialId;

  async function store(): Promise<string> {
    if (filled.kind === 'existing') {
      return filled.credentialId;
    }
    const fallback = target?.server ?? vscode.l10n.t('Credential');
    const { credential, signingKey } = makeCredential(filled, fallback, draft.header, vault, clock);
    try {
      if (signingKey) {
        await vault.putSigningKey(signingKey);
      }
      await vault.putCredential(credential);
      if (credential.kind === 'signedJwt') {
        await broker.renew(credential.id);
      }
      return credential.id;
    } catch (error) {
      // Best effort: the keyring may be what failed.
      await vault.deleteCredential(credential.id).catch(() => {});
      if (signingKey) {
        await vault.deleteSigningKey(signingKey.id).catch(() => {});
      }
      throw error;
    }
  }
}

/** The URL of the server that the credential is for, as its file has it now. */
function urlOfTarget({ inventory }: Services, { file, server }: Partial<ServerTarget>): string | undefined {
  const { files, provided } = inventory.snapshot;
  const servers = file === providedFile ? provided : files.find(({ source }) => source.uri === file)?.servers;
  return servers?.findLast(({ parsed }) => parsed.name === server)?.parsed.url?.value;
}
