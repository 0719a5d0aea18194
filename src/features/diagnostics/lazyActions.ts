import type * as vscode from 'vscode';
import type { Services } from '../../services.ts';

/** Quick fixes, loaded when the first light bulb asks for them. */
export function lazyFindingActions(services: Services): vscode.CodeActionProvider {
  let loaded: Promise<vscode.CodeActionProvider> | undefined;
  return {
    provideCodeActions: async (...asked) => {
      loaded ??= import('./actions.ts').then(({ FindingActions }) => new FindingActions(services));
      return (await loaded).provideCodeActions(...asked);
    },
  };
}
