import * as vscode from 'vscode';
import { parseConfig } from '../../core/config/parse.ts';
import { serverSourceText } from '../../core/config/serverSource.ts';
import { type TranslatedServer, translateServer } from '../../core/config/translate.ts';
import type { ParsedServer } from '../../core/config/types.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import { hasReference } from '../../core/config/variables.ts';
import { KeyringError } from '../../core/errors.ts';
import { isAuthenticationHeader } from '../../core/inventory/literals.ts';
import type { FileDelivery } from '../../ids.ts';
import type { EditOutcome } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import type { Delivered, FoundServer } from '../../platform/deliverer.ts';
import { isShared } from '../../platform/literalWarning.ts';
import type { Services } from '../../services.ts';

/** A server on its way into another file. */
export interface ServerCopy {
  readonly place: ConfigLocation;
  /** What it is a copy of, as {@link entryText} gives it. */
  readonly original: string | undefined;
  readonly server: TranslatedServer;
  readonly headers: readonly (Delivered & { readonly delivery: FileDelivery })[];
}

/**
 * What a server becomes in another file, without changing anything.
 * @throws KeyringError `server-not-copyable`, `server-not-found`
 */
export async function prepareCopy(
  { deliverer, files }: Services,
  found: FoundServer,
  place: ConfigLocation,
  wanted?: FileDelivery,
): Promise<ServerCopy> {
  const { name } = found.parsed;
  const source = await files.read(found.place);
  const text = source?.content.state === 'text' ? source.content.text : '';
  const delivered = await deliverer.deliveredBy(found);
  const translated = translateServer(
    text,
    found.place.format,
    name,
    place.format,
    new Set(delivered.map(({ header }) => header.toLowerCase())),
  );
  if (!translated.ok) {
    throw translated.error === 'server-not-found'
      ? new KeyringError('server-not-found', { server: name, file: fileLabel(found.place.uri) })
      : new KeyringError('server-not-copyable', { server: name, reason: translated.error });
  }
  const headers = await Promise.all(
    delivered.map(async one => ({ ...one, delivery: wanted ?? (await deliverer.preferredDelivery(place, one)) })),
  );
  return { place, original: entryText(found.place, name, text), server: translated.value, headers };
}

/** The text of a server's entry in a file; undefined where there is none. */
export function entryText({ format }: ConfigLocation, name: string, text: string): string | undefined {
  const parsed = parseConfig(text, format).servers.findLast(server => server.name === name);
  return parsed && serverSourceText(text, format, parsed);
}

/** Whether a token would come to stand in plain text in a file of the workspace. */
export function exposes({ place, server, headers }: ServerCopy): boolean {
  return (
    isShared(place) &&
    (headers.some(({ delivery }) => delivery === 'literal') ||
      server.headers.some(({ name, value }) => isAuthenticationHeader(name) && !hasReference(value, place.format)))
  );
}

/** The server that has this name in the file already. */
export async function standingServer(
  { files }: Services,
  place: ConfigLocation,
  name: string,
): Promise<ParsedServer | undefined> {
  const source = await files.read(place);
  if (source?.content.state === 'unreadable') {
    throw new KeyringError('file-unreadable', { file: fileLabel(place.uri) });
  }
  const config = source && parseConfig(source.content.text, source.format);
  return config?.servers.findLast(server => server.name === name);
}

export function sameUrl(a: string | undefined, b: string | undefined): boolean {
  const [one, other] = [canonicalUrl(a ?? ''), canonicalUrl(b ?? '')];
  return one.ok && other.ok && one.value === other.value;
}

/** Writes the copy, under its own name or another one. */
export function writeCopy({ deliverer }: Services, copy: ServerCopy, name = copy.server.name): Promise<EditOutcome> {
  return deliverer.addTranslated(copy.place, { ...copy.server, name }, copy.headers);
}

/** How the headers of a copy come by their value, as a sentence. */
export function deliveryText({ headers, place }: ServerCopy): string {
  const deliveries = new Set(headers.map(({ delivery }) => delivery));
  if (deliveries.has('literal')) {
    return vscode.l10n.t(
      '{0} has the token in plain text; it is replaced whenever there is a new one.',
      fileLabel(place.uri),
    );
  }
  if (deliveries.has('environment')) {
    return vscode.l10n.t('{0} refers to a variable that terminals of VS Code have.', fileLabel(place.uri));
  }
  return deliveries.has('reference')
    ? vscode.l10n.t('{0} refers to the credential in your keyring.', fileLabel(place.uri))
    : '';
}
