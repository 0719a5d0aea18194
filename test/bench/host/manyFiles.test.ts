import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { ConfigSource } from '../../../src/core/inventory/types.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { services } from '../../vscode/harness/inside.ts';
import { until } from '../../vscode/harness/keyring.ts';
import { testEnvironment } from '../../vscode/harness/testEnvironment.ts';
import { record } from './record.ts';

const fileCount = 1000;
const serversPerFile = 10;
const rounds = 15;

/** A thousand files with ten thousand servers: what it costs to know them, to hear of a change, and to show it. */
describe('a thousand config files', function () {
  this.timeout(120_000);
  const folder = join(testEnvironment().home, 'many');
  const pathOf = (index: number) => join(folder, `${index % 50}`, `${index}.json`);

  before(async () => {
    for (let index = 0; index < fileCount; index++) {
      mkdirSync(join(pathOf(index), '..'), { recursive: true });
      writeFileSync(pathOf(index), config(index));
    }
    const settings = vscode.workspace.getConfiguration('mcpKeyring');
    const paths = Array.from({ length: fileCount }, (_, index) => pathOf(index));
    await settings.update('extraConfigFiles', paths, vscode.ConfigurationTarget.Global);
    const { inventory } = await services();
    await until('all files', () => inventory.snapshot.files.length >= fileCount, 60);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are read and understood beside their bare reading and parsing', async () => {
    const { files, inventory } = await services();
    for (let round = 0; round < rounds; round++) {
      record(
        'files-start-bare',
        await timed(() =>
          Promise.all(
            Array.from({ length: fileCount }, async (_, index) =>
              parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(pathOf(index))))),
            ),
          ),
        ),
      );
      await inventory.setFiles([]);
      record('files-start', await timed(async () => inventory.setFiles(await files.readAll())));
    }
  });

  it('are heard of beside a bare watcher of one file', async () => {
    const { inventory } = await services();
    for (let round = 0; round < rounds; round++) {
      const path = pathOf(round * 7);
      const uri = vscode.Uri.file(path).toString();
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(join(path, '..')), `${round * 7}.json`),
      );
      const heard = new Promise<number>(resolve => watcher.onDidChange(() => resolve(performance.now())));
      const known = new Promise<number>(resolve => {
        const subscription = inventory.onDidChange(({ files }) => {
          if (files.some(({ source, servers }) => source.uri === uri && servers[0]?.parsed.name === `new-${round}`)) {
            subscription.dispose();
            resolve(performance.now());
          }
        });
      });
      const began = performance.now();
      writeFileSync(path, config(round * 7, `new-${round}`));
      record('files-heard-bare', (await heard) - began);
      record('files-heard', (await known) - began);
      watcher.dispose();
    }
  });

  it('are shown anew beside drawing all rows once', async () => {
    const { inventory, files } = await services();
    const tree = new ServersTree(await services());
    const sources = await files.readAll();
    await inventory.setFiles(sources);
    const draw = () => {
      const below = (node?: Parameters<typeof tree.getChildren>[0]): void => {
        for (const child of tree.getChildren(node)) {
          tree.getTreeItem(child);
          below(child);
        }
      };
      below();
    };
    draw();
    for (let round = 0; round < rounds; round++) {
      record('tree-drawn', await timed(async () => draw()));
      const uri = vscode.Uri.file(pathOf(round * 5)).toString();
      const changed = sources.map(source =>
        source.uri === uri ? withText(source, config(round * 5, `x-${round}`)) : source,
      );
      record('tree-one', await timed(() => inventory.setFiles(changed)));
      record('tree-all', await timed(async () => inventory.invalidate()));
    }
    tree.dispose();
  });
});

function config(index: number, first = `server-${index}-0`): string {
  const servers = Array.from({ length: serversPerFile }, (_, server) => [
    server === 0 ? first : `server-${index}-${server}`,
    {
      type: 'http',
      url: `https://server-${index}-${server}.example.com/mcp`,
      headers: { 'X-API-Key': '${API_KEY}' },
    },
  ]);
  return JSON.stringify({ mcpServers: Object.fromEntries(servers) }, undefined, 2);
}

function withText(source: ConfigSource, text: string): ConfigSource {
  return { ...source, content: { state: 'text', text } };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
