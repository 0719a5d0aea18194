import * as vscode from 'vscode';
import type { ParsedHeader } from '../../core/config/types.ts';
import { canonicalUrl } from '../../core/config/url.ts';
import { wayOut } from '../../core/config/variableNames.ts';
import { credentialVariable } from '../../core/config/variables.ts';
import { currentToken } from '../../core/credentials/token.ts';
import type { Credential } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { isAuthenticationHeader } from '../../core/inventory/literals.ts';
import { parseHeaderValue } from '../../core/jwt/headerValue.ts';
import type { ServerTarget } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { makeCredential } from '../../platform/credentialFactory.ts';
import type { Assignment, FoundServer } from '../../platform/deliverer.ts';
import { confirmInsecure } from '../../platform/insecure.ts';
import { answersForValue } from '../../platform/literalCredential.ts';
import { clientName } from '../../platform/locationTexts.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/** A header that has left its file for the keyring. */
export interface MovedHeader {
  readonly target: ServerTarget & { readonly header: string };
  readonly credentialId: string;
  /** The value that stood in the file, as it stood there. */
  readonly written: string;
  /** The file's editor had unsaved changes, so the reference is in it and not yet on disk. */
  readonly unsaved: boolean;
}

export interface MoveOutcome {
  readonly moved: readonly MovedHeader[];
  /** Why the others were not moved: one for each of them, or one for a file that could not be written. */
  readonly problems: readonly unknown[];
}

/**
 * Moves header values into the keyring, where each becomes a credential, and writes references in their places: one edit
 * for each file, so that one undo brings its text back. What can't be moved stays as it is.
 *
 * VS Code resolves references to the keyring. Other clients get a variable of the environment instead where they resolve one;
 * where they resolve nothing, nothing is moved.
 */
export async function moveHeaders(services: Services, targets: readonly ServerTarget[]): Promise<MoveOutcome> {
  const moved: MovedHeader[] = [];
  const problems: unknown[] = [];
  const given: Given = new Map();
  for (const inFile of Map.groupBy(targets, ({ file }) => file).values()) {
    const outcome = await moveInFile(services, inFile, given);
    moved.push(...outcome.moved);
    problems.push(...outcome.problems);
  }
  return { moved, problems };
}

/** Which credential each URL and header got so far. */
type Given = Map<string, string>;

async function moveInFile(services: Services, targets: readonly ServerTarget[], given: Given): Promise<MoveOutcome> {
  const { vault, deliverer } = services;
  const problems: unknown[] = [];
  const created: string[] = [];
  const found: { readonly assignment: Assignment; readonly written: string }[] = [];
  for (const target of targets) {
    try {
      found.push(await assign(services, target, created, given));
    } catch (error) {
      problems.push(error);
    }
  }
  const [first] = found;
  if (!first) {
    return { moved: [], problems };
  }
  try {
    const assignments = found.map(({ assignment }) => assignment);
    const { place } = first.assignment.placement;
    const outcome = await deliverer.attachAll(place, assignments, { undoable: true });
    const moved = found.map(({ assignment: { placement, credentialId }, written }) => ({
      target: { file: place.key, server: placement.server, header: placement.header },
      credentialId,
      written,
      unsaved: outcome === 'unsaved',
    }));
    return { moved, problems };
  } catch (error) {
    for (const id of created) {
      // Best effort: the keyring may be what failed.
      await vault.deleteCredential(id).catch(() => {});
    }
    return { moved: [], problems: [...problems, error] };
  }
}

/** Finds a header in its file as it is now, and the credential that its value is or becomes. */
async function assign(
  services: Services,
  target: ServerTarget,
  created: string[],
  given: Given,
): Promise<{ readonly assignment: Assignment; readonly written: string }> {
  const { deliverer, vault, clock } = services;
  const server = await deliverer.find(target);
  const { url } = server.parsed;
  const header = headerOf(services, server, target.header);
  const shape = header?.value ? parseHeaderValue(header.name, header.value).shape : undefined;
  // Whoever asks for it knows that it's a secret, whatever the header's name says.
  if (!header?.value || (shape !== 'jwt' && shape !== 'opaque') || !url) {
    throw new KeyringError('server-not-found', { server: target.server, file: fileLabel(target.file) });
  }
  const delivery = wayOut(server.place.format);
  if (delivery === undefined) {
    throw new KeyringError('move-not-possible', { file: fileLabel(target.file) });
  }
  const placement = { place: server.place, server: target.server, url: url.value, header: header.name, delivery };
  await deliverer.check(placement);
  const allowInsecure = await confirmInsecure(url.value);
  const answers = answersForValue(header.name, header.value, target.server);
  const made = makeCredential(answers, target.server, header.name, vault, clock).credential;
  // The same secret in several places is one credential: it is renewed and revoked as one.
  const credential = vault.credentials.find(other => isSame(other, made)) ?? made;
  refuseSwitch(services, target, url.value, header.name, credential.id, given);
  if (delivery === 'environment' && !credential.terminal) {
    const taken = (variable: string) => vault.credentials.some(({ terminal }) => terminal?.variable === variable);
    const variable = credentialVariable(credential.name, taken);
    await confirmVariable(server.place, variable);
    if (credential !== made) {
      await vault.updateCredential(credential.id, current => ({ ...current, terminal: { variable } }));
    } else {
      await vault.putCredential({ ...made, terminal: { variable } });
    }
  } else if (credential === made) {
    await vault.putCredential(made);
  }
  if (credential === made) {
    created.push(made.id);
  }
  const written = header.value;
  return { assignment: { placement, credentialId: credential.id, allowInsecure, replaces: written }, written };
}

/**
 * One credential is in use for each URL and header, whatever a URL's query says: a second one for another server of the same
 * address would take the first one's place there.
 * @throws KeyringError `move-would-switch`
 */
function refuseSwitch(
  { inventory, vault }: Services,
  target: ServerTarget,
  serverUrl: string,
  header: string,
  credentialId: string,
  given: Given,
): void {
  const canonical = canonicalUrl(serverUrl);
  const url = canonical.ok ? canonical.value : serverUrl;
  const key = `${url}\n${header.toLowerCase()}`;
  const { files, provided } = inventory.snapshot;
  const isUsed = (id: string) =>
    provided.some(server => server.headers.some(other => other.credentialId === id)) ||
    files.some(({ source, servers }) =>
      servers.some(
        ({ parsed, headers }) =>
          !(source.uri === target.file && parsed.name === target.server) &&
          headers.some(other => other.kind !== 'literal' && other.credentialId === id),
      ),
    );
  const inUse = vault.attachedTo(url, header)[0]?.credentialId;
  const other = given.get(key) ?? (inUse !== undefined && isUsed(inUse) ? inUse : undefined);
  if (other !== undefined && other !== credentialId) {
    throw new KeyringError('move-would-switch', { server: target.server, url });
  }
  given.set(key, credentialId);
}

/** @throws Cancelled unless the person says yes: from here on only what VS Code's terminals start gets the secret */
async function confirmVariable({ uri, format }: ConfigLocation, variable: string): Promise<void> {
  const move = vscode.l10n.t('Move');
  const chosen = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Let {0} refer to a variable of the environment?', fileLabel(uri))),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0} takes secrets from nowhere else. New terminals of VS Code will have this one in the variable {1}, for every program that is started in them; a client that is started elsewhere will not have it.',
        clientName(format.id),
        variable,
      ),
    },
    move,
  );
  if (chosen !== move) {
    throw new Cancelled();
  }
}

function isSame(a: Credential, b: Credential): boolean {
  const token = currentToken(a);
  const other = currentToken(b);
  return (
    a.kind === b.kind &&
    a.revokedAt === undefined &&
    a.header.name.toLowerCase() === b.header.name.toLowerCase() &&
    a.header.scheme === b.header.scheme &&
    token !== undefined &&
    other !== undefined &&
    token.equals(other)
  );
}

/** The header that is meant: the named one, else the one that has a credential, else the one that authenticates. */
function headerOf({ vault }: Services, { parsed }: FoundServer, name: string | undefined): ParsedHeader | undefined {
  if (name !== undefined) {
    return parsed.headers.find(header => header.name.toLowerCase() === name.toLowerCase());
  }
  const url = parsed.url && canonicalUrl(parsed.url.value);
  return (
    parsed.headers.find(header => url?.ok && vault.attachedTo(url.value, header.name).length > 0) ??
    parsed.headers.find(header => isAuthenticationHeader(header.name))
  );
}
