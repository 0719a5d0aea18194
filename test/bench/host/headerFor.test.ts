import * as vscode from 'vscode';
import type { Services } from '../../../src/services.ts';
import { addServer } from '../../vscode/harness/keyring.ts';
import { record } from './record.ts';

const rounds = 200;

describe('headerFor', function () {
  this.timeout(60_000);

  it('is measured on a warm credential beside a bare read of SecretStorage', async () => {
    const { credentialId } = await addServer({
      name: 'bench',
      url: 'https://bench.example/mcp',
      file: '.vscode/mcp.json',
      credential: { kind: 'signedJwt', secret: 'demo-shared-secret-that-protects-nothing', claims: { sub: 'bench' } },
    });
    const extension = vscode.extensions.getExtension<{ readonly services: Services }>('mcp-keyring.mcp-keyring');
    const { services } = (await extension?.activate()) ?? {};
    if (!services) {
      throw new Error('The extension shows its services to tests only.');
    }
    const { broker, context } = services;
    await broker.headerFor('https://bench.example/mcp', 'Authorization');
    // Each round measures both, so that whatever else the machine does happens to both.
    const mine: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await timed(() => context.secrets.get(`credential/${credentialId}`)));
      mine.push(await timed(() => broker.headerFor('https://bench.example/mcp', 'Authorization')));
    }
    record('headerFor', median(mine));
    record('headerFor-bare', median(bare));
  });
});

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
