import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { type ExposedSecret, listExposed } from '../../core/inventory/exposedList.ts';
import type { MoveSecretsAnswers, ServerTarget } from '../../ids.ts';
import { Cancelled } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { listText, withoutIcons } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { placeText, ruleText } from './exposedWords.ts';
import { lookForMovedInHistory } from './history.ts';
import { moveHeaders } from './moveHeaders.ts';
import { offerProof, runningAmong } from './offerProof.ts';

/** The header of a secret that can be moved into the keyring. */
export function headerTarget({ file, server, header }: ExposedSecret): ServerTarget {
  return { file: file.source.uri, server: server?.parsed.name ?? '', header: header?.parsed.name ?? '' };
}

/** Moves header values of one file or all of them into the keyring: a list to tick first, everything ticked. */
export async function moveSecrets(services: Services, answers: MoveSecretsAnswers = {}): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  const movable = () =>
    listExposed(services.inventory.snapshot).filter(
      ({ remedy, file }) => remedy === 'move' && (answers.file === undefined || file.source.uri === answers.file),
    );
  const chosen = await choose(movable(), answers);
  if (chosen.length === 0) {
    return;
  }
  await services.vault.load();
  const running = await runningAmong(services, chosen);
  const { moved, problems } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Moving secrets to the keyring...') },
    () => moveHeaders(services, chosen),
  );
  for (const problem of problems) {
    services.commands.show(problem);
  }
  offerProof(services, moved, running);
  await lookForMovedInHistory(moved);
}

async function choose(
  secrets: readonly ExposedSecret[],
  answers: MoveSecretsAnswers,
): Promise<readonly ServerTarget[]> {
  if (answers.headers === 'all') {
    return secrets.map(headerTarget);
  }
  if (answers.headers) {
    return answers.headers;
  }
  if (secrets.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No header in these files holds a secret that can be moved to the keyring.'),
    );
    return [];
  }
  const picked = await vscode.window.showQuickPick(moveItems(secrets), {
    canPickMany: true,
    title: vscode.l10n.t('Move Secrets to Keyring'),
    placeHolder: vscode.l10n.t('Which are to be moved? The files keep references to them.'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (!picked) {
    throw new Cancelled();
  }
  return picked.map(({ target }) => target);
}

/** What is offered to tick. */
export function moveItems(
  secrets: readonly ExposedSecret[],
): (vscode.QuickPickItem & { readonly target: ServerTarget })[] {
  return secrets.map(secret => ({
    label: listText(secret.server?.parsed.name ?? ''),
    description: withoutIcons([placeText(secret), ruleText(secret.rule)].join(' · ')),
    detail: withoutIcons(fileLabel(secret.file.source.uri)),
    picked: true,
    target: headerTarget(secret),
  }));
}
