import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Says which entries of the setting for further config files name none, each once. */
export function registerExtraFiles({ settings, log }: Services): Disposable {
  const told = new Set<string>();
  const tell = async () => {
    if (settings.extraConfigFiles.length > 0) {
      const { tellProblems } = await import('./tellProblems.ts');
      tellProblems(settings.extraConfigFiles, told);
    }
  };
  const soon = () => void tell().catch(error => log.error('extra-files-not-told', error));
  // Not while the extension is being activated.
  const first = setTimeout(soon);
  return vscode.Disposable.from(settings.onDidChange(soon), { dispose: () => clearTimeout(first) });
}
