import * as vscode from 'vscode';
import type { Disposable } from '../../core/ports.ts';
import { webviews } from '../../ids.ts';
import type { Services } from '../../services.ts';
import type { TokenDetailsPanels } from './panels.ts';

/** The Token Details panel. Loaded when first shown. */
export function registerTokenDetails(services: Services): Disposable {
  let panels: Promise<TokenDetailsPanels> | undefined;
  const load = () => {
    panels ??= import('./panels.ts').then(({ TokenDetailsPanels }) => new TokenDetailsPanels(services));
    return panels;
  };
  services.commands.register('mcpKeyring.credentials.showDetails', async target => (await load()).show(target));
  const serializer = vscode.window.registerWebviewPanelSerializer(webviews.tokenDetails, {
    deserializeWebviewPanel: async (panel, state: unknown) => (await load()).restore(panel, state),
  });
  return {
    dispose: () => {
      serializer.dispose();
      void panels?.then(loaded => loaded.dispose());
    },
  };
}
