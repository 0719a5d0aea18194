import * as vscode from 'vscode';
import { parseReferences } from '../../core/config/references.ts';
import { serverSourceText } from '../../core/config/serverSource.ts';
import { canonicalUrl, transportSecurity } from '../../core/config/url.ts';
import { attach, stopOffering } from '../../core/credentials/attachments.ts';
import type { ProvidedServer, TakenFrom } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { applyEdits, invertEdits, plainText, type TextEdit } from '../../core/text.ts';
import { providedFile, type ServerTarget } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import { editConfigFile, planned } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { makeCredential } from '../../platform/credentialFactory.ts';
import type { FoundServer } from '../../platform/deliverer.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { answersForLiteral } from '../../platform/literalCredential.ts';
import { refuseOfferedName } from '../../platform/providedServers.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { textHash, textStart } from './sourceText.ts';

/** A header of the server with the credential that goes with it. */
interface Carried {
  readonly header: string;
  readonly credentialId: string;
}

/**
 * From file to provided: the server is offered by this extension and its entry leaves the file, which stays as it is
 * otherwise. What it takes to put the entry back is in the keyring before it leaves the file.
 */
export async function takeOver(services: Services, target?: ServerTarget): Promise<void> {
  const { inventory, vault, deliverer } = services;
  const chosen = await askForServer(inventory, target, server => server.url !== undefined);
  await vault.load();
  await moveLiterals(services, chosen);
  const found = await deliverer.find(chosen);
  const { url } = found.parsed;
  const canonical = url && canonicalUrl(url.value);
  if (!url || !canonical?.ok) {
    throw new KeyringError('server-not-providable', { server: chosen.server, reason: 'no-url' });
  }
  refuseOfferedName(services, chosen.server);
  const plainHeaders = plainHeadersOf(found, canonical.value, services);
  const carried = await carry(services, found, canonical.value);
  const server: Omit<ProvidedServer, 'header'> = {
    name: chosen.server,
    url: url.value,
    ...(Object.keys(plainHeaders).length > 0 && { plainHeaders }),
  };
  const source = await services.files.read(found.place);
  const text = source?.content.state === 'text' ? source.content.text : '';
  const removal = await deliverer.removal(found);
  const edits = planned(found.place.uri, text, removal);
  const offer = (from: TakenFrom) => offerAll(services, carried, canonical.value, server, from);
  await offer(await takenFrom(found, text, edits));
  try {
    let done: { readonly text: string; readonly edits: readonly TextEdit[] } | undefined;
    const outcome = await editConfigFile(found.place.uri, current => {
      const result = removal(current);
      done = result.ok ? { text: current, edits: result.value } : undefined;
      return result;
    });
    if (done && done.text.slice(textStart(done.text)) !== text.slice(textStart(text))) {
      // The file was changed in the moment between: what is kept has to fit the text that the entry left.
      await offer(await takenFrom(await reparsed(found, done.text), done.text, done.edits));
    }
    // As long as the file seems to have a server of this name, the other one goes by another label.
    services.files.refresh();
    tell(chosen, outcome === 'unsaved');
  } catch (error) {
    for (const { credentialId } of carried) {
      await vault.updateCredential(credentialId, credential => stopOffering(credential, server));
    }
    throw error;
  }
}

/** Where the file's clients resolve references, a literal becomes one first: what goes back into the file is no secret then. */
async function moveLiterals({ deliverer }: Services, target: ServerTarget): Promise<void> {
  const found = await deliverer.find(target);
  if ((await deliverer.preferredDelivery(found.place)) !== 'reference') {
    return;
  }
  for (const header of found.parsed.headers) {
    if (answersForLiteral(header, target.server)) {
      await runCommand('mcpKeyring.servers.moveToKeyring', { ...target, header: header.name }, true);
      const now = (await deliverer.find(target)).parsed.headers.find(({ name }) => name === header.name);
      if (now && answersForLiteral(now, target.server)) {
        throw new Cancelled(); // It has said why.
      }
    }
  }
}

/** Headers that are sent as they stand. */
function plainHeadersOf(found: FoundServer, url: string, { vault }: Services): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const header of found.parsed.headers) {
    const { name, value = '' } = header;
    if (vault.attachedTo(url, name).length > 0 || answersForLiteral(header, '')) {
      continue;
    }
    if (parseReferences(value).length > 0) {
      throw new KeyringError('server-not-providable', { server: found.parsed.name, header: name, reason: 'reference' });
    }
    if (value !== '') {
      plain[name] = value;
    }
  }
  return plain;
}

/** Every header that has a credential or, from here on, gets one. */
async function carry(services: Services, found: FoundServer, url: string): Promise<Carried[]> {
  const { vault, clock } = services;
  const carried: Carried[] = [];
  for (const header of found.parsed.headers) {
    const inUse = vault.attachedTo(url, header.name)[0];
    const answers = answersForLiteral(header, found.parsed.name);
    if (inUse) {
      carried.push({ header: header.name, credentialId: inUse.credentialId });
    } else if (answers) {
      const insecure = transportSecurity(url) === 'insecure';
      if (insecure && !(await confirmInsecure(url))) {
        throw new Cancelled();
      }
      const { credential } = makeCredential(answers, found.parsed.name, header.name, vault, clock);
      await vault.putCredential(
        attach(credential, {
          url,
          header: header.name.toLowerCase(),
          at: clock.now(),
          ...(insecure && { insecureAllowed: true }),
        }),
      );
      carried.push({ header: header.name, credentialId: credential.id });
    }
  }
  // A credential whose header somebody has taken out of the file.
  for (const { id, header, attachments } of carried.length > 0 ? [] : vault.credentials) {
    if (attachments.some(attachment => attachment.url === url && attachment.header === header.name.toLowerCase())) {
      carried.push({ header: header.name, credentialId: id });
      break;
    }
  }
  if (carried.length === 0) {
    throw new KeyringError('server-not-providable', { server: found.parsed.name, reason: 'no-credential' });
  }
  return carried;
}

async function offerAll(
  { vault }: Services,
  carried: readonly Carried[],
  url: string,
  server: Omit<ProvidedServer, 'header'>,
  from: TakenFrom,
): Promise<void> {
  for (const { header, credentialId } of carried) {
    await vault.updateCredential(credentialId, credential => ({
      ...credential,
      attachments: credential.attachments.map(attachment =>
        attachment.url === url && attachment.header === header.toLowerCase()
          ? { ...attachment, provided: { ...server, header, from } }
          : attachment,
      ),
    }));
  }
}

async function takenFrom(found: FoundServer, text: string, edits: readonly TextEdit[]): Promise<TakenFrom> {
  const shift = textStart(text);
  const bare = text.slice(shift);
  const shifted = edits.map(({ span, text: inserted }) => ({
    span: { start: span.start - shift, end: span.end - shift },
    text: inserted,
  }));
  return {
    file: found.place.key,
    hash: await textHash(applyEdits(bare, shifted)),
    undo: new Secret(JSON.stringify(invertEdits(bare, shifted))),
    source: new Secret(serverSourceText(text, found.place.format, found.parsed)),
  };
}

async function reparsed(found: FoundServer, text: string): Promise<FoundServer> {
  const { parseConfig } = await import('../../core/config/parse.ts');
  const config = parseConfig(text, found.place.format);
  const parsed = config.servers.findLast(server => server.name === found.parsed.name) ?? found.parsed;
  return { ...found, config, parsed };
}

function tell({ file, server }: ServerTarget, unsaved: boolean): void {
  const start = vscode.l10n.t('Start Server');
  const back = vscode.l10n.t('Give Back to File');
  const name = plainText(server);
  const message = unsaved
    ? vscode.l10n.t('MCP Keyring now offers {0} itself. {1} has unsaved changes: save it.', name, fileLabel(file))
    : vscode.l10n.t('MCP Keyring now offers {0} itself, and {1} no longer names it.', name, fileLabel(file));
  void vscode.window.showInformationMessage(inertText(message), start, back).then(chosen => {
    if (chosen !== undefined) {
      const command = chosen === start ? 'mcpKeyring.servers.start' : 'mcpKeyring.servers.giveBack';
      void runCommand(command, { file: providedFile, server });
    }
  });
}
