import * as vscode from 'vscode';
import { withEvent } from '../../core/credentials/history.ts';
import { currentToken, isRenewable, issuedToken, readToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { cleanPastedCredential } from '../../core/jwt/mendHeader.ts';
import { Secret } from '../../core/secret.ts';
import { plainText, visibleJson } from '../../core/text.ts';
import { type AutomaticRenewalChoice, type CredentialTarget, providedFile, type ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { checkPasted } from '../../platform/credentialFactory.ts';
import { askForCredential } from '../../platform/credentialTargets.ts';
import { fieldText } from '../../platform/errorTexts.ts';
import { holdersOf, runState } from '../../platform/holders.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';

export async function rename(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault } = services;
  const credential = await askForCredential(services.vault, target);
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
  const credential = await askForCredential(services.vault, target, candidate => candidate.kind !== 'apiKey');
  const token = issuedToken(credential);
  const content = token && readToken(token.reveal());
  if (content?.shape !== 'jwt') {
    void vscode.window.showInformationMessage(
      inertText(vscode.l10n.t('“{0}” is not a JWT, so it has no claims to show.', plainText(credential.name))),
    );
    return;
  }
  const { header, payload } = content.jwt;
  const text = `${visibleJson(JSON.stringify({ header, claims: payload }, undefined, 2))}\n`;
  await services.documents.show(`${credential.name}.json`, text);
}

export async function renew(services: Services, target?: CredentialTarget): Promise<void> {
  const { broker, deliverer } = services;
  const credential = await askForCredential(services.vault, target, isRenewable);
  await broker.renew(credential.id);
  // Also done on renewal by itself; here the person waits for it, and hears of it if it fails.
  await deliverer.rewriteLiterals(credential.id);
  await tellNewToken(services, credential);
}

/** Whether this credential is renewed without being told. It comes before the setting for all of them. */
export async function chooseAutomaticRenewal(
  { vault, settings }: Services,
  target?: CredentialTarget,
  choice?: AutomaticRenewalChoice,
): Promise<void> {
  const credential = await askForCredential(vault, target, isRenewable);
  if (credential.kind !== 'signedJwt' && credential.kind !== 'oauth') {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  const now = credential.automaticRenewal === undefined ? 'setting' : credential.automaticRenewal ? 'always' : 'never';
  const inUse = (value: AutomaticRenewalChoice) => (value === now ? vscode.l10n.t('in use') : '');
  const chosen =
    choice ??
    (await new Prompts(vscode.l10n.t('Automatic Renewal')).pick<AutomaticRenewalChoice>({
      prompt: vscode.l10n.t('Is “{0}” renewed without being told?', plainText(credential.name)),
      items: [
        {
          label: settings.automaticRenewal
            ? vscode.l10n.t('As the setting says: yes')
            : vscode.l10n.t('As the setting says: no'),
          description: inUse('setting'),
          value: 'setting',
        },
        { label: vscode.l10n.t('Yes, whatever the setting says'), description: inUse('always'), value: 'always' },
        { label: vscode.l10n.t('No, only by hand'), description: inUse('never'), value: 'never' },
      ],
    }));
  await vault.updateCredential(credential.id, current => {
    if (current.kind !== 'signedJwt' && current.kind !== 'oauth') {
      return undefined;
    }
    const { automaticRenewal: _, ...rest } = current;
    return chosen === 'setting' ? rest : { ...rest, automaticRenewal: chosen === 'always' };
  });
}

/**
 * A running server of a file has the old token until it is started again; VS Code stops one that this extension offers as
 * soon as it hears of a token that was replaced. What becomes of servers that run with one that was renewed is for the
 * setting to say, and not told here.
 */
async function tellNewToken(services: Services, credential: Credential): Promise<void> {
  const wasRenewed = isRenewable(credential);
  const running: ServerTarget[] = [];
  const offered: ServerTarget[] = [];
  for (const { target } of holdersOf(services, credential)) {
    const isOffered = target.file === providedFile;
    const state = isOffered && !wasRenewed ? 'stopped' : await runState(services, target);
    if (state === 'running' && !wasRenewed) {
      running.push(target);
    } else if (state === 'unsaid' || (isOffered && state !== 'running')) {
      // It may run; where VS Code doesn't say, nothing restarts it by itself.
      offered.push(target);
    }
  }
  const sentences = [
    vscode.l10n.t('“{0}” has a new token.', plainText(credential.name)),
    running.length > 0 &&
      vscode.l10n.t('{0} runs with the old one until it is restarted.', namesOf(running.map(({ server }) => server))),
    offered.length > 0 && vscode.l10n.t('{0} gets it at its next start.', namesOf(offered.map(({ server }) => server))),
  ];
  const start = running.length > 0 ? vscode.l10n.t('Restart Server') : vscode.l10n.t('Start Server');
  const targets = [...running, ...offered];
  void vscode.window
    .showInformationMessage(inertText(sentences.filter(Boolean).join(' ')), ...(targets.length > 0 ? [start] : []))
    .then(async chosen => {
      for (const target of chosen === start ? targets : []) {
        await runCommand('mcpKeyring.servers.start', target);
      }
    });
}

/** For what was issued elsewhere: the new key or token takes the old one's place, attachments and name stay. */
export async function replaceToken(services: Services, target?: CredentialTarget): Promise<void> {
  const { vault, clock, deliverer } = services;
  const credential = await askForCredential(services.vault, target, candidate => !isRenewable(candidate));
  if (isRenewable(credential)) {
    throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
  const field = credential.kind === 'apiKey' ? 'key' : 'token';
  const isRevoked = credential.revokedAt !== undefined;
  const name = plainText(credential.name);
  const value = await new Prompts(vscode.l10n.t('Replace Token')).input({
    prompt: isRevoked
      ? vscode.l10n.t('“{0}” is revoked. With a new value, its servers are given it again.', name)
      : vscode.l10n.t('The new value of “{0}”', name),
    secret: true,
    validate: text => {
      const problem = checkPasted(text, field);
      if (problem) {
        return fieldText(problem, field);
      }
      return isRevoked && currentToken(credential)?.equals(pasted(text))
        ? vscode.l10n.t('This is the value that was revoked. Get a new one from whoever issued it.')
        : undefined;
    },
  });
  await vault.updateCredential(credential.id, current =>
    withEvent(replaced(current, pasted(value)), { at: clock.now(), event: 'replaced' }),
  );
  await deliverer.rewriteLiterals(credential.id);
  await tellNewToken(services, credential);
}

function pasted(text: string): Secret {
  return new Secret(cleanPastedCredential(text).token);
}

/** A new value was never revoked, whatever became of the old one. */
function replaced({ revokedAt: _, ...credential }: Credential, secret: Secret): Credential {
  switch (credential.kind) {
    case 'apiKey':
      return { ...credential, key: secret };
    case 'bearer':
      return { ...credential, token: secret };
    default:
      throw new KeyringError('cannot-renew', { id: credential.id, name: credential.name });
  }
}
