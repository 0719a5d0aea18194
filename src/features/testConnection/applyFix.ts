import * as vscode from 'vscode';
import { parseReferences } from '../../core/config/references.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import type { Credential, SignedJwtCredential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { isAuthorization, takeHeaderApart } from '../../core/jwt/headerValue.ts';
import { parseScopes } from '../../core/oauth/scopes.ts';
import { plainText } from '../../core/text.ts';
import type { ConnectionFix, ServerTarget } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { changeOffered, providedServer } from '../../platform/providedServers.ts';
import { findServer } from '../../platform/serverTargets.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/** Does what a report offers. Where another command does it already, that one is run. */
export async function applyFix(services: Services, target: ServerTarget, fix: ConnectionFix): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  const { value = '' } = fix;
  switch (fix.kind) {
    case 'renew':
      await runCommand('mcpKeyring.credentials.renew', idOf(await credentialOf(services, target)));
      return;
    case 'replaceToken':
      await runCommand('mcpKeyring.credentials.replaceToken', idOf(await credentialOf(services, target)));
      return;
    case 'addCredential':
      await runCommand('mcpKeyring.addCredential', target);
      return;
    case 'signIn':
      return signIn(services, target, parseScopes(value));
    case 'attachCredential':
      await runCommand('mcpKeyring.servers.attachCredential', target);
      return;
    case 'setAudience':
      return changeTemplate(services, target, template => ({
        ...template,
        claims: { ...template.claims, aud: value },
      }));
    case 'setIssuer':
      return changeTemplate(services, target, template => ({
        ...template,
        claims: { ...template.claims, iss: value },
      }));
    case 'setAlgorithm':
      return changeTemplate(services, target, template => ({ ...template, algorithm: value }));
    case 'setEncoding':
      return readSecretAs(services, target, value);
    case 'switchRole':
      await runCommand('mcpKeyring.servers.switchRole', target, ...(fix.value === undefined ? [] : [fix.value]));
      return;
    case 'editClaims': {
      const credential = await credentialOf(services, target);
      await runCommand(
        credential.kind === 'signedJwt' ? 'mcpKeyring.credentials.editClaims' : 'mcpKeyring.credentials.showDetails',
        idOf(credential),
      );
      return;
    }
    case 'repairHeader':
      return repairHeader(services, target, fix.value);
    case 'renameHeader':
      return renameHeader(services, target, value);
    case 'useUrl':
      return useUrl(services, target, value);
    case 'showInFile':
      await runCommand('mcpKeyring.servers.revealInFile', target);
      return;
    case 'testAgain':
      await runCommand('mcpKeyring.servers.testConnection', target);
      return;
    case 'copyAsCurl':
      await runCommand('mcpKeyring.servers.copyAs', target, { form: 'curl' });
      return;
    case 'showLog':
      await runCommand('mcpKeyring.showLog');
  }
}

/**
 * Signs in again where a sign-in is what the server gets; otherwise makes a credential that is one.
 * @param moreScopes what the server wants beside what was asked for before
 */
async function signIn(
  { vault, inventory }: Services,
  target: ServerTarget,
  moreScopes: readonly string[],
): Promise<void> {
  await vault.load();
  const id = findServer(inventory.snapshot, target)?.header?.credentialId;
  if (id !== undefined && vault.credential(id)?.kind === 'oauth') {
    await runCommand('mcpKeyring.credentials.signIn', { credentialId: id, moreScopes });
  } else {
    await runCommand('mcpKeyring.addCredential', target, { kind: 'oauth' });
  }
}

function idOf({ id }: Credential) {
  return { credentialId: id };
}

async function credentialOf({ vault, inventory }: Services, target: ServerTarget): Promise<Credential> {
  await vault.load();
  const found = findServer(inventory.snapshot, target);
  const id = found?.header?.credentialId;
  if (id === undefined) {
    throw new KeyringError('no-credential', { url: found?.server.url ?? target.server, ...target });
  }
  return vault.readCredential(id);
}

/** Changes what the credential signs, and signs at once: a change that cannot be signed is taken back. */
async function changeTemplate(
  services: Services,
  target: ServerTarget,
  change: (template: SignedJwtCredential['template']) => SignedJwtCredential['template'],
): Promise<void> {
  const credential = await credentialOf(services, target);
  await changeSigned(services, credential, current => ({ ...current, template: change(current.template) }));
}

async function changeSigned(
  { vault, broker, deliverer }: Services,
  before: Credential,
  change: (credential: SignedJwtCredential) => SignedJwtCredential,
): Promise<void> {
  if (before.kind !== 'signedJwt') {
    throw new KeyringError('cannot-renew', { id: before.id, name: before.name, kind: before.kind });
  }
  await vault.updateCredential(before.id, current => (current.kind === 'signedJwt' ? change(current) : undefined));
  try {
    await broker.renew(before.id);
  } catch (error) {
    await vault.updateCredential(before.id, current =>
      current.kind === 'signedJwt' ? { ...current, keyId: before.keyId, template: before.template } : undefined,
    );
    throw error;
  }
  await deliverer.rewriteLiterals(before.id);
}

/** The same secret, read in another way, is another key: what else is signed with the first one stays as it is. */
async function readSecretAs(services: Services, target: ServerTarget, encoding: string): Promise<void> {
  const { vault, clock } = services;
  const credential = await credentialOf(services, target);
  const key = credential.kind === 'signedJwt' ? vault.signingKey(credential.keyId) : undefined;
  if (key?.type !== 'oct' || !['utf8', 'base64', 'base64url', 'hex'].includes(encoding)) {
    throw new KeyringError('argument-invalid', { field: 'value', reason: 'unknown-choice', value: encoding });
  }
  const other = { ...key, id: crypto.randomUUID(), encoding: encoding as typeof key.encoding, createdAt: clock.now() };
  await vault.putSigningKey({ ...other, name: `${key.name} (${encoding})` });
  try {
    await changeSigned(services, credential, current => ({ ...current, keyId: other.id }));
  } catch (error) {
    await vault.deleteSigningKey(other.id);
    throw error;
  }
}

/** What is wrong in the text itself the command knows. Which scheme the server wants, only its answer told. */
async function repairHeader(services: Services, target: ServerTarget, scheme: string | undefined): Promise<void> {
  if (scheme === undefined) {
    await runCommand('mcpKeyring.servers.repairHeader', target);
    return;
  }
  if (!/^[A-Za-z]{1,20}$/.test(scheme)) {
    throw new KeyringError('argument-invalid', { field: 'value', reason: 'unknown-choice', value: scheme });
  }
  const found = await services.deliverer.find(target);
  const meant = findServer(services.inventory.snapshot, target)?.header?.parsed.name;
  const header = found.parsed.headers.find(({ name }) => name === meant);
  if (header?.value === undefined) {
    throw new KeyringError('no-credential', { url: found.parsed.url?.value ?? target.server, ...target });
  }
  const { token } = takeHeaderApart(header.name, header.value);
  await services.deliverer.setValue(found, header.name, `${scheme} ${token}`);
}

/** The credential in another header: first there, and gone from where it was only then. */
async function renameHeader(services: Services, target: ServerTarget, header: string): Promise<void> {
  const { deliverer } = services;
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(header)) {
    throw new KeyringError('argument-invalid', { field: 'value', reason: 'unknown-choice', value: header });
  }
  const offered = providedServer(services, target);
  const before = findServer(services.inventory.snapshot, target)?.header?.parsed;
  if (offered && before) {
    const allowInsecure = await confirmInsecure(offered.url);
    await changeOffered(services, offered, { from: before.name, to: header }, { allowInsecure });
    return;
  }
  const found = await deliverer.find(target);
  const credential = await credentialOf(services, target).catch(() => undefined);
  if (!credential) {
    if (before?.value === undefined || parseReferences(before.value).length > 0) {
      await runCommand('mcpKeyring.servers.revealInFile', target);
      return;
    }
    // It stands in the file in clear, and so it does afterwards.
    const { token } = takeHeaderApart(before.name, before.value);
    await deliverer.setValue(found, before.name, isAuthorization(header) ? `Bearer ${token}` : token, header);
    return;
  }
  const url = found.parsed.url?.value ?? '';
  const delivery = await deliverer.preferredDelivery(found.place);
  await deliverer.attach({ place: found.place, server: target.server, url, header, delivery }, credential.id, {
    allowInsecure: await confirmInsecure(url),
  });
  if (before && before.name.toLowerCase() !== header.toLowerCase()) {
    await deliverer.detach(await deliverer.find(target), before.name);
  }
}

/** The server at another URL, its credential with it. To another origin only if the person says so once more. */
async function useUrl(services: Services, target: ServerTarget, wanted: string): Promise<void> {
  const { deliverer, vault } = services;
  await vault.load();
  const canonical = canonicalUrl(wanted);
  if (!canonical.ok) {
    throw new KeyringError('url-invalid', { url: wanted });
  }
  const offered = providedServer(services, target);
  const found = offered ? undefined : await deliverer.find(target);
  const header = findServer(services.inventory.snapshot, target)?.header;
  const credential = header?.credentialId === undefined ? undefined : vault.credential(header.credentialId);
  const from = (offered ?? found)?.parsed.url?.value ?? '';
  const isElsewhere = new URL(canonical.value).origin !== originOf(from);
  // Reports know no queries, in which secrets stand. The server's own stays with it, and goes to no other.
  const url = isElsewhere || new URL(wanted).search !== '' ? wanted : `${wanted}${new URL(from).search}`;
  if (isElsewhere) {
    await confirmOrigin(canonical.value, credential?.name ?? target.server);
  }
  const allowInsecure = await confirmInsecure(url);
  if (offered) {
    await changeOffered(services, offered, { url }, { allowInsecure });
  } else if (found) {
    const moving = header && credential && { id: credential.id, header: header.parsed.name };
    await deliverer.move(found, url, moving, { allowInsecure });
  }
}

async function confirmOrigin(url: string, name: string): Promise<void> {
  const yes = vscode.l10n.t('Use This URL');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Send “{0}” to {1} from now on?', plainText(name), plainText(url))),
    {
      modal: true,
      detail: vscode.l10n.t(
        'This is another server than the one that the file names. Whoever runs it can use the credential.',
      ),
    },
    yes,
  );
  if (chosen !== yes) {
    throw new Cancelled();
  }
}

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
}
