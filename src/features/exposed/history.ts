import * as vscode from 'vscode';
import { detectInHeader } from '../../core/detect/detectInHeader.ts';
import { revokePageOf, vendorOf } from '../../core/detect/ruleNames.ts';
import type { ExposedSecret } from '../../core/inventory/exposedList.ts';
import { parseHeaderValue } from '../../core/jwt/headerValue.ts';
import { plainText } from '../../core/text.ts';
import { views } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { type GitHistory, searchGitHistory } from '../../platform/node/git.ts';
import { inertText } from '../../platform/texts.ts';
import type { MovedHeader } from './moveHeaders.ts';
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
  const file = fileLabel(uri);
  if (history.commits > 0) {
    void tellHistory(history, file, secret.rule ?? '');
  } else {
    void vscode.window.showInformationMessage(inertText(historyText(history, file)));
  }
}

/**
 * Looks for secrets that have just left their files: what git has of them stays there, so those have to be replaced. Nothing
 * is said of those that git never had.
 */
export async function lookForMovedInHistory(moved: readonly MovedHeader[]): Promise<void> {
  const known: MovedHeader[] = [];
  let first: GitHistory | undefined;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking in git history...') },
    async () => {
      for (const header of moved) {
        const uri = fileUri(header.target.file);
        const { token } = parseHeaderValue(header.target.header, header.written);
        const history = uri.scheme === 'file' ? await searchGitHistory(uri.fsPath, token) : undefined;
        if (history && history.commits > 0) {
          known.push(header);
          first ??= history;
        }
      }
    },
  );
  const [header] = known;
  if (!header || !first) {
    return;
  }
  if (known.length > 1) {
    const names = [...new Set(known.map(({ target }) => plainText(target.server, 80)))].join(', ');
    const show = vscode.l10n.t('Show Credentials');
    const message = vscode.l10n.t(
      'Git has the secrets of {0} in earlier commits. Taking them out of the files does not take them out of those: revoke them where they were issued and use new ones.',
      names,
    );
    void vscode.window.showWarningMessage(inertText(message), show).then(chosen => {
      if (chosen === show) {
        void vscode.commands.executeCommand(`${views.credentials}.focus`);
      }
    });
    return;
  }
  const rule = detectInHeader(header.target.header, header.written) ?? '';
  const replace = vscode.l10n.t('Replace Token...');
  void tellHistory(first, fileLabel(header.target.file), rule, replace).then(chosen => {
    if (chosen === replace) {
      void runCommand('mcpKeyring.credentials.replaceToken', { credentialId: header.credentialId });
    }
  });
}

/** Warns, with a button for the vendor's page where there is one; returns the button that was pressed. */
async function tellHistory(
  history: GitHistory,
  file: string,
  rule: string,
  ...buttons: readonly string[]
): Promise<string | undefined> {
  const page = revokePageOf(rule);
  const vendor = page === undefined ? undefined : vendorOf(rule);
  const open = vendor === undefined ? [] : [vscode.l10n.t('Open {0}', vendor)];
  const chosen = await vscode.window.showWarningMessage(inertText(historyText(history, file)), ...open, ...buttons);
  if (page !== undefined && chosen !== undefined && chosen === open[0]) {
    await vscode.env.openExternal(vscode.Uri.parse(page));
  }
  return chosen;
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
