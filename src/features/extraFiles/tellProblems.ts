import * as vscode from 'vscode';
import { type ExtraFileProblem, readExtraFiles } from '../../core/config/extraFiles.ts';
import { settingsSection, vscodeCommands } from '../../ids.ts';
import { thisMachine } from '../../platform/node/machine.ts';
import { inertText } from '../../platform/texts.ts';

/**
 * Says which entries of the setting name no file, and why.
 * @param told what has been said already, and from here on what is said now
 */
export function tellProblems(setting: readonly unknown[], told: Set<string>): void {
  for (const problem of readExtraFiles(setting, thisMachine().home).problems) {
    // An entry that moves in the list is the same; one without a text has nothing but its place.
    const key = `${problem.reason} ${problem.value || problem.index}`;
    if (!told.has(key)) {
      told.add(key);
      show(problemText(problem));
    }
  }
}

function show(text: string): void {
  const open = vscode.l10n.t('Open Settings');
  void vscode.window.showWarningMessage(inertText(text), open).then(chosen => {
    if (chosen === open) {
      void vscode.commands.executeCommand(vscodeCommands.openSettings, `${settingsSection}.extraConfigFiles`);
    }
  });
}

function problemText({ index, value, reason }: ExtraFileProblem): string {
  switch (reason) {
    case 'wrong-type':
      return vscode.l10n.t(
        'Entry {0} of the setting for further config files is neither a path nor an object with a path. It is left out.',
        index + 1,
      );
    case 'not-absolute':
      return vscode.l10n.t(
        '“{0}” in the setting for further config files is no absolute path. Begin it with ~/, ${workspaceFolder}/ or the root. It is left out.',
        value,
      );
    case 'variable':
      return vscode.l10n.t(
        '“{0}” in the setting for further config files has a variable that is not known here. Only ${workspaceFolder} at the start is. It is left out.',
        value,
      );
    case 'unknown-format':
      return vscode.l10n.t(
        '“{0}” in the setting for further config files is no format that is known. The file is left out.',
        value,
      );
  }
}
