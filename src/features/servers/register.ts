import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { contextKeys, views } from '../../ids.ts';
import type { Services } from '../../services.ts';
import { registerServerCommands } from './commands.ts';
import { ServersTree } from './tree.ts';

/** The Servers view and what can be done on a server. */
export function registerServers(services: Services): Disposable {
  const tree = new ServersTree(services);
  const view = vscode.window.createTreeView(views.servers, { treeDataProvider: tree, showCollapseAll: true });
  const context = services.inventory.onDidChange(snapshot => {
    const has = snapshot.files.some(file => file.servers.length > 0);
    void vscode.commands.executeCommand('setContext', contextKeys.hasServers, has);
  });
  registerServerCommands(services);
  return vscode.Disposable.from(tree, view, context);
}
