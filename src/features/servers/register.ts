import * as vscode from 'vscode';
import type { VaultState } from '../../core/inventory/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { type CopyServerAnswers, contextKeys, views } from '../../ids.ts';
import type { Services } from '../../services.ts';
import { ServersTree } from './tree.ts';

/** The Servers view and what can be done on a server. */
export function registerServers(services: Services): Disposable {
  const tree = new ServersTree(services);
  const view = vscode.window.createTreeView(views.servers, { treeDataProvider: tree, showCollapseAll: true });
  const context = services.inventory.onDidChange(snapshot => {
    const has = snapshot.provided.length > 0 || snapshot.files.some(file => file.servers.length > 0);
    void vscode.commands.executeCommand('setContext', contextKeys.hasServers, has);
    view.message = has ? vaultMessage(snapshot.vault) : '';
  });
  registerServerCommands(services);
  return vscode.Disposable.from(tree, view, context);
}

/** Above the servers: why nothing is said about their credentials. A list without servers has a welcome that says it. */
function vaultMessage(state: VaultState): string {
  switch (state) {
    case 'restricted':
      return vscode.l10n.t('Restricted Mode: servers are listed and tokens in files are decoded, nothing else.');
    case 'unavailable':
      return vscode.l10n.t('The keyring cannot be read, so nothing is known about credentials.');
    default:
      return '';
  }
}

/** Everything that can be done on a server of the Servers view, a lens or a quick fix. Loaded when first used. */
function registerServerCommands(services: Services): void {
  const { commands } = services;
  const load = () => import('./commands.ts');
  commands.register('mcpKeyring.servers.refresh', () => {
    services.files.refresh();
    services.inventory.invalidate();
  });
  commands.register('mcpKeyring.servers.openFile', async target => (await load()).openFile(services, target));
  commands.register('mcpKeyring.servers.revealInFile', async target => (await load()).revealInFile(services, target));
  commands.register('mcpKeyring.servers.attachCredential', async (target, credential, files) =>
    (await load()).attachCredential(services, target, credential, files),
  );
  commands.registerWithAnswers(
    'mcpKeyring.servers.copyTo',
    (_target, answers) => answers?.to !== undefined,
    async (target, answers) => (await import('./copyServer.ts')).copyServer(services, target, answers),
  );
  const moves = (_target: unknown, answers?: CopyServerAnswers) =>
    answers?.delivery !== undefined || answers?.allowLiteral !== undefined;
  commands.registerWithAnswers('mcpKeyring.servers.moveToDotMcp', moves, async (target, answers) =>
    (await import('./moveServer.ts')).moveServer(services, 'dotMcp', target, answers),
  );
  commands.registerWithAnswers('mcpKeyring.servers.moveFromDotMcp', moves, async (target, answers) =>
    (await import('./moveServer.ts')).moveServer(services, 'vscode', target, answers),
  );
  commands.register('mcpKeyring.servers.attachHereToo', async (target, credential) =>
    (await load()).attachHereToo(services, target, credential),
  );
  commands.register('mcpKeyring.servers.detachCredential', async target =>
    (await load()).detachCredential(services, target),
  );
  commands.register('mcpKeyring.servers.renewToken', async target => (await load()).renewToken(services, target));
  commands.register('mcpKeyring.servers.copyToken', async target => (await load()).copyToken(services, target));
  commands.register('mcpKeyring.servers.start', async target => (await load()).startServer(services, target));
  commands.register('mcpKeyring.servers.remove', async target => (await load()).removeServer(services, target));
  commands.register('mcpKeyring.servers.repairHeader', async target => (await load()).repairHeader(services, target));
}
