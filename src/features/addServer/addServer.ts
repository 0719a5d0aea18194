import * as vscode from 'vscode';
import { parseConfig } from '../../core/config/parse.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { AddServerAnswers, AddServerResult, CredentialAnswers } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import type { ConfigLocation } from '../../platform/configFiles.ts';
import { makeCredential } from '../../platform/credentialFactory.ts';
import type { Placement } from '../../platform/deliverer.ts';
import { inertText } from '../../platform/texts.ts';
import { runWizard } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { checkAnswers, placeOf } from './answers.ts';
import { answersOf, credentialSteps, draftOf } from './credentialSteps.ts';
import { offerGeneratedSecret } from './generatedSecret.ts';
import { type ServerDraft, serverSteps } from './serverSteps.ts';

/**
 * Puts a server with a credential into a config file. Everything is asked first and checked first; then the keyring is
 * written, then the file, and the keyring is put back as it was if the file can't be written.
 */
export async function addServer(services: Services, answers: AddServerAnswers = {}): Promise<AddServerResult> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  checkAnswers(answers);
  const server: ServerDraft = {
    ...(answers.url !== undefined && { url: answers.url.trim() }),
    ...(answers.name !== undefined && { name: answers.name.trim() }),
    ...(answers.file !== undefined && { place: placeOf(answers.file, services.files) }),
    ...(answers.delivery !== undefined && { delivery: answers.delivery }),
    ...(answers.replaceHeader !== undefined && { replaceHeader: answers.replaceHeader }),
    ...(answers.allowInsecure !== undefined && { allowInsecure: answers.allowInsecure }),
  };
  const credential = draftOf(answers.credential);
  if (answers.header !== undefined) {
    credential.header = answers.header;
  }
  const programmatic = complete(answers);
  if (programmatic) {
    server.replaceHeader ??= false;
    if (credential.kind === 'apiKey') {
      credential.header ??= 'X-API-Key';
    }
  }
  await runWizard(vscode.l10n.t('Add Authenticated Server'), [
    ...serverSteps(services, server),
    ...credentialSteps(services, credential, () => server.probe),
  ]);
  const { url, name, place } = server;
  if (url === undefined || name === undefined || place === undefined) {
    throw new Cancelled();
  }
  await refuseTakenName(services, place, name, url, server.replaceHeader === true);
  const credentialAnswers = answersOf(credential);
  const existing = await existingCredential(services, credentialAnswers);
  const header =
    credential.header ?? existing?.header.name ?? (credential.kind === 'apiKey' ? 'X-API-Key' : 'Authorization');
  const placement: Placement = {
    place,
    server: name,
    url,
    header,
    delivery: server.delivery ?? (await services.deliverer.preferredDelivery(place)),
  };
  const { credentialId, unsaved } = await store(services, placement, credentialAnswers, server.allowInsecure === true);
  const result: AddServerResult = { file: place.uri.toString(), server: name, credentialId };
  if (answers.start) {
    await runCommand('mcpKeyring.servers.start', result);
  } else if (!programmatic) {
    tell(result, placement, unsaved);
  }
  if (credential.kind === 'signedJwt' && credential.secretSource === 'generate' && !programmatic) {
    await offerGeneratedSecret(services, credentialId);
  }
  return result;
}

async function store(
  services: Services,
  placement: Placement,
  answers: CredentialAnswers,
  allowInsecure: boolean,
): Promise<{ readonly credentialId: string; readonly unsaved: boolean }> {
  const { vault, deliverer, broker, clock } = services;
  await deliverer.check(placement);
  await vault.load();
  if (answers.kind === 'existing') {
    const outcome = await deliverer.attach(placement, answers.credentialId, { allowInsecure });
    return { credentialId: answers.credentialId, unsaved: outcome === 'unsaved' };
  }
  const { credential, signingKey } = makeCredential(answers, placement.server, placement.header, vault, clock);
  try {
    if (signingKey) {
      await vault.putSigningKey(signingKey);
    }
    await vault.putCredential(credential);
    if (credential.kind === 'signedJwt') {
      await broker.renew(credential.id);
    }
    const outcome = await deliverer.attach(placement, credential.id, { allowInsecure });
    return { credentialId: credential.id, unsaved: outcome === 'unsaved' };
  } catch (error) {
    // Best effort: the keyring may be what failed.
    await vault.deleteCredential(credential.id).catch(() => {});
    if (signingKey) {
      await vault.deleteSigningKey(signingKey.id).catch(() => {});
    }
    throw error;
  }
}

/** A server of this name keeps its place only if its header is what the person wants to replace, and it's the same server. */
async function refuseTakenName(
  { files }: Services,
  place: ConfigLocation,
  name: string,
  url: string,
  replaceHeader: boolean,
): Promise<void> {
  const source = await files.read(place);
  const config = source?.content.state === 'text' ? parseConfig(source.content.text, source.format) : undefined;
  const standing = config?.servers.findLast(server => server.name === name);
  if (!standing) {
    return;
  }
  const there = standing.url && canonicalUrl(standing.url.value);
  const wanted = canonicalUrl(url);
  if (!replaceHeader || !there?.ok || !wanted.ok || there.value !== wanted.value) {
    throw new KeyringError('argument-invalid', { field: 'name', reason: 'taken', value: name });
  }
}

async function existingCredential({ vault }: Services, answers: CredentialAnswers) {
  return answers.kind === 'existing' ? vault.readCredential(answers.credentialId) : undefined;
}

/** Whether a program has said enough for no question to be asked. */
function complete(answers: AddServerAnswers): boolean {
  const { credential } = answers;
  return (
    answers.url !== undefined &&
    answers.name !== undefined &&
    answers.file !== undefined &&
    credential !== undefined &&
    (credential.kind === 'signedJwt' ||
      (credential.kind === 'existing' && credential.credentialId !== undefined) ||
      (credential.kind === 'bearer' && credential.token !== undefined) ||
      (credential.kind === 'apiKey' && credential.key !== undefined))
  );
}

function tell(result: AddServerResult, placement: Placement, unsaved: boolean): void {
  const start = vscode.l10n.t('Start Server');
  const show = vscode.l10n.t('Show in File');
  const name = plainText(result.server);
  const message = unsaved
    ? vscode.l10n.t('{0} has been added. The file has unsaved changes: save it before the server is started.', name)
    : placement.delivery === 'reference'
      ? vscode.l10n.t(
          '{0} has been added. The credential is in your keyring, the file has only a reference to it.',
          name,
        )
      : vscode.l10n.t('{0} has been added. The credential stands in clear in the file.', name);
  void vscode.window.showInformationMessage(inertText(message), ...(unsaved ? [show] : [start, show])).then(chosen => {
    if (chosen !== undefined) {
      const command = chosen === start ? 'mcpKeyring.servers.start' : 'mcpKeyring.servers.revealInFile';
      void runCommand(command, { file: result.file, server: result.server });
    }
  });
}
