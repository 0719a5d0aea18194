import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import * as vscode from 'vscode';
import { formats } from '../../../src/core/config/formats.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { logText, services } from '../harness/inside.ts';
import { until } from '../harness/keyring.ts';
import { homeUri, inHome, mcpServers, remove, write } from './homeFiles.ts';

const path = '.cursor/mcp.json';

// What is in the way of a file is a state of its line in the view. Nothing is shown on the screen for it.
describe('The line of a file in the home', () => {
  let tree: ServersTree;

  before(async () => {
    tree = new ServersTree(await services());
  });

  beforeEach(() => remove(inHome('.cursor')));

  after(() => {
    tree.dispose();
    remove(inHome('.cursor'));
  });

  function line(uri: string): vscode.TreeItem | undefined {
    const node = tree.getChildren().find(child => child.kind === 'file' && child.file === uri);
    return node && tree.getTreeItem(node);
  }

  it('names the client and where the file is', async () => {
    write(inHome(path), mcpServers('one'));
    const item = await until('a line', () => line(homeUri(path)));
    await until('no trouble', () => line(homeUri(path))?.description === '~/.cursor/mcp.json');
    assert.equal(item.label, 'Cursor');
    assert.equal(item.description, '~/.cursor/mcp.json');
    assert.equal(item.tooltip, inHome(path));
    assert.equal(item.accessibilityInformation?.label, 'Cursor, ~/.cursor/mcp.json');
  });

  const troubles: readonly (readonly [what: string, make: () => void, state: string, remedy: RegExp])[] = [
    ['a folder', () => mkdirSync(inHome(path), { recursive: true }), 'a folder, not a file', /Move the folder away/],
    [
      'a link to nothing',
      () => {
        mkdirSync(inHome('.cursor'), { recursive: true });
        symlinkSync(inHome('nowhere.json'), inHome(path));
      },
      'a link to a file that is not there',
      /remove the link/,
    ],
    [
      'a pipe that nobody writes into',
      () => {
        mkdirSync(inHome('.cursor'), { recursive: true });
        execFileSync('mkfifo', [inHome(path)]);
      },
      'not a regular file',
      /Move it away/,
    ],
    [
      'other text than UTF-8',
      () => write(inHome(path), Buffer.from('{ "ä": 1 }', 'latin1')),
      'not UTF-8 text',
      /UTF-8/,
    ],
    ['too much', () => write(inHome(path), Buffer.alloc(21 * 1024 * 1024, ' ')), 'too large', /20 MB/],
    ['a syntax error', () => write(inHome(path), '{ "mcpServers": {'), 'not well-formed JSON', /correct/],
  ];
  for (const [what, make, state, remedy] of troubles) {
    it(`says what is wrong and what to do where it is ${what}`, async () => {
      make();
      const item = await until('the line that says so', () => {
        const found = line(homeUri(path));
        return found?.description === `${state} · ~/.cursor/mcp.json` ? found : undefined;
      });
      assert.match(String(item.tooltip), remedy);
      assert.match(String(item.accessibilityInformation?.label), remedy);
      assert.deepEqual(item.iconPath, new vscode.ThemeIcon('warning'));
    });
  }

  it('says which syntax is broken in TOML', async () => {
    write(inHome('.codex/config.toml'), '[mcp_servers.x\nurl = 5');
    const item = await until('a line', () => line(homeUri('.codex/config.toml')));
    assert.equal(item.description, 'not well-formed TOML · ~/.codex/config.toml');
    remove(inHome('.codex'));
  });

  it('is a state too where the file may not be read', async () => {
    const denied: vscode.FileSystemProvider = {
      onDidChangeFile: () => new vscode.Disposable(() => {}),
      watch: () => new vscode.Disposable(() => {}),
      stat: uri => {
        throw vscode.FileSystemError.NoPermissions(uri);
      },
      readFile: uri => {
        throw vscode.FileSystemError.NoPermissions(uri);
      },
      readDirectory: () => [],
      createDirectory: () => {},
      writeFile: () => {},
      delete: () => {},
      rename: () => {},
    };
    const provider = vscode.workspace.registerFileSystemProvider('denied', denied);
    const uri = vscode.Uri.parse('denied:/home/.cursor/mcp.json');
    const { files } = await services();
    const source = await files.read({ key: uri.toString(), uri, format: formats.cursor, level: 'user' });
    assert.deepEqual(source?.content, { state: 'unreadable', reason: 'no-permission' });
    provider.dispose();
  });

  it('is gone where a file stands in the place of its folder', async () => {
    write(inHome('.cursor'), 'no folder');
    const { files } = await services();
    files.refresh();
    await until('no line', () => line(homeUri(path)) === undefined);
  });

  it('never was an unexpected error', () => {
    assert.deepEqual(
      logText()
        .split('\n')
        .filter(text => text.includes('[error]') && !text.includes('config-file-unreadable')),
      [],
    );
  });
});
