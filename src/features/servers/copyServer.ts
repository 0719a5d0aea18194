import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { CopyServerAnswers, ServerTarget } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import { deliveryDetail, placeOf } from '../../platform/configPlaces.ts';
import type { FoundServer } from '../../platform/deliverer.ts';
import { confirmLiteral, isShared } from '../../platform/literalWarning.ts';
import { locationText } from '../../platform/locationTexts.ts';
import { lossText } from '../../platform/lossTexts.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertText } from '../../platform/texts.ts';
import { Prompts } from '../../platform/wizard.ts';
import type { Services } from '../../services.ts';
import { deliveryText, exposes, prepareCopy, type ServerCopy, sameUrl, standingServer, writeCopy } from './copies.ts';

/**
 * Puts a server into another client's file too, said in that client's way, with its credential in the best delivery that
 * the client can do. The credential is attached to the URL, so nothing changes in the keyring.
 */
export async function copyServer(
  services: Services,
  target?: ServerTarget,
  answers: CopyServerAnswers = {},
): Promise<ServerTarget> {
  const { inventory, vault, deliverer, files } = services;
  const chosen = await askForServer(inventory, target, server => server.url !== undefined);
  await vault.load();
  const found = await deliverer.find(chosen);
  const place = answers.to === undefined ? await choosePlace(services, found) : placeOf(answers.to, files);
  const copy = await prepareCopy(services, found, place, answers.delivery);
  const name = answers.name ?? chosen.server;
  const standing = await standingServer(services, place, name);
  const replaces = standing !== undefined && sameUrl(standing.url?.value, copy.server.url);
  const free = standing && !replaces ? await askForName(services, copy, name, answers) : name;
  if (exposes(copy)) {
    await mayExpose(copy, answers);
  }
  const outcome = replaces ? await deliverAll(services, copy, free) : await writeCopy(services, copy, free);
  const result: ServerTarget = { file: place.key, server: free };
  tell(copy, result, replaces, outcome === 'unsaved');
  return result;
}

async function mayExpose({ place }: ServerCopy, answers: CopyServerAnswers): Promise<void> {
  if (answers.allowLiteral === true) {
    return;
  }
  if (answers.to !== undefined) {
    throw new KeyringError('argument-invalid', {
      field: 'allowLiteral',
      reason: 'plain-text',
      value: fileLabel(place.uri),
    });
  }
  if (!(await confirmLiteral([place]))) {
    throw new Cancelled();
  }
}

/** The file has the server already: only its headers are written. */
async function deliverAll({ deliverer }: Services, { place, server, headers }: ServerCopy, name: string) {
  let outcome: Awaited<ReturnType<typeof deliverer.deliver>> = 'unchanged';
  for (const { header, delivery } of headers) {
    outcome = await deliverer.deliver({ place, server: name, url: server.url, header, delivery });
  }
  return outcome;
}

async function choosePlace(services: Services, found: FoundServer): Promise<ConfigLocation> {
  const { files, deliverer } = services;
  const own = found.place.key;
  const [delivered] = await deliverer.deliveredBy(found);
  const items = await Promise.all(
    (await files.offered())
      .filter(({ key }) => key !== own)
      // What only the user has comes first: Enter alone puts no token where others get it.
      .sort((a, b) => Number(isShared(a)) - Number(isShared(b)))
      .map(async place => ({
        label: `$(file-code) ${locationText(place)}`,
        description: fileState(services, place, found),
        detail: delivered && deliveryDetail(place, await deliverer.preferredDelivery(place, delivered)),
        value: place,
      })),
  );
  return new Prompts(vscode.l10n.t('Copy {0} to Another File', plainText(found.parsed.name, 60))).pick({
    prompt: vscode.l10n.t('Which file?'),
    items: items.map(({ detail, ...item }) => ({ ...item, ...(detail !== undefined && { detail }) })),
  });
}

function fileState({ inventory }: Services, place: ConfigLocation, found: FoundServer): string {
  const file = inventory.snapshot.files.find(({ source }) => source.uri === place.key);
  if (!file) {
    return vscode.l10n.t('not there yet');
  }
  const same = file.servers.some(({ parsed }) => sameUrl(parsed.url?.value, found.parsed.url?.value));
  return same ? vscode.l10n.t('has a server of this address already') : '';
}

async function askForName(
  services: Services,
  { place }: ServerCopy,
  name: string,
  answers: CopyServerAnswers,
): Promise<string> {
  if (answers.to !== undefined) {
    throw new KeyringError('argument-invalid', { field: 'name', reason: 'taken', value: name });
  }
  const text = await new Prompts(vscode.l10n.t('Copy {0} to Another File', plainText(name, 60))).input({
    prompt: vscode.l10n.t(
      '{0} has another server “{1}”. A name for this one:',
      locationText(place),
      plainText(name, 60),
    ),
    value: `${name}-2`,
    validate: async value => {
      if (value.trim() === '') {
        return vscode.l10n.t('This may not be empty.');
      }
      return (await standingServer(services, place, value.trim()))
        ? vscode.l10n.t('This name is taken in this file.')
        : undefined;
    },
  });
  return text.trim();
}

function tell(copy: ServerCopy, target: ServerTarget, replaces: boolean, unsaved: boolean): void {
  const name = plainText(target.server);
  const file = locationText(copy.place);
  const message = [
    replaces
      ? vscode.l10n.t('{0} stood in {1} already; its header has been written.', name, file)
      : vscode.l10n.t('{0} stands in {1} too.', name, file),
    deliveryText(copy),
    lossText(replaces ? [] : copy.server.lost),
    unsaved ? vscode.l10n.t('The file has unsaved changes: save it.') : '',
  ];
  const show = vscode.l10n.t('Show in File');
  void vscode.window.showInformationMessage(inertText(message.filter(Boolean).join(' ')), show).then(chosen => {
    if (chosen === show) {
      void runCommand('mcpKeyring.servers.revealInFile', target);
    }
  });
}
