import * as vscode from 'vscode';
import { parseConfig } from '../../core/config/parse.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import { type AddServerAnswers, type AddServerResult, type ExistingAnswers, providedFile } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { placeOf } from '../../platform/configPlaces.ts';
import { makeCredential, type NewCredentialAnswers } from '../../platform/credentialFactory.ts';
import type { Placement } from '../../platform/deliverer.ts';
import { confirmLiteral } from '../../platform/literalWarning.ts';
import { offerServer, refuseOfferedName } from '../../platform/providedServers.ts';
import { inertText } from '../../platform/texts.ts';
import { runWizard } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { checkAnswers } from './answers.ts';
import { answersOf, credentialSteps, draftOf } from './credentialSteps.ts';
import { offerGeneratedSecret } from './generatedSecret.ts';
import { signInStep } from './oauthSteps.ts';
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
    ...credentialSteps(
      services,
      credential,
      () => server.probe,
      () => server.url,
    ),
    signInStep(
      services,
      credential,
      () =>
        server.url === undefined ? undefined : { url: server.url, insecureAllowed: server.allowInsecure === true },
      () => checkPlace(services, server),
    ),
  ]);
  const { url, name, place, delivery } = server;
  if (url === undefined || name === undefined || (place === undefined && delivery !== 'provided')) {
    throw new Cancelled();
  }
  await checkPlace(services, server);
  const credentialAnswers = answersOf(credential);
  const existing = await existingCredential(services, credentialAnswers);
  const header =
    credential.header ?? existing?.header.name ?? (credential.kind === 'apiKey' ? 'X-API-Key' : 'Authorization');
  const allowInsecure = server.allowInsecure === true;
  const placement: NewPlacement =
    delivery === 'provided' || place === undefined
      ? { server: name, url, header, delivery: 'provided' }
      : {
          place,
          server: name,
          url,
          header,
          delivery:
            delivery ??
            (await services.deliverer.preferredDelivery(place, existing && { credentialId: existing.id, header })),
        };
  const asked = programmatic || answers.delivery !== undefined || placement.delivery !== 'literal';
  if (!asked && !(await confirmLiteral([placement.place]))) {
    throw new Cancelled();
  }
  const { credentialId, unsaved } = await store(services, placement, credentialAnswers, allowInsecure);
  const file = placement.delivery === 'provided' ? providedFile : placement.place.key;
  const result: AddServerResult = { file, server: name, credentialId };
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

/** Where the new server is to stand, if in a file. */
type NewPlacement =
  | Placement
  | { readonly server: string; readonly url: string; readonly header: string; readonly delivery: 'provided' };

/**
 * Attaches the credential, and brings the server into the file or among those that are offered.
 * @returns whether the file has unsaved changes
 */
async function deliver(
  services: Services,
  placement: NewPlacement,
  credentialId: string,
  allowInsecure: boolean,
): Promise<boolean> {
  if (placement.delivery !== 'provided') {
    return (await services.deliverer.attach(placement, credentialId, { allowInsecure })) === 'unsaved';
  }
  const { server: name, url, header } = placement;
  await offerServer(services, { name, url, header }, credentialId, { allowInsecure });
  return false;
}

async function store(
  services: Services,
  placement: NewPlacement,
  answers: NewCredentialAnswers | ExistingAnswers,
  allowInsecure: boolean,
): Promise<{ readonly credentialId: string; readonly unsaved: boolean }> {
  const { vault, deliverer, broker, clock } = services;
  if (placement.delivery !== 'provided') {
    await deliverer.check(placement);
  }
  await vault.load();
  if (answers.kind === 'existing') {
    const unsaved = await deliver(services, placement, answers.credentialId, allowInsecure);
    return { credentialId: answers.credentialId, unsaved };
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
    return { credentialId: credential.id, unsaved: await deliver(services, placement, credential.id, allowInsecure) };
  } catch (error) {
    // Best effort: the keyring may be what failed.
    await vault.deleteCredential(credential.id).catch(() => {});
    if (signingKey) {
      await vault.deleteSigningKey(signingKey.id).catch(() => {});
    }
    throw error;
  }
}

/** Whether there is room for the server: asked before anybody signs in for it, and again before anything is written. */
async function checkPlace(
  services: Services,
  { url, name, place, delivery, replaceHeader }: ServerDraft,
): Promise<void> {
  if (url === undefined || name === undefined) {
    return;
  }
  if (delivery === 'provided' || place === undefined) {
    await services.vault.load();
    refuseOfferedName(services, name, replaceHeader ? url : undefined);
  } else {
    await refuseTakenName(services, place, name, url, replaceHeader === true);
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

async function existingCredential({ vault }: Services, answers: NewCredentialAnswers | ExistingAnswers) {
  return answers.kind === 'existing' ? vault.readCredential(answers.credentialId) : undefined;
}

/** Whether a program has said enough for no question to be asked. */
function complete(answers: AddServerAnswers): boolean {
  const { credential } = answers;
  return (
    answers.url !== undefined &&
    answers.name !== undefined &&
    (answers.file !== undefined || answers.delivery === 'provided') &&
    credential !== undefined &&
    (credential.kind === 'signedJwt' ||
      (credential.kind === 'oauth' && credential.flow !== undefined) ||
      (credential.kind === 'existing' && credential.credentialId !== undefined) ||
      (credential.kind === 'bearer' && credential.token !== undefined) ||
      (credential.kind === 'apiKey' && credential.key !== undefined))
  );
}

function tell(result: AddServerResult, placement: NewPlacement, unsaved: boolean): void {
  const start = vscode.l10n.t('Start Server');
  const show = vscode.l10n.t('Show in File');
  const test = vscode.l10n.t('Test Connection');
  const name = plainText(result.server);
  const message = unsaved
    ? vscode.l10n.t('{0} has been added. The file has unsaved changes: save it before the server is started.', name)
    : placement.delivery === 'reference'
      ? vscode.l10n.t(
          '{0} has been added. The credential is in your keyring, the file has only a reference to it.',
          name,
        )
      : placement.delivery === 'provided'
        ? vscode.l10n.t('{0} has been added. MCP Keyring offers it to VS Code; it stands in no file.', name)
        : placement.delivery === 'environment'
          ? vscode.l10n.t('{0} has been added. The file refers to the variable that your terminals have.', name)
          : vscode.l10n.t('{0} has been added. The credential stands in clear in the file.', name);
  void vscode.window
    .showInformationMessage(
      inertText(message),
      ...(unsaved ? [show] : placement.delivery === 'provided' ? [start, test] : [start, test, show]),
    )
    .then(chosen => {
      if (chosen !== undefined) {
        const command =
          chosen === start
            ? 'mcpKeyring.servers.start'
            : chosen === test
              ? 'mcpKeyring.servers.testConnection'
              : 'mcpKeyring.servers.revealInFile';
        void runCommand(command, { file: result.file, server: result.server });
      }
    });
}
