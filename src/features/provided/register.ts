import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { serverProvider } from '../../ids.ts';
import type { Services } from '../../services.ts';
import { ServerProvider } from './provider.ts';

/** Servers that stand in no file, and the ways from a file and back. */
export function registerProvided(services: Services): Disposable {
  const provider = new ServerProvider(services);
  const { commands } = services;
  commands.register('mcpKeyring.servers.takeOver', async target =>
    (await import('./takeOver.ts')).takeOver(services, target),
  );
  commands.register('mcpKeyring.servers.giveBack', async (target, options) =>
    (await import('./giveBack.ts')).giveBack(services, target, options),
  );
  return vscode.Disposable.from(provider, vscode.lm.registerMcpServerDefinitionProvider(serverProvider, provider));
}
