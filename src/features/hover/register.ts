import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';

/** Claims and state of a JWT anywhere in a text, of a header in a config file, and of a reference to the keyring. */
export function registerHover(services: Services): Disposable {
  return vscode.languages.registerHoverProvider([{ pattern: '**' }, { scheme: 'untitled' }], {
    // Loaded when the mouse rests for the first time.
    provideHover: async (document, position) => (await import('./hover.ts')).hoverAt(services, document, position),
  });
}
