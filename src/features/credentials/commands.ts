import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { isRenewable, issuedToken, readToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { cleanPastedCredential } from '../../core/jwt/headerValue.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget, ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { checkPasted } from '../../platform/credentialFactory.ts';
import { errorText } from '../../platform/errorTexts.ts';
import { inertText } from '../../platform/texts.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

async function askForCredential(
  { vault }: Services,
  target: CredentialTarget | undefined,
  wanted: (credential: Credential) => boolean = () => true,
): Promise<Credential> {
  await vault.load();
  if (target?.credentialId) {
    return vault.readCredential(target.credentialId);
  }
  const credentials = vault.credentials.filter(wanted);
  const id = await new Prompts('MCP Keyring').pick({
    prompt:
      credentials.length === 0
        ? vscode.l10n.t('The keyring has no such credential.')
        : vscode.l10n.t('Which credential?'),
    items: credentials.map(credential => ({
      label: plainText(credential.name),
      description: kindText(credential.kind),
      value: credential.id,
    })),
  });
  return vault.readCredential(id);
}

export async function rename(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault } = services;
  const credential = await askForCredential(services, target);
  const name = await new Prompts(vscode.l10n.t('Rename Credential')).input({
    prompt: vscode.l10n.t('The new name of “{0}”', plainText(credential.name)),
    value: credential.name,
    validate: value => {
      const text = value.trim();
      if (text === '') {
        return vscode.l10n.t('This may not be empty.');
      }
      return vault.credentials.some(other => other.id !== credential.id && other.name === text)
        ? vscode.l10n.t('There is a credential of this name already.')
        : undefined;
    },
  });
  await vault.updateCredential(credential.id, current => ({ ...current, name: name.trim() }));
}

/** The claims as JSON in an editor of their own: readable, foldable, searchable, and without the token. */
export async function showClaims(services: Services, target?: CredentialTarget): Promise<void> {
  const credential = await askForCredential(services, target, candidate => candidate.kind !== 'apiKey');
  const token = issuedToken(credential);
  const content = token && readToken(token.reveal());
  if (content?.shape !== 'jwt') {
    void vscode.window.showInformationMessage(
      inertText(vscode.l10n.t('“{0}” is not a JWT, so it has no claims to show.', plainText(credential.name))),
    );
    return;
  }
  const { header, payload } = content.jwt;
  const text = `${JSON.stringify({ header, claims: payload }, undefined, 2)}\n`;
  await services.documents.show(`${credential.name}.json`, text);
}

export async function renew(services: Services, target?: CredentialTarget): Promise<void> {
  const { broker, deliverer } = services;
  const credential = await askForCredential(services, target, isRenewable);
  await broker.renew(credential.id);
  // Also done on renewal by itself; here the person waits for it, and hears of it if it fails.
  await deliverer.rewriteLiterals(credential.id);
  await tellRenewed(services, credential);
}

/** A running server has the old token: it gets the new one at its next start. */
async function tellRenewed(services: Services, credential: Credential): Promise<void> {
  const running = await runningServers(services, credential);
  const message = vscode.l10n.t('“{0}” has a new token.', plainText(credential.name));
  if (running.length === 0) {
    void vscode.window.showInformationMessage(inertText(message));
    return;
  }
  const restart = vscode.l10n.t('Restart Server');
  const names = running.map(target => plainText(target.server)).join(', ');
  void vscode.window
    .showInformationMessage(
      inertText(`${message} ${vscode.l10n.t('{0} runs with the old one until it is restarted.', names)}`),
      restart,
    )
    .then(async chosen => {
      for (const server of chosen === restart ? running : []) {
        await runCommand('mcpKeyring.servers.start', server);
      }
    });
}

async function runningServers({ inventory, mcp }: Services, credential: Credential): Promise<ServerTarget[]> {
  const targets: ServerTarget[] = [];
  for (const file of inventory.snapshot.files) {
    for (const { parsed, headers } of file.servers) {
      if (headers.some(header => header.credentialId === credential.id)) {
        const definition = await mcp.find(fileUri(file.source.uri), parsed.name);
        if (definition?.running) {
          targets.push({ file: file.source.uri, server: parsed.name });
        }
      }
    }
  }
  return targets;
}

/** For what was issued elsewhere: the new key or token takes the old one's place, attachments and name stay. */
export async function replaceToken(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault, clock, deliverer } = services;
  const credential = await askForCredential(services, target, candidate => !isRenewable(candidate));
  if (isRenewable(credential)) {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  const value = await new Prompts(vscode.l10n.t('Replace Token')).input({
    prompt: vscode.l10n.t('The new value of “{0}”', plainText(credential.name)),
    secret: true,
    validate: text => {
      const problem = checkPasted(text, credential.kind === 'apiKey' ? 'key' : 'token');
      return problem && errorText(problem);
    },
  });
  const secret = new Secret(cleanPastedCredential(value).token);
  await vault.updateCredential(credential.id, current =>
    withEvent(replaced(current, secret), { at: clock.now(), event: 'replaced' }),
  );
  await deliverer.rewriteLiterals(credential.id);
  await tellRenewed(services, credential);
}

function replaced(credential: Credential, secret: Secret): Credential {
  switch (credential.kind) {
    case 'apiKey':
      return { ...credential, key: secret };
    case 'bearer':
      return { ...credential, token: secret };
    default:
      throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
}

export async function remove(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault, inventory } = services;
  const damaged = vault.damaged.find(entry => entry.id === target?.credentialId);
  const name = damaged ? vscode.l10n.t('Damaged entry') : plainText((await askForCredential(services, target)).name);
  const id = damaged?.id ?? (await askForCredential(services, target)).id;
  const losers = [...inventory.snapshot.files.flatMap(file => file.servers), ...inventory.snapshot.provided]
    .filter(server => server.headers.some(header => header.credentialId === id))
    .map(server => plainText(server.parsed.name));
  const yes = vscode.l10n.t('Delete');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Delete “{0}” from the keyring?', name)),
    {
      modal: true,
      detail:
        losers.length === 0
          ? vscode.l10n.t('No server in this window uses it. This cannot be undone.')
          : vscode.l10n.t('These servers lose it: {0}. This cannot be undone.', [...new Set(losers)].join(', ')),
    },
    yes,
  );
  if (chosen !== yes) {
    return;
  }
  if (damaged) {
    await vault.deleteDamaged(damaged);
    return;
  }
  const credential = await vault.readCredential(id);
  await vault.deleteCredential(id);
  await deleteUnusedKey(services, credential);
}

/** A signing key that nothing signs with any more goes with its last credential. */
async function deleteUnusedKey({ vault }: Services, credential: Credential): Promise<void> {
  if (credential.kind !== 'signedJwt') {
    return;
  }
  const used = vault.credentials.some(other => other.kind === 'signedJwt' && other.keyId === credential.keyId);
  if (!used) {
    await vault.deleteSigningKey(credential.keyId);
  }
}
