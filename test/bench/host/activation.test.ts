import * as vscode from 'vscode';
import { benchStart, record } from './record.ts';

const ours = 'mcp-keyring.mcp-keyring';
/** A built-in extension of the same trade: it keeps sign-ins in SecretStorage too. */
const peer = 'vscode.microsoft-authentication';

describe('activation', () => {
  it('is measured beside that of a built-in extension', async () => {
    // The first extension of a host pays for what all of them use (storage, its folders): neither of the two does.
    await vscode.extensions.getExtension('vscode.npm')?.activate();
    for (const id of benchStart() % 2 === 0 ? [ours, peer] : [peer, ours]) {
      record(id === ours ? 'activation' : 'activation-peer', await activate(id));
    }
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
