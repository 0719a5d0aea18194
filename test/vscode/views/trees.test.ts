import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { CredentialsTree } from '../../../src/features/credentials/tree.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, until } from '../harness/keyring.ts';

const file = uriOf('alpha/.vscode/mcp.json');

function outline<T>(tree: vscode.TreeDataProvider<T>, item: (node: T) => vscode.TreeItem, node?: T): unknown[] {
  const children = (tree.getChildren(node) ?? []) as T[];
  return children.map(child => {
    const { label, description } = item(child);
    const line = [label, description].filter(Boolean).join(' | ');
    const below = outline(tree, item, child);
    return below.length > 0 ? [line, ...below] : line;
  });
}

function iconOf(item: vscode.TreeItem): string {
  return item.iconPath instanceof vscode.ThemeIcon ? item.iconPath.id : '';
}

// What the two views show, built on the services of the running extension.
describe('The views', () => {
  let servers: ServersTree;
  let credentials: CredentialsTree;

  before(async () => {
    const inside = await services();
    servers = new ServersTree(inside);
    credentials = new CredentialsTree(inside);
    await addServer({
      name: 'todos',
      url: 'https://todos.example.com/mcp',
      file: 'alpha/.vscode/mcp.json',
      delivery: 'reference',
      credential: {
        kind: 'signedJwt',
        name: 'todos admin',
        secret: 'demo-shared-secret-that-protects-nothing',
        claims: { sub: 'alice', role: 'admin' },
      },
    });
    await headerSnapshot(file, 'todos');
  });

  after(() => {
    servers.dispose();
    credentials.dispose();
  });

  function serverItems(): Map<string, vscode.TreeItem> {
    const items = new Map<string, vscode.TreeItem>();
    for (const fileNode of servers.getChildren()) {
      for (const node of servers.getChildren(fileNode)) {
        const item = servers.getTreeItem(node);
        items.set(String(item.label), item);
        for (const header of servers.getChildren(node)) {
          const headerItem = servers.getTreeItem(header);
          items.set(`${item.label}/${headerItem.label}`, headerItem);
        }
      }
    }
    return items;
  }

  it('say of every server what there is to know', () => {
    const lines = outline(servers, node => servers.getTreeItem(node));
    assert.deepEqual(lines[0], [
      'alpha/.vscode/mcp.json',
      ['weather | https://weather.example.com/mcp', 'X-API-Key | in plain text'],
      'open | https://open.example.com/mcp',
      'files | stdio',
      ['todos | https://todos.example.com/mcp', 'Authorization | 59 min left · admin · JWT · todos admin'],
    ]);
    assert.deepEqual(lines[1], ['alpha/.mcp.json', 'shared | https://shared.example.com/mcp']);
  });

  it('say it by icons, in words and to screen readers', () => {
    const items = serverItems();
    const weather = items.get('weather/X-API-Key');
    const todos = items.get('todos/Authorization');
    assert.ok(weather && todos);
    assert.equal(iconOf(weather), 'unlock');
    assert.equal(iconOf(todos), 'pass');
    assert.match(weather.accessibilityInformation?.label ?? '', /^Header X-API-Key of server weather, in plain text$/);
    assert.match(todos.accessibilityInformation?.label ?? '', /, 59 min left, admin, JWT, todos admin, ready$/);
    assert.equal(items.get('files')?.contextValue, 'server.stdio.inVscode');
    assert.equal(items.get('open')?.contextValue, 'server.http.inVscode');
    assert.equal(items.get('weather')?.contextValue, 'server.http.authenticated.inVscode');
    assert.match(String(weather.contextValue), /^header\.literal\..*movable/);
    assert.match(String(todos.contextValue), /^header\.keyring\..*renewable/);
    for (const [name, item] of items) {
      assert.ok(item.accessibilityInformation?.label, name);
      assert.ok(iconOf(item), name);
      assert.ok(item.id, name);
    }
    assert.equal(new Set([...items.values()].map(item => item.id)).size, items.size);
  });

  it('list credentials with what they are attached to, and signing keys', () => {
    const lines = outline(credentials, node => credentials.getTreeItem(node));
    assert.deepEqual(lines, [
      ['mine | API key', 'https://mine.example.com/mcp | X-API-Key'],
      ['todos admin | 59 min left · admin · JWT', 'https://todos.example.com/mcp | Authorization'],
      'todos admin | HMAC secret · signing key of one credential',
    ]);
  });

  it('show no secret in anything', async () => {
    const { inventory } = await services();
    const token = (await headerSnapshot(file, 'todos')).credentialId;
    assert.ok(token);
    const all = [
      ...serverItems().values(),
      ...credentials
        .getChildren()
        .flatMap(node => [
          credentials.getTreeItem(node),
          ...credentials.getChildren(node).map(child => credentials.getTreeItem(child)),
        ]),
    ];
    const text = JSON.stringify(all.map(item => ({ ...item, tooltip: tooltipOf(item) })));
    assert.match(text, /alice/);
    assert.doesNotMatch(text, /demo-key|demo-shared-secret|eyJ/);
    assert.doesNotMatch(JSON.stringify(inventory.snapshot.credentials), /demo-key|demo-shared|eyJ/);
  });

  it('draw foreign names as text', async () => {
    const name = '$(alert) [x](command:evil) **b**\u202e';
    await addServer({
      name,
      url: 'https://names.example.com/mcp',
      file: 'alpha/.mcp.json',
      credential: { kind: 'apiKey', name: '$(bug) <img src=x>', key: 'demo-key-not-a-secret' },
    });
    await until('the server', () => [...serverItems().keys()].some(key => key.includes('command:evil')));
    const items = [...serverItems().entries()].filter(([key]) => key.includes('command:evil'));
    assert.equal(items.length, 2);
    for (const [, item] of items) {
      assert.doesNotMatch(String(item.label) + item.accessibilityInformation?.label, /\u202e/);
    }
    const tooltip = tooltipOf(items[1]?.[1]);
    assert.match(tooltip, /\\\$\\\(bug\\\) \\<img src\\=x\\>/);
  });

  function tooltipOf(item: vscode.TreeItem | undefined): string {
    const tooltip = item?.tooltip;
    return tooltip instanceof vscode.MarkdownString ? tooltip.value : (tooltip ?? '');
  }
});
