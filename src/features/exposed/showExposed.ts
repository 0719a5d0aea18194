import * as vscode from 'vscode';
import { revokePageOf } from '../../core/detect/ruleNames.ts';
import { type ExposedSecret, listExposed } from '../../core/inventory/exposedList.ts';
import { runCommand } from '../../platform/commands.ts';
import { revealSpan } from '../../platform/revealSpan.ts';
import type { Services } from '../../services.ts';
import { type ExposedItem, exposedItems, type ItemButton } from './exposedItems.ts';
import { lookInHistory } from './history.ts';
import { headerTarget } from './moveSecrets.ts';

/** Every secret that stands in clear in a config file of this window. Enter leads to the place, buttons do something about it. */
export async function showExposedSecrets(services: Services): Promise<void> {
  await services.inventory.filesKnown;
  const box = vscode.window.createQuickPick<ExposedItem>();
  box.title = vscode.l10n.t('Exposed Secrets');
  box.matchOnDescription = true;
  box.matchOnDetail = true;
  const show = () => {
    box.items = exposedItems(listExposed(services.inventory.snapshot));
    box.placeholder =
      box.items.length === 0
        ? vscode.l10n.t('No config file of this window holds a secret in plain text.')
        : vscode.l10n.t('Enter shows the place. The buttons at the right do something about it.');
  };
  show();
  const changes = services.inventory.onDidChange(show);
  await new Promise<void>(resolve => {
    box.onDidHide(() => resolve());
    box.onDidAccept(() => {
      const [item] = box.selectedItems;
      if (item) {
        box.hide();
        void reveal(item.secret).catch(error => services.commands.show(error));
      }
    });
    box.onDidTriggerItemButton(({ item, button }) => {
      box.hide();
      void act(item.secret, (button as ItemButton).action).catch(error => services.commands.show(error));
    });
    box.show();
  });
  changes.dispose();
  box.dispose();
}

/** Opens the file at the secret. */
export async function reveal({ file, span }: ExposedSecret): Promise<void> {
  await revealSpan(file.source, span);
}

async function act(secret: ExposedSecret, action: ItemButton['action']): Promise<void> {
  const target = { file: secret.file.source.uri, start: secret.span.start };
  switch (action) {
    case 'move':
      await runCommand('mcpKeyring.servers.moveToKeyring', headerTarget(secret));
      break;
    case 'ask':
      await runCommand('mcpKeyring.askAtStart', target);
      break;
    case 'history':
      await lookInHistory(secret);
      break;
    case 'vendor':
      await vscode.env.openExternal(vscode.Uri.parse(revokePageOf(secret.rule ?? '') ?? ''));
      break;
  }
}
