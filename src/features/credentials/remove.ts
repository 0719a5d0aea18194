import * as vscode from 'vscode';
import { usersOfKey } from '../../core/credentials/keyUsers.ts';
import type { Credential, DamagedEntry, ProvidedServer, SigningKey } from '../../core/credentials/types.ts';
import { plainText } from '../../core/text.ts';
import { type CredentialTarget, providedFile, type ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import { holdersOf } from '../../platform/holders.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/** What a server that only this credential offers is to the person who deletes it. */
interface Lost {
  readonly server: ProvidedServer;
  /** Absent for one whose file belongs to another window. */
  readonly target?: ServerTarget;
}

/**
 * Deletes a credential after asking. A server that stands nowhere but in this credential would be gone with it: each is
 * named, and can be given back to its file first.
 */
export async function remove(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault } = services;
  const damaged = vault.damaged.find(entry => entry.id === target?.credentialId);
  if (damaged) {
    await removeDamaged(services, damaged);
    return;
  }
  const credential = await askForCredential(vault, target);
  const lost = lostWith(services, credential);
  const key = keyOfItsOwn(services, credential);
  const answer = await confirm(services, credential, lost, key);
  if (answer === undefined) {
    return;
  }
  for (const { target: server } of answer === 'giveBack' ? lost : []) {
    // It has said why where it couldn't.
    if (server && !(await runCommand('mcpKeyring.servers.giveBack', server, { withoutSecrets: true }))) {
      return;
    }
  }
  const latest = await vault.readCredential(credential.id);
  await vault.deleteCredential(latest.id);
  if (answer === 'withKey' && key && usersOfKey(vault.credentials, key.id).length === 0) {
    await vault.deleteSigningKey(key.id);
  }
}

async function removeDamaged({ vault }: Services, entry: DamagedEntry): Promise<void> {
  const yes = vscode.l10n.t('Delete');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Delete “{0}” from the keyring?', vscode.l10n.t('Damaged entry')),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Nobody can tell which servers use it. One that it made MCP Keyring offer is gone with it. This cannot be undone.',
      ),
    },
    yes,
  );
  if (chosen === yes) {
    await vault.deleteDamaged(entry);
  }
}

/** The servers that this credential alone makes this extension offer. */
function lostWith({ vault, inventory }: Services, credential: Credential): Lost[] {
  const offered = new Map<string, ProvidedServer>();
  for (const { provided } of credential.attachments) {
    if (provided) {
      offered.set(keyOf(provided), provided);
    }
  }
  for (const other of vault.credentials) {
    for (const { provided } of other.id === credential.id ? [] : other.attachments) {
      if (provided) {
        offered.delete(keyOf(provided));
      }
    }
  }
  return [...offered.values()].map(server => {
    const here = inventory.snapshot.provided.some(
      ({ parsed }) => parsed.name === server.name && parsed.url?.value === server.url,
    );
    return { server, ...(here && { target: { file: providedFile, server: server.name } }) };
  });
}

function keyOf({ name, url }: ProvidedServer): string {
  return `${name}\n${url}`;
}

async function confirm(
  services: Services,
  credential: Credential,
  lost: readonly Lost[],
  key: SigningKey | undefined,
): Promise<'delete' | 'giveBack' | 'withKey' | undefined> {
  const gone = new Set(lost.map(({ server }) => server.name));
  const losers = holdersOf(services, credential)
    .map(({ target }) => target)
    .filter(({ file, server }) => file !== providedFile || !gone.has(server))
    .map(({ server }) => server);
  const paragraphs = [
    losers.length > 0 && vscode.l10n.t('These servers lose it: {0}.', namesOf(losers)),
    ...lost.map(lossText),
    losers.length === 0 && lost.length === 0 && vscode.l10n.t('No server in this window uses it.'),
    key &&
      vscode.l10n.t(
        'Nothing else uses its signing key “{0}”, which stays in the keyring unless you delete it too.',
        plainText(key.name, 80),
      ),
    vscode.l10n.t('This cannot be undone.'),
  ].filter(paragraph => typeof paragraph === 'string');
  const yes = vscode.l10n.t('Delete');
  const giveBack = vscode.l10n.t('Give Back and Delete');
  const withKey = vscode.l10n.t('Delete with Signing Key');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Delete “{0}” from the keyring?', plainText(credential.name))),
    { modal: true, detail: inertText(paragraphs.join(lost.length > 0 ? '\n\n' : ' ')) },
    ...(lost.some(({ target }) => target) ? [giveBack] : []),
    yes,
    ...(key ? [withKey] : []),
  );
  const answers = new Map([
    [giveBack, 'giveBack'],
    [yes, 'delete'],
    [withKey, 'withKey'],
  ] as const);
  return chosen === undefined ? undefined : answers.get(chosen);
}

function lossText({ server: { name, from }, target }: Lost): string {
  const server = plainText(name, 80);
  if (!from) {
    return vscode.l10n.t(
      '{0} stands in no file: MCP Keyring offers it with this credential, and VS Code will not have it any more. “Give Back and Delete” writes it into a file first, without the credential.',
      server,
    );
  }
  const file = plainText(fileLabel(from.file));
  return target
    ? vscode.l10n.t(
        '{0} was taken over from {1}, and VS Code will not have it any more. “Give Back and Delete” puts it back into the file first, without the credential.',
        server,
        file,
      )
    : vscode.l10n.t(
        '{0} was taken over from {1}, which is not open in this window, and will be gone. Open its folder and use “Give Back to File” to keep it.',
        server,
        file,
      );
}

/** The signing key that nothing would use any more. It may be one that servers know, so whether it goes too is asked. */
function keyOfItsOwn({ vault }: Services, credential: Credential): SigningKey | undefined {
  const key = credential.kind === 'signedJwt' ? vault.signingKey(credential.keyId) : undefined;
  return key && usersOfKey(vault.credentials, key.id).every(({ id }) => id === credential.id) ? key : undefined;
}
