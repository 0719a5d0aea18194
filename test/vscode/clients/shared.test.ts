import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { services, uriOf } from '../harness/inside.ts';
import { inWorkspace, until } from '../harness/keyring.ts';
import { homeUri, inHome, mcpServers, remove, untilServers, write } from './homeFiles.ts';

const url = 'https://todos.example.com/mcp';

describe('A server that stands in several files', () => {
  let tree: ServersTree;

  before(async () => {
    tree = new ServersTree(await services());
    write(inWorkspace('alpha/.mcp.json'), mcpServers('todos', url));
    write(inHome('.cursor/mcp.json'), mcpServers('todo-list', 'https://TODOS.example.com:443/mcp'));
    write(
      inHome('.gemini/settings.json'),
      JSON.stringify({ mcpServers: { todos: { httpUrl: url, headers: { 'X-API-Key': '$TODOS_KEY' } } } }),
    );
    await untilServers(uriOf('alpha/.mcp.json'), ['todos']);
    await untilServers(homeUri('.cursor/mcp.json'), ['todo-list']);
    await untilServers(homeUri('.gemini/settings.json'), ['todos']);
  });

  after(() => {
    tree.dispose();
    remove(inWorkspace('alpha/.mcp.json'));
    remove(inHome('.cursor'));
    remove(inHome('.gemini'));
  });

  function serverLine(file: string): vscode.TreeItem {
    const node = tree.getChildren().find(child => child.kind === 'file' && child.file === file);
    const [server] = node ? tree.getChildren(node) : [];
    assert.ok(server);
    return tree.getTreeItem(server);
  }

  it('says so in the view, however it is called and written there', () => {
    const item = serverLine(homeUri('.cursor/mcp.json'));
    assert.match(String(item.description), /^in 3 files · https:/);
    assert.match(String(item.tooltip), /alpha\/\.mcp\.json\nGemini CLI \(~\/\.gemini\/settings\.json\)$/);
    assert.match(
      String(item.accessibilityInformation?.label),
      /, also in alpha\/\.mcp\.json, Gemini CLI \(~\/\.gemini\/settings\.json\)$/,
    );
  });

  it('says it in the hover of its header', async () => {
    const document = await vscode.workspace.openTextDocument(inHome('.gemini/settings.json'));
    const at = document.positionAt(document.getText().indexOf('X-API-Key') + 2);
    const text = await until('a hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      return hovers.flatMap(({ contents }) => contents.map(each => (each as vscode.MarkdownString).value)).join('\n');
    });
    assert.match(text, /The same server stands also in alpha.*Cursor/);
  });

  it('no longer says so when it is in one alone', async () => {
    remove(inWorkspace('alpha/.mcp.json'));
    remove(inHome('.gemini/settings.json'));
    await until('the other words', () => !/files/.test(String(serverLine(homeUri('.cursor/mcp.json')).description)));
  });
});
