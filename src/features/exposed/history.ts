import * as vscode from 'vscode';
import { revokePageOf, vendorOf } from '../../core/detect/ruleNames.ts';
import type { ExposedSecret } from '../../core/inventory/exposedList.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { type GitHistory, searchGitHistory } from '../../platform/node/git.ts';
import { inertText } from '../../platform/texts.ts';
import { writtenSecret } from './secretAt.ts';

/** Looks for a secret in the file's history, and says what to do if it's there: nothing but a new one helps. */
export async function lookInHistory(secret: ExposedSecret): Promise<void> {
  const written = writtenSecret(secret);
  const uri = fileUri(secret.file.source.uri);
  if (!vscode.workspace.isTrusted || uri.scheme !== 'file' || !written) {
    return;
  }
  const history = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking in git history...') },
    () => searchGitHistory(uri.fsPath, written),
  );
  const page = revokePageOf(secret.rule ?? '');
  const vendor = vendorOf(secret.rule ?? 'secret');
  const open = vendor === undefined ? undefined : vscode.l10n.t('Open {0}', vendor);
  const message = inertText(historyText(history, fileLabel(uri)));
  const buttons = history.commits > 0 && page !== undefined && open !== undefined ? [open] : [];
  const shown =
    history.commits > 0
      ? vscode.window.showWarningMessage(message, ...buttons)
      : vscode.window.showInformationMessage(message);
  void shown.then(chosen => {
    if (chosen !== undefined && page !== undefined) {
      void vscode.env.openExternal(vscode.Uri.parse(page));
    }
  });
}

/** What the history of a file says about a secret, and what to do. */
export function historyText({ commits, newest, searched }: GitHistory, file: string): string {
  if (commits > 0 && newest) {
    return vscode.l10n.t(
      'Git has this secret in {0} commits of {1}, the newest {2} of {3}. Taking it out of the file does not take it out of those: revoke it where it was issued and use a new one.',
      commits,
      file,
      newest.hash,
      newest.date,
    );
  }
  return searched
    ? vscode.l10n.t('No commit of {0} on any branch here holds this secret.', file)
    : vscode.l10n.t('Git has no history of {0}, or it could not be read.', file);
}
