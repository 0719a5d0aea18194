import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** **Sign In Again...**, and the way back from a browser that can't reach this machine. */
export function registerSignIn(services: Services): Disposable {
  services.commands.registerWithAnswers(
    'mcpKeyring.credentials.signIn',
    (_, answers) => answers !== undefined,
    async (target, answers) => (await import('./signInAgain.ts')).signInAgain(services, target, answers),
  );
  // Registered from the start: VS Code may have been started anew since the sign-in began, and then the answer is refused in words.
  return vscode.window.registerUriHandler({ handleUri: uri => services.signIns.handleUri(uri) });
}
