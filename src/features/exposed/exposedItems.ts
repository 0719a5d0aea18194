import * as vscode from 'vscode';
import { revokePageOf } from '../../core/detect/ruleNames.ts';
import type { ExposedSecret } from '../../core/inventory/exposedList.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { listText, withoutIcons } from '../../platform/texts.ts';
import { placeText, ruleText } from './exposedWords.ts';

/** What a button of an item does. */
export type ItemAction = 'move' | 'ask' | 'history' | 'vendor';

export interface ItemButton extends vscode.QuickInputButton {
  readonly action: ItemAction;
}

export interface ExposedItem extends vscode.QuickPickItem {
  readonly secret: ExposedSecret;
  readonly buttons: readonly ItemButton[];
}

/** The list of **Show Exposed Secrets**: where each secret is and what it is, never the secret. */
export function exposedItems(secrets: readonly ExposedSecret[]): ExposedItem[] {
  return secrets.map(secret => {
    const { file, finding, span, server, rule } = secret;
    const { content } = file.source;
    const line = content.state === 'text' ? content.text.slice(0, span.start).split(/\r\n?|\n/).length : 0;
    const worse = [
      finding.data.tracked && vscode.l10n.t('tracked by git'),
      finding.data.synced && vscode.l10n.t('uploaded by Settings Sync'),
    ].filter(Boolean);
    const icon = finding.severity === 'error' ? '$(error)' : '$(warning)';
    // A label may hold icons, so a name from outside must not look like one.
    const name = listText(server?.parsed.name ?? vscode.l10n.t('inputs'), 80);
    return {
      label: `${icon} ${name}`,
      description: withoutIcons([placeText(secret), ruleText(rule)].join(' · ')),
      detail: withoutIcons([`${fileLabel(file.source.uri)}:${line}`, ...worse].join(' · ')),
      secret,
      buttons: buttonsOf(secret),
    };
  });
}

function buttonsOf({ remedy, rule, file }: ExposedSecret): ItemButton[] {
  const buttons: ItemButton[] = [];
  if (vscode.workspace.isTrusted) {
    if (remedy === 'move') {
      buttons.push(button('move', 'lock', vscode.l10n.t('Move to Keyring')));
    } else if (remedy === 'ask') {
      buttons.push(button('ask', 'question', vscode.l10n.t('Ask for It at Start Instead')));
    } else if (remedy === 'dropDefault') {
      buttons.push(button('ask', 'trash', vscode.l10n.t('Remove the Default Value')));
    }
    if (fileUri(file.source.uri).scheme === 'file') {
      buttons.push(button('history', 'history', vscode.l10n.t('Look in Git History')));
    }
  }
  if (rule !== undefined && revokePageOf(rule) !== undefined) {
    buttons.push(button('vendor', 'link-external', vscode.l10n.t('Open the Page Where It Can Be Revoked')));
  }
  return buttons;
}

function button(action: ItemAction, icon: string, tooltip: string): ItemButton {
  return { action, iconPath: new vscode.ThemeIcon(icon), tooltip };
}
