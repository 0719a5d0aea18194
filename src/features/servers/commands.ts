import * as vscode from 'vscode';
import type { ParsedHeader } from '../../core/config/types.ts';
import { canonicalUrl, meantUrl } from '../../core/config/url.ts';
import { withEvent } from '../../core/credentials/history.ts';
import { currentToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { isAuthenticationHeader } from '../../core/inventory/literals.ts';
import { providedLabel } from '../../core/inventory/provided.ts';
import type { ProvidedSnapshot } from '../../core/inventory/types.ts';
import { headerFindings, parseHeaderValue } from '../../core/jwt/headerValue.ts';
import { repairHeaderValue } from '../../core/jwt/mendHeader.ts';
import { Secret } from '../../core/secret.ts';
import { plainText } from '../../core/text.ts';
import type { CredentialTarget, ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import type { FoundServer } from '../../platform/deliverer.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { clientName } from '../../platform/locationTexts.ts';
import { offerServer, providedServer, removeProvided } from '../../platform/providedServers.ts';
import { revealSpan } from '../../platform/revealSpan.ts';
import { askForServer, findServer } from '../../platform/serverTargets.ts';
import { inertText, listText } from '../../platform/texts.ts';
import { kindText } from '../../platform/tokenSummary.ts';
import { untilVSCodeHasRead } from '../../platform/vscodeReading.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { choosePlacements, otherPlaces, planPlacement } from './attachAll.ts';

export async function openFile({ inventory }: Services, target?: ServerTarget): Promise<void> {
  const file = target?.file ?? (await askForServer(inventory, undefined)).file;
  await vscode.window.showTextDocument(fileUri(file));
}

export async function revealInFile({ inventory }: Services, target?: ServerTarget): Promise<void> {
  const chosen = await askForServer(inventory, target);
  const found = findServer(inventory.snapshot, chosen);
  const source = inventory.snapshot.files.find(file => file.source.uri === chosen.file)?.source;
  if (!found || !source) {
    await vscode.window.showTextDocument(fileUri(chosen.file));
    return;
  }
  const span = chosen.header ? found.header?.parsed.nameSpan : undefined;
  await revealSpan(source, span ?? found.server.parsed.nameSpan);
}

export async function attachCredential(
  services: Services,
  target?: ServerTarget,
  chosen?: CredentialTarget,
  files?: 'this' | 'all',
): Promise<void> {
  const { inventory, vault, deliverer } = services;
  const server = await askForServer(inventory, target, candidate => candidate.url !== undefined, true);
  await vault.load();
  const offered = providedServer(services, server);
  const found = offered ? undefined : await deliverer.find(server);
  const credentialId = chosen?.credentialId ?? (await pickCredential(services, server));
  if (credentialId === undefined) {
    await runCommand('mcpKeyring.addCredential', server);
    return;
  }
  const credential = await vault.readCredential(credentialId);
  const header = server.header ?? credential.header.name;
  const url = found ? (found.parsed.url?.value ?? '') : (offered?.parsed.url?.value ?? '');
  const allowInsecure = await confirmInsecure(url);
  if (!found) {
    await offerServer(services, { name: server.server, url, header }, credentialId, { allowInsecure });
    tellAttached(server, credential, false);
    return;
  }
  const first = await planPlacement(services, found, header, credential);
  const others = await otherPlaces(services, server, url, header, credential);
  const placements = await choosePlacements(first, others, credential, files);
  let unsaved = false;
  const failures: unknown[] = [];
  for (const placement of placements) {
    try {
      // One edit for each file, so that one undo takes back what was done to it.
      unsaved = (await deliverer.attach(placement, credentialId, { allowInsecure })) === 'unsaved' || unsaved;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length < placements.length) {
    tellAttached(server, credential, unsaved, placements.length - failures.length);
  }
  if (failures.length > 0) {
    throw failures[0];
  }
}

/**
 * After a refusal: the other place that asks for the credential gets it as well, if the person means it, by a reference of
 * its own.
 */
export async function attachHereToo(
  services: Services,
  target?: ServerTarget,
  chosen?: CredentialTarget,
): Promise<void> {
  if (!target?.header || !chosen) {
    return;
  }
  const { vault, deliverer } = services;
  const found = await deliverer.find(target);
  const credential = await vault.readCredential(chosen.credentialId);
  const url = found.parsed.url?.value ?? '';
  const attach = vscode.l10n.t('Attach');
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Send “{0}” to {1} too?', plainText(credential.name), plainText(meantUrl(url)))),
    {
      modal: true,
      detail: inertText(
        vscode.l10n.t(
          '{0} asks for it in the header {1} of “{2}”. Until now it was for {3}. Whoever runs the other server can use the credential.',
          fileLabel(target.file),
          plainText(target.header),
          plainText(target.server),
          credential.attachments.map(attachment => plainText(attachment.url)).join(', '),
        ),
      ),
    },
    attach,
  );
  if (answer !== attach) {
    return;
  }
  const { place } = found;
  const outcome = await deliverer.attach(
    { place, server: target.server, url, header: target.header, delivery: 'reference' },
    credential.id,
    { allowInsecure: await confirmInsecure(url) },
  );
  tellAttached(target, credential, outcome === 'unsaved');
}

async function pickCredential({ vault, inventory }: Services, target: ServerTarget): Promise<string | undefined> {
  const { credentials } = vault;
  if (credentials.length === 0) {
    return undefined;
  }
  const inUse = findServer(inventory.snapshot, target)?.header?.credentialId;
  return new Prompts(vscode.l10n.t('Attach Credential to {0}', plainText(target.server))).pick<string | undefined>({
    prompt: vscode.l10n.t('Which credential may be sent to this server?'),
    ...(inUse !== undefined && { active: inUse }),
    items: [
      ...credentials.map(credential => ({
        label: listText(credential.name),
        description: [kindText(credential.kind), credential.id === inUse && vscode.l10n.t('in use')]
          .filter(Boolean)
          .join(' · '),
        value: credential.id,
      })),
      { label: `$(add) ${vscode.l10n.t('New Credential...')}`, value: undefined },
    ],
  });
}

function tellAttached(target: ServerTarget, credential: Credential, unsaved: boolean, files = 1): void {
  const name = plainText(credential.name);
  const server = plainText(target.server);
  if (files > 1) {
    const message = [
      vscode.l10n.t('“{0}” is attached to {1} in {2} files.', name, server, files),
      unsaved && vscode.l10n.t('Some of them have unsaved changes: save them to put the header into effect.'),
    ];
    void vscode.window.showInformationMessage(inertText(message.filter(Boolean).join(' ')));
    return;
  }
  if (unsaved) {
    void vscode.window.showInformationMessage(
      inertText(
        vscode.l10n.t(
          '“{0}” is attached to {1}. The file has unsaved changes: save it to put the header into effect.',
          name,
          server,
        ),
      ),
    );
    return;
  }
  offerStart(target, vscode.l10n.t('“{0}” is attached to {1}.', name, server));
}

function offerStart(target: ServerTarget, message: string): void {
  const start = vscode.l10n.t('Start Server');
  // Not waited for: the command is done when the work is, not when somebody looks at the message.
  void vscode.window.showInformationMessage(inertText(message), start).then(chosen => {
    if (chosen === start) {
      void runCommand('mcpKeyring.servers.start', target);
    }
  });
}

/** The header that is meant and the credential in use for it, by the file as it is now: the inventory may be a moment behind. */
function headerOf(
  { vault }: Services,
  { parsed }: Pick<FoundServer, 'parsed'>,
  target: ServerTarget,
): { readonly header: ParsedHeader; readonly credentialId: string | undefined } | undefined {
  const url = parsed.url && canonicalUrl(parsed.url.value);
  const headers = parsed.headers.map(header => ({
    header,
    credentialId: url?.ok ? vault.attachedTo(url.value, header.name)[0]?.credentialId : undefined,
  }));
  const wanted = target.header?.toLowerCase();
  return wanted === undefined
    ? (headers.find(({ credentialId }) => credentialId !== undefined) ??
        headers.find(({ header }) => isAuthenticationHeader(header.name)))
    : headers.find(({ header }) => header.name.toLowerCase() === wanted);
}

function notFound({ file, server }: ServerTarget): KeyringError {
  return new KeyringError('server-not-found', { server, file: fileLabel(file) });
}

export async function detachCredential(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, deliverer, vault } = services;
  await vault.load();
  const chosen = await askForServer(inventory, target, server =>
    server.headers.some(header => header.credentialId !== undefined),
  );
  const found = await deliverer.find(chosen);
  const meant = headerOf(services, found, chosen);
  if (!meant) {
    throw new KeyringError('no-credential', { url: found.parsed.url?.value ?? chosen.server, ...chosen });
  }
  await deliverer.detach(found, meant.header.name);
}

export async function renewToken(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, vault, deliverer } = services;
  await vault.load();
  const chosen = await askForServer(
    inventory,
    target,
    server => server.headers.some(header => header.credentialId !== undefined),
    true,
  );
  const found = providedServer(services, chosen) ?? (await deliverer.find(chosen));
  const credentialId = headerOf(services, found, chosen)?.credentialId;
  if (credentialId === undefined) {
    throw new KeyringError('no-credential', { url: found.parsed.url?.value ?? chosen.server, ...chosen });
  }
  await runCommand('mcpKeyring.credentials.renew', { credentialId });
}

export async function copyToken(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, vault, clipboard, settings, clock, deliverer } = services;
  await vault.load();
  const chosen = await askForServer(
    inventory,
    target,
    server => server.headers.some(header => header.authenticates),
    true,
  );
  const found = providedServer(services, chosen) ?? (await deliverer.find(chosen));
  const meant = headerOf(services, found, chosen);
  const written = meant?.header.value ? parseHeaderValue(meant.header.name, meant.header.value) : undefined;
  let token: Secret | undefined;
  if (written?.shape === 'jwt' || written?.shape === 'opaque') {
    token = new Secret(written.token);
  } else if (meant?.credentialId !== undefined) {
    const credential = await vault.readCredential(meant.credentialId);
    token = currentToken(credential);
    await vault.updateCredential(credential.id, current => withEvent(current, { at: clock.now(), event: 'copied' }));
  }
  if (!token) {
    throw new KeyringError('no-credential', { url: found.parsed.url?.value ?? chosen.server, ...chosen });
  }
  const seconds = settings.clearClipboardSeconds;
  await clipboard.copy(token, seconds);
  vscode.window.setStatusBarMessage(
    seconds > 0
      ? vscode.l10n.t('Token copied. It leaves the clipboard in {0} seconds.', seconds)
      : vscode.l10n.t('Token copied.'),
    5000,
  );
}

export async function startServer(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, mcp, context, deliverer } = services;
  const chosen = await askForServer(inventory, target, undefined, true);
  const offered = providedServer(services, chosen);
  let found: FoundServer | undefined;
  if (!offered) {
    // VS Code is given time to see a server that has just been written, but not one that stands nowhere.
    found = await deliverer.find(chosen);
    const { place } = found;
    if (place.inputScope === undefined) {
      throw new KeyringError('server-not-startable', {
        file: fileLabel(place.uri),
        server: chosen.server,
        client: clientName(place.format.id),
      });
    }
  }
  const known = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting {0}...', listText(chosen.server)) },
    async () => {
      if (!found) {
        return mcp.startProvided(context.extension.id, () => providedLabel(inventory.snapshot, chosen.server));
      }
      await untilVSCodeHasRead(found.parsed, found.place.folder);
      return mcp.start(fileUri(chosen.file), chosen.server);
    },
  );
  if (!known) {
    throw notFound(chosen);
  }
}

export async function removeServer(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, deliverer } = services;
  const chosen = await askForServer(inventory, target, undefined, true);
  const offered = providedServer(services, chosen);
  if (offered) {
    await removeOffered(services, offered);
    return;
  }
  const found = await deliverer.find(chosen);
  const remove = vscode.l10n.t('Remove Server');
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Remove the server “{0}” from {1}?', plainText(chosen.server), fileLabel(chosen.file))),
    {
      modal: true,
      detail: vscode.l10n.t('Its credentials stay in the keyring. They are no longer attached to this address.'),
    },
    remove,
  );
  if (answer === remove) {
    await deliverer.remove(found);
  }
}

async function removeOffered(services: Services, server: ProvidedSnapshot): Promise<void> {
  const remove = vscode.l10n.t('Remove Server');
  const detail = [
    vscode.l10n.t('Its credentials stay in the keyring. They are no longer attached to this address.'),
    server.from !== undefined &&
      vscode.l10n.t(
        'It was taken over from {0} and will not stand there again. “Give Back to File” puts it back.',
        fileLabel(server.from),
      ),
  ];
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Remove the server “{0}”?', plainText(server.parsed.name))),
    { modal: true, detail: detail.filter(Boolean).join(' ') },
    remove,
  );
  if (answer === remove) {
    await removeProvided(services, server);
  }
}

export async function repairHeader(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, deliverer } = services;
  const chosen = await askForServer(inventory, target, server =>
    server.headers.some(header => header.status === 'invalidHeader'),
  );
  const found = await deliverer.find(chosen);
  const header = headerOf(services, found, chosen)?.header;
  if (header?.value === undefined) {
    throw notFound(chosen);
  }
  const repaired = repairHeaderValue(header.name, header.value);
  if (repaired !== undefined) {
    await deliverer.setValue(found, header.name, repaired);
  } else if (headerFindings(header.name, header.value).length > 0) {
    throw new KeyringError('header-not-sendable', { name: chosen.server, header: header.name });
  } else {
    const message = vscode.l10n.t(
      'The header {0} of {1} is well-formed: there is nothing to repair.',
      plainText(header.name),
      plainText(chosen.server),
    );
    void vscode.window.showInformationMessage(inertText(message));
  }
}
