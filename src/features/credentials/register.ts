import * as vscode from 'vscode';
import { currentToken } from '../../core/credentials/token.ts';
import type { Disposable } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { views } from '../../ids.ts';
import type { Services } from '../../services.ts';
import { CredentialsTree } from './tree.ts';

/** The Credentials view and what can be done on a credential. */
export function registerCredentials(services: Services): Disposable {
  const tree = new CredentialsTree(services);
  const view = vscode.window.createTreeView(views.credentials, { treeDataProvider: tree });
  const rewriting = rewriteRenewed(services);
  registerCredentialCommands(services);
  return vscode.Disposable.from(tree, view, rewriting);
}

/**
 * Where a token stands in clear, the old one is replaced as soon as there is a new one, whichever window got it: a file may
 * be open in this one alone.
 */
function rewriteRenewed({ vault, deliverer, log }: Services): Disposable {
  let known = new Map<string, Secret | undefined>();
  return vault.onDidChange(() => {
    const before = known;
    known = new Map(vault.credentials.map(credential => [credential.id, currentToken(credential)]));
    for (const [id, token] of known) {
      const old = before.get(id);
      if (old && token && old.reveal() !== token.reveal()) {
        deliverer.rewriteLiterals(id).catch(error => log.error('literal-not-rewritten', error, { id }));
      }
    }
  });
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
}
