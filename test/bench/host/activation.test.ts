import * as vscode from 'vscode';
import { record } from './record.ts';

/** A built-in extension of the same size and trade: it keeps sign-ins in SecretStorage too. */
const peer = 'vscode.microsoft-authentication';

describe('activation', () => {
  it('is measured beside that of a built-in extension', async () => {
    // Ours first: what both load for the first time (the SecretStorage channel) counts against us.
    record('activation', await activate('mcp-keyring.mcp-keyring'));
    record('activation-peer', await activate(peer));
  });
});

async function activate(id: string): Promise<number> {
  const extension = vscode.extensions.getExtension(id);
  if (!extension) {
    throw new Error(`${id} is not in this VS Code.`);
  }
  if (extension.isActive) {
    throw new Error(`${id} was active before it could be measured.`);
  }
  const began = performance.now();
  await extension.activate();
  return performance.now() - began;
}
