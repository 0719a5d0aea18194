import * as vscode from 'vscode';
import type { Snapshot, Status } from '../../core/inventory/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { plainText } from '../../core/text.ts';
import { views } from '../../ids.ts';
import type { Services } from '../../services.ts';

/** An item that appears only when a token that a server uses expires soon or has expired. */
export function registerStatusBar({ inventory }: Services): Disposable {
  const item = vscode.window.createStatusBarItem('mcpKeyring.expiry', vscode.StatusBarAlignment.Right, 100);
  item.name = vscode.l10n.t('MCP Keyring: Expiring Tokens');
  item.command = `${views.servers}.focus`;
  const show = (snapshot: Snapshot) => {
    const expired = serversWith(snapshot, 'expired');
    const soon = serversWith(snapshot, 'expiresSoon');
    const signIn = serversWith(snapshot, 'signIn');
    if (expired.length === 0 && soon.length === 0 && signIn.length === 0) {
      item.hide();
      return;
    }
    item.text =
      expired.length > 0
        ? `$(error) ${vscode.l10n.t('MCP token expired: {0}', list(expired))}`
        : signIn.length > 0
          ? `$(sign-in) ${vscode.l10n.t('MCP sign-in needed: {0}', list(signIn))}`
          : `$(warning) ${vscode.l10n.t('MCP token expires soon: {0}', list(soon))}`;
    item.tooltip = [
      expired.length > 0 && vscode.l10n.t('Expired: {0}', expired.join(', ')),
      signIn.length > 0 && vscode.l10n.t('Sign in again: {0}', signIn.join(', ')),
      soon.length > 0 && vscode.l10n.t('Expires soon: {0}', soon.join(', ')),
    ]
      .filter(Boolean)
      .join('\n');
    item.backgroundColor = new vscode.ThemeColor(
      expired.length > 0 ? 'statusBarItem.errorBackground' : 'statusBarItem.warningBackground',
    );
    item.accessibilityInformation = { label: item.tooltip };
    item.show();
  };
  return vscode.Disposable.from(item, inventory.onDidChange(show));
}

function serversWith(snapshot: Snapshot, status: Status): string[] {
  const names = [...snapshot.files.flatMap(file => file.servers), ...snapshot.provided]
    .filter(server => server.headers.some(header => header.status === status))
    .map(server => plainText(server.parsed.name, 40));
  return [...new Set(names)];
}

/** The first name, and how many more: the status bar is narrow. Icons in a foreign name would be drawn, so `$(` is split. */
function list(names: readonly string[]): string {
  const [first = '', ...others] = names;
  const name = first.replaceAll('$(', '$ (');
  return others.length === 0 ? name : vscode.l10n.t('{0} and {1} more', name, others.length);
}
