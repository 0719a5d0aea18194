import * as vscode from 'vscode';
import { KeyringError } from '../../core/errors.ts';
import { type ExposedSecret, listExposed } from '../../core/inventory/exposedList.ts';
import { plainText } from '../../core/text.ts';
import type { MoveSecretsAnswers, ServerTarget } from '../../ids.ts';
import { Cancelled, runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { placeText, ruleText } from './exposedWords.ts';

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
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Moving secrets to the keyring...') },
    async () => {
      for (const target of chosen) {
        await runCommand('mcpKeyring.servers.moveToKeyring', target);
      }
    },
  );
  // What couldn't be moved has been told about, one by one.
  await services.inventory.filesKnown;
  tell(services, chosen);
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
    label: plainText(secret.server?.parsed.name ?? ''),
    description: [placeText(secret), ruleText(secret.rule)].join(' · '),
    detail: fileLabel(secret.file.source.uri),
    picked: true,
    target: headerTarget(secret),
  }));
}

function tell({ vault }: Services, chosen: readonly ServerTarget[]): void {
  const show = vscode.l10n.t('Show Exposed Secrets');
  const message =
    chosen.length === 1
      ? vscode.l10n.t('The secret is in your keyring, and the file refers to it.')
      : vscode.l10n.t(
          '{0} secrets were to be moved; the keyring holds {1} credentials now.',
          chosen.length,
          vault.credentials.length,
        );
  void vscode.window.showInformationMessage(inertText(message), show).then(answer => {
    if (answer === show) {
      void runCommand('mcpKeyring.showExposedSecrets');
    }
  });
}
