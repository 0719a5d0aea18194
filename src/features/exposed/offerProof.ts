import * as vscode from 'vscode';
import { plainText } from '../../core/text.ts';
import type { ServerTarget } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { fileLabel } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { inertText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import type { MovedHeader } from './moveHeaders.ts';

/** Those of the servers that run now: VS Code stops a server when its entry changes, and doesn't start it again by itself. */
export async function runningAmong(
  { mcp, log }: Services,
  targets: readonly ServerTarget[],
): Promise<readonly ServerTarget[]> {
  const running: ServerTarget[] = [];
  for (const target of serversOf(targets)) {
    try {
      if ((await mcp.find(fileUri(target.file), target.server))?.running) {
        running.push(target);
      }
    } catch (error) {
      log.error('server-state-unknown', error, { server: target.server });
    }
  }
  return running;
}

/** Tells what is in the keyring now, and offers to start its servers, which proves that they still get it. */
export function offerProof({ files }: Services, moved: readonly MovedHeader[], running: readonly ServerTarget[]): void {
  const all = serversOf(moved.map(({ target }) => target));
  const [first] = all;
  if (!first) {
    return;
  }
  // What VS Code doesn't read it doesn't start.
  const servers = all.filter(({ file }) => files.locationOf(file)?.inputScope !== undefined);
  const unsaved = moved.filter(header => header.unsaved);
  const again = servers.some(server => running.some(other => sameServer(server, other)));
  const start = startTitle(servers.length, again);
  const sentences = [
    moved.length === 1
      ? vscode.l10n.t('The secret of {0} is in your keyring, and the file refers to it.', plainText(first.server))
      : vscode.l10n.t('{0} secrets are in your keyring, and the files refer to them.', moved.length),
    unsaved.length > 0
      ? vscode.l10n.t('{0} has unsaved changes: save it first.', fileNames(unsaved))
      : servers.length > 0 && proofText(servers.length, again),
    servers.length < all.length && vscode.l10n.t('Other clients get the variable in a new terminal.'),
  ];
  const buttons = unsaved.length > 0 || servers.length === 0 ? [] : [start];
  // Not waited for: the command is done when the work is, not when somebody looks at the message.
  void vscode.window
    .showInformationMessage(inertText(sentences.filter(Boolean).join(' ')), ...buttons)
    .then(async chosen => {
      for (const server of chosen === start ? servers : []) {
        await runCommand('mcpKeyring.servers.start', server);
      }
    });
}

function startTitle(count: number, again: boolean): string {
  if (count === 1) {
    return again ? vscode.l10n.t('Restart Server') : vscode.l10n.t('Start Server');
  }
  return vscode.l10n.t('Start Servers');
}

function proofText(count: number, again: boolean): string {
  if (count === 1) {
    return again
      ? vscode.l10n.t('Restart the server to see that it still works.')
      : vscode.l10n.t('Start the server to see that it still works.');
  }
  return vscode.l10n.t('Start the servers to see that they still work.');
}

/** Each server once, without its header. */
function serversOf(targets: readonly ServerTarget[]): ServerTarget[] {
  return targets
    .map(({ file, server }) => ({ file, server }))
    .filter((target, index, all) => all.findIndex(other => sameServer(other, target)) === index);
}

function sameServer(a: ServerTarget, b: ServerTarget): boolean {
  return a.file === b.file && a.server === b.server;
}

function fileNames(moved: readonly MovedHeader[]): string {
  return [...new Set(moved.map(({ target }) => fileLabel(target.file)))].join(', ');
}
