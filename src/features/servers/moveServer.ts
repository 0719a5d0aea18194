import * as vscode from 'vscode';
import { removeServer } from '../../core/config/edit.ts';
import type { FormatId } from '../../core/config/types.ts';
import { KeyringError } from '../../core/errors.ts';
import { plainText } from '../../core/text.ts';
import type { CopyServerAnswers, FileDelivery, ServerTarget } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import { type EditOutcome, editConfigFile } from '../../platform/configEdits.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import type { ConfigLocation } from '../../platform/configLocations.ts';
import type { FoundServer } from '../../platform/deliverer.ts';
import { literalWarning } from '../../platform/literalWarning.ts';
import { lossText } from '../../platform/lossTexts.ts';
import { askForServer } from '../../platform/serverTargets.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { deliveryText, entryText, exposes, prepareCopy, type ServerCopy, standingServer, writeCopy } from './copies.ts';

/**
 * Moves a server between a folder's `.vscode/mcp.json` and its `.mcp.json`. It is added to the one before it leaves the
 * other, so that at no moment it stands in neither.
 *
 * VS Code resolves no reference in `.mcp.json` (measured on 1.139), so a credential goes there in plain text after a
 * warning, or as a reference to a variable of the terminals, which Claude Code resolves and VS Code doesn't.
 */
export async function moveServer(
  services: Services,
  to: 'vscode' | 'dotMcp',
  target?: ServerTarget,
  answers: CopyServerAnswers = {},
): Promise<ServerTarget> {
  const { inventory, vault, deliverer, files } = services;
  const from = to === 'dotMcp' ? 'vscode' : 'dotMcp';
  await inventory.filesKnown;
  const movable = new Set(
    files.locations.filter(place => place.format.id === from && place.folder).map(({ key }) => key),
  );
  const snapshot = {
    ...inventory.snapshot,
    files: inventory.snapshot.files.filter(({ source }) => movable.has(source.uri)),
  };
  const chosen = await askForServer(
    { snapshot, filesKnown: inventory.filesKnown },
    target,
    server => server.url !== undefined,
  );
  await vault.load();
  const found = await deliverer.find(chosen);
  const place = siblingOf(services, found, to);
  if (await standingServer(services, place, chosen.server)) {
    throw new KeyringError('argument-invalid', { field: 'name', reason: 'taken', value: chosen.server });
  }
  const delivery = await chooseDelivery(services, found, place, answers);
  const copy = await prepareCopy(services, found, place, delivery);
  const outcome = await writeCopy(services, copy);
  const removal = await deliverer.removal(found);
  let removed: EditOutcome;
  try {
    removed = await editConfigFile(found.place.uri, text => {
      // What somebody has written into the entry since it was copied would be lost with it.
      if (entryText(found.place, chosen.server, text) !== copy.original) {
        throw new KeyringError('file-changed', { file: fileLabel(found.place.uri) });
      }
      return removal(text);
    });
  } catch (error) {
    // It stands where it stood, so it must not stand there as well.
    await editConfigFile(place.uri, text => removeServer(text, place.format, chosen.server));
    throw error;
  }
  const result: ServerTarget = { file: place.key, server: chosen.server };
  const unsaved = [outcome === 'unsaved' && place, removed === 'unsaved' && found.place].filter(file => file !== false);
  tell(copy, result, unsaved);
  return result;
}

function siblingOf({ files }: Services, found: FoundServer, to: FormatId): ConfigLocation {
  const folder = found.place.folder?.uri.toString();
  const place = files.locations.find(
    other => folder !== undefined && other.folder?.uri.toString() === folder && other.format.id === to,
  );
  if (!place || found.place.format.id === to) {
    throw new KeyringError('argument-invalid', {
      field: 'file',
      reason: 'not-a-file',
      value: fileLabel(found.place.uri),
    });
  }
  return place;
}

/** Asks only where a token would be exposed or something would be lost. Undefined: what suits each header best. */
async function chooseDelivery(
  services: Services,
  found: FoundServer,
  place: ConfigLocation,
  answers: CopyServerAnswers,
): Promise<FileDelivery | undefined> {
  const copy = await prepareCopy(services, found, place, answers.delivery);
  const exposed = exposes(copy);
  const loss = lossText(copy.server.lost);
  if (answers.delivery !== undefined || answers.allowLiteral !== undefined) {
    if (exposed && answers.allowLiteral !== true) {
      throw new KeyringError('argument-invalid', {
        field: 'allowLiteral',
        reason: 'plain-text',
        value: fileLabel(place.uri),
      });
    }
    return answers.delivery;
  }
  if (!exposed && loss === '') {
    return undefined;
  }
  const [first] = copy.headers;
  const deliveries = first ? await services.deliverer.possibleDeliveries(place, first) : [];
  const plain = exposed ? vscode.l10n.t('Move with Token in Plain Text') : vscode.l10n.t('Move Server');
  const variable = vscode.l10n.t('Move with Reference to Variable');
  const offersVariable = exposed && deliveries.includes('environment');
  const detail = [
    exposed && vscode.l10n.t('VS Code resolves no references in {0}.', fileLabel(place.uri)),
    exposed && literalWarning([place]),
    offersVariable &&
      vscode.l10n.t(
        'With a reference to the variable of your terminals, Claude Code started there has the token, and VS Code itself does not.',
      ),
    loss,
  ];
  const answer = await vscode.window.showWarningMessage(
    inertText(vscode.l10n.t('Move “{0}” to {1}?', plainText(found.parsed.name), fileLabel(place.uri))),
    { modal: true, detail: inertText(detail.filter(Boolean).join('\n\n')) },
    // Enter alone exposes nothing where there is another way.
    ...(offersVariable ? [variable, plain] : [plain]),
  );
  if (answer === undefined) {
    throw new Cancelled();
  }
  return answer === variable ? 'environment' : undefined;
}

function tell(copy: ServerCopy, target: ServerTarget, unsaved: readonly ConfigLocation[]): void {
  const message = [
    vscode.l10n.t('{0} stands in {1} now.', plainText(target.server), fileLabel(target.file)),
    deliveryText(copy),
    ...unsaved.map(({ uri }) => vscode.l10n.t('{0} has unsaved changes: save it.', fileLabel(uri))),
  ];
  const start = vscode.l10n.t('Start Server');
  const show = vscode.l10n.t('Show in File');
  void vscode.window.showInformationMessage(inertText(message.filter(Boolean).join(' ')), start, show).then(chosen => {
    if (chosen !== undefined) {
      const command = chosen === start ? 'mcpKeyring.servers.start' : 'mcpKeyring.servers.revealInFile';
      void runCommand(command, target);
    }
  });
}
