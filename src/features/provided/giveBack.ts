import * as vscode from 'vscode';
import { parseConfig } from '../../core/config/parse.ts';
import type { JsonMember, JsonValue } from '../../core/config/render.ts';
import { readServerSource } from '../../core/config/serverSource.ts';
import { currentToken } from '../../core/credentials/token.ts';
import { KeyringError } from '../../core/errors.ts';
import type { ProvidedSnapshot } from '../../core/inventory/types.ts';
import { ok } from '../../core/result.ts';
import { plainText, type TextEdit } from '../../core/text.ts';
import type { FileDelivery, GiveBackOptions, ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { type EditPlan, editConfigFile, planned } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { locationLabel } from '../../platform/locationTexts.ts';
import { offersOf, providedServer, withdrawServer } from '../../platform/providedServers.ts';
import { inertText, listText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { entryNow } from './entryNow.ts';
import { textHash, textStart } from './sourceText.ts';

/**
 * From provided to file. A file that nobody has edited since the server was taken out of it is as it was before, byte for
 * byte; otherwise the server is added anew, with everything that it had but its comments.
 * @returns where it stands now
 */
export async function giveBack(
  services: Services,
  target?: ServerTarget,
  { withoutSecrets = false }: GiveBackOptions = {},
): Promise<ServerTarget> {
  const { vault, files, deliverer } = services;
  await vault.load();
  const server = await chooseServer(services, target);
  const { name } = server.parsed;
  const from = offersOf(services, server).find(offer => offer.server.from)?.server.from;
  const place = (from && files.locationOf(from.file)) ?? (await choosePlace(services, name));
  const found = await files.read(place);
  if (found?.content.state === 'unreadable') {
    throw new KeyringError('file-unreadable', { file: fileLabel(place.uri) });
  }
  const text = found?.content.text ?? '';
  if (parseConfig(text, place.format).servers.some(other => other.name === name)) {
    throw new KeyringError('argument-invalid', { field: 'name', reason: 'taken', value: name });
  }
  const delivery = await deliverer.preferredDelivery(place);
  const source = from && readServerSource(from.source.reveal(), place.format, name);
  const entry = source && entryNow(source.value, place.format, server);
  const untouched =
    from !== undefined && !entry?.isOther && from.file === place.key && (await textHash(text)) === from.hash;
  const headers = source?.headers ?? new Map<string, string>();
  const asItWas = untouched && (withoutSecrets ? hadReferences(server, headers) : stillTrue(services, server, headers));
  const plan = asItWas
    ? reversal(text, JSON.parse(from.undo.reveal()) as readonly TextEdit[], place)
    : await addition(
        services,
        server,
        place,
        withoutSecrets && delivery === 'literal' ? 'none' : delivery,
        entry?.value,
      );
  planned(place.uri, text, plan);
  const secret = delivery === 'literal';
  const outcome = await editConfigFile(place.uri, plan, { secret });
  await withdrawServer(services, server);
  const there = { file: place.key, server: name };
  tell(there, from !== undefined && !asItWas, outcome === 'unsaved');
  return there;
}

async function chooseServer(services: Services, target: ServerTarget | undefined): Promise<ProvidedSnapshot> {
  const { provided } = services.inventory.snapshot;
  return (
    (target && providedServer(services, target)) ??
    (await new Prompts(vscode.l10n.t('Give Back to File')).pick({
      prompt: vscode.l10n.t('Which server?'),
      none: { message: vscode.l10n.t('MCP Keyring offers no server.') },
      items: provided.map(server => ({
        label: listText(server.parsed.name),
        description: plainText(server.url),
        value: server,
      })),
    }))
  );
}

async function choosePlace({ files }: Services, name: string): Promise<ConfigLocation> {
  return new Prompts(vscode.l10n.t('Give Back to File')).pick({
    prompt: vscode.l10n.t('Into which file does {0} go?', plainText(name)),
    // What a server gave up that VS Code asks for it goes back to where VS Code reads it.
    items: (await files.offered())
      .filter(place => place.inputScope !== undefined)
      .map(place => {
        const { name: label, path: description } = locationLabel(place);
        return { label, description, value: place };
      }),
  });
}

/** Whether each of the credentials stood in the entry as a reference, and so none of them itself. */
function hadReferences(server: ProvidedSnapshot, headers: ReadonlyMap<string, string>): boolean {
  return server.headers.every(({ parsed }) => headers.get(parsed.name)?.includes('${'));
}

/** Whether the entry as it stood would still work: a literal in it has not been replaced since. */
function stillTrue({ vault }: Services, server: ProvidedSnapshot, headers: ReadonlyMap<string, string>): boolean {
  return server.headers.every(({ parsed, credentialId }) => {
    const value = headers.get(parsed.name);
    const credential = credentialId === undefined ? undefined : vault.credential(credentialId);
    const token = credential && currentToken(credential)?.reveal();
    return !value || value.includes('${') || (token !== undefined && value.endsWith(token));
  });
}

/** @throws KeyringError `file-changed` for another text than the one that the edits were made for */
function reversal(text: string, edits: readonly TextEdit[], { uri }: ConfigLocation): EditPlan {
  return current => {
    if (bare(current) !== bare(text)) {
      throw new KeyringError('file-changed', { file: fileLabel(uri) });
    }
    return ok(shifted(edits, current));
  };
}

async function addition(
  { deliverer }: Services,
  server: ProvidedSnapshot,
  place: ConfigLocation,
  delivery: FileDelivery | 'none',
  source: JsonValue | undefined,
): Promise<EditPlan> {
  const { name } = server.parsed;
  const entry = source ?? newEntry(server, place);
  if (delivery === 'none') {
    const names = new Set(server.headers.map(({ parsed }) => parsed.name.toLowerCase()));
    return deliverer.addition(place, name, withoutHeaders(entry, names), []);
  }
  const headers = await Promise.all(
    server.headers.map(async ({ parsed }) => ({
      name: parsed.name,
      ...(await deliverer.headerText(place, name, server.url, parsed.name, delivery)),
    })),
  );
  return deliverer.addition(place, name, entry, headers);
}

/** @param names in lower case */
function withoutHeaders(entry: JsonValue, names: ReadonlySet<string>): JsonValue {
  const among = (value: JsonValue): JsonValue =>
    typeof value === 'object' && 'members' in value
      ? { members: value.members.filter(([name]) => !names.has(name.toLowerCase())) }
      : value;
  return typeof entry === 'object' && 'members' in entry
    ? { members: entry.members.map(([name, value]) => [name, name === 'headers' ? among(value) : value] as const) }
    : entry;
}

/** For a server that never stood in a file. */
function newEntry({ parsed, url, plainHeaders }: ProvidedSnapshot, { format }: ConfigLocation): JsonValue {
  const members: JsonMember[] = [
    ...(format.httpType === undefined ? [] : [['type', format.httpType] as const]),
    [format.urlKeys[0] ?? 'url', parsed.url?.value ?? url],
  ];
  const plain = Object.entries(plainHeaders);
  return { members: plain.length > 0 ? [...members, ['headers', { members: plain }]] : members };
}

function bare(text: string): string {
  return text.slice(textStart(text));
}

function shifted(edits: readonly TextEdit[], text: string): readonly TextEdit[] {
  const shift = textStart(text);
  return edits.map(({ span, text: inserted }) => ({
    span: { start: span.start + shift, end: span.end + shift },
    text: inserted,
  }));
}

function tell(target: ServerTarget, anew: boolean, unsaved: boolean): void {
  const name = plainText(target.server);
  const file = fileLabel(target.file);
  const message = [
    anew
      ? vscode.l10n.t(
          '{0} stands in {1} again. The file, the server or the credential had changed in between, so the entry was added anew, without its comments.',
          name,
          file,
        )
      : vscode.l10n.t('{0} stands in {1} again.', name, file),
    unsaved && vscode.l10n.t('The file has unsaved changes: save it.'),
  ];
  const show = vscode.l10n.t('Show in File');
  void vscode.window.showInformationMessage(inertText(message.filter(Boolean).join(' ')), show).then(chosen => {
    if (chosen === show) {
      void runCommand('mcpKeyring.servers.revealInFile', target);
    }
  });
}
