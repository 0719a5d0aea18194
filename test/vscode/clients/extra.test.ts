import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { fileSnapshot, services, uriOf } from '../harness/inside.ts';
import { inWorkspace, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { homeUri, inHome, mcpServers, remove, untilServers, write } from './homeFiles.ts';

async function setExtra(value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('mcpKeyring');
  await settings.update('extraConfigFiles', value, vscode.ConfigurationTarget.Global);
}

describe('Further config files by setting', () => {
  const messages = new Messages();

  before(() => messages.catch());

  after(async () => {
    messages.release();
    await setExtra(undefined);
  });

  it('are found in the home and in each folder, live', async () => {
    await setExtra(['~/agents/own.json', { path: '${workspaceFolder}/tools/servers.json', format: 'vscode' }]);
    write(inHome('agents/own.json'), mcpServers('own'));
    await untilServers(homeUri('agents/own.json'), ['own']);
    write(
      inWorkspace('beta/tools/servers.json'),
      '{ "servers": { "tool": { "url": "https://tool.example.com/mcp" } } }',
    );
    await untilServers(uriOf('beta/tools/servers.json'), ['tool']);
    write(inHome('agents/own.json'), mcpServers('renamed'));
    await untilServers(homeUri('agents/own.json'), ['renamed']);
  });

  it('are no files that VS Code would resolve an input for', async () => {
    const snapshot = await fileSnapshot(uriOf('beta/tools/servers.json'));
    assert.deepEqual(snapshot?.source.format.indirections, ['envColon']);
    const { files } = await services();
    assert.equal(files.locationOf(uriOf('beta/tools/servers.json'))?.inputScope, undefined);
  });

  it('hide no file that VS Code reads, whatever they say of it', async () => {
    const path = 'beta/.vscode/mcp.json';
    const { files } = await services();
    const own = files.locations.find(({ level, inputScope }) => level === 'user' && inputScope === 'user');
    assert.ok(own);
    await setExtra([
      '~/agents/own.json',
      { path: '${workspaceFolder}/tools/servers.json', format: 'vscode' },
      { path: '${workspaceFolder}/.vscode/mcp.json', format: 'cursor' },
      { path: '${workspaceFolder}/tools/../.mcp.json', format: 'cursor' },
      { path: own.uri.path, format: 'cursor' },
      '~/last.json',
    ]);
    await until('all of them', () => files.locations.some(({ key }) => key === homeUri('last.json')));
    const known = (uri: string) => {
      const { format, inputScope } = files.locationOf(uri) ?? {};
      return [format?.id, inputScope];
    };
    assert.deepEqual(known(uriOf(path)), ['vscode', 'workspace']);
    assert.deepEqual(known(uriOf('beta/.mcp.json')), ['dotMcp', 'workspace']);
    assert.deepEqual(known(own.key), [own.format.id, 'user']);
  });

  it('say in the view where they come from', async () => {
    const tree = new ServersTree(await services());
    const node = tree.getChildren().find(child => child.kind === 'file' && child.file === homeUri('agents/own.json'));
    const item = node && tree.getTreeItem(node);
    assert.deepEqual([item?.label, item?.description], ['~/agents/own.json', 'from your settings']);
    tree.dispose();
  });

  it('are gone when the setting is', async () => {
    await setExtra(undefined);
    await untilServers(homeUri('agents/own.json'), undefined);
    await untilServers(uriOf('beta/tools/servers.json'), undefined);
    remove(inHome('agents'));
    remove(inWorkspace('beta/tools'));
  });

  it('that are none are told of, each once, by what was written', async () => {
    messages.shown.length = 0;
    const wrong = [5, 'relative/mcp.json', '${env:HOME}/mcp.json', { path: '~/x.json', format: 'notepad' }];
    await setExtra(wrong);
    await until('four messages', () => messages.shown.length >= 4);
    await setExtra([...wrong, '~/fine.json']);
    assert.deepEqual(
      messages.shown.map(({ text }) => /“[^”]*”|Entry \d/.exec(text)?.[0]),
      ['Entry 1', '“relative/mcp.json”', '“${env:HOME}/mcp.json”', '“notepad”'],
    );
    assert.ok(messages.shown.every(({ kind, buttons }) => kind === 'warning' && buttons[0] === 'Open Settings'));
  });
});
