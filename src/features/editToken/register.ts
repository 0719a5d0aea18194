import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';
import { TokenTemplates, templateScheme } from './templates.ts';

/** **Edit Claims...**: what a signed-JWT credential says, as JSON in an editor; saving signs it anew. */
export function registerEditToken(services: Services): Disposable {
  const templates = new TokenTemplates(services);
  services.commands.register('mcpKeyring.credentials.editClaims', async target =>
    (await import('./editClaims.ts')).editClaims(services, target),
  );
  return vscode.Disposable.from(
    templates,
    vscode.workspace.registerFileSystemProvider(templateScheme, templates, { isCaseSensitive: true }),
  );
}
