import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { vscodeCommands } from '../../ids.ts';
import type { Services } from '../../services.ts';

/** The log and the walkthrough. */
export function registerHelp({ commands, context, log }: Services): Disposable {
  commands.register('mcpKeyring.showLog', () => log.show());
  commands.register('mcpKeyring.openWalkthrough', () =>
    vscode.commands.executeCommand(
      vscodeCommands.openWalkthrough,
      `${context.extension.id}#mcpKeyring.gettingStarted`,
      false,
    ),
  );
  return { dispose: () => {} };
}
