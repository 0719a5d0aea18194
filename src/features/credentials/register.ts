import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { views } from '../../ids.ts';
import type { Services } from '../../services.ts';
import { CredentialsTree } from './tree.ts';

/** The Credentials view and what can be done on a credential. */
export function registerCredentials(services: Services): Disposable {
  const tree = new CredentialsTree(services);
  const view = vscode.window.createTreeView(views.credentials, { treeDataProvider: tree });
  registerCredentialCommands(services);
  return vscode.Disposable.from(tree, view);
}

/** Everything that can be done on a credential. Loaded when first used. */
function registerCredentialCommands(services: Services): void {
  const { commands } = services;
  const load = () => import('./commands.ts');
  commands.register('mcpKeyring.credentials.rename', async target => (await load()).rename(services, target));
  commands.register('mcpKeyring.credentials.showClaims', async target => (await load()).showClaims(services, target));
  commands.register('mcpKeyring.credentials.renew', async target => (await load()).renew(services, target));
  commands.register('mcpKeyring.credentials.replaceToken', async target =>
    (await load()).replaceToken(services, target),
  );
  commands.register('mcpKeyring.credentials.revoke', async target =>
    (await import('./revoke.ts')).revoke(services, target),
  );
  commands.register('mcpKeyring.credentials.delete', async target =>
    (await import('./remove.ts')).remove(services, target),
  );
  commands.register('mcpKeyring.credentials.automaticRenewal', async (target, choice) =>
    (await load()).chooseAutomaticRenewal(services, target, choice),
  );
  commands.register('mcpKeyring.credentials.signOut', async target =>
    (await import('./signOut.ts')).signOut(services, target),
  );
}
