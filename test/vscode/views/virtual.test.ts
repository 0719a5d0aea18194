import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { fileSnapshot, forgetAll, services } from '../harness/inside.ts';
import { codes, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { freshJwt } from '../harness/tokens.ts';

const root = vscode.Uri.parse('memory:/project');
const config = vscode.Uri.joinPath(root, '.vscode/mcp.json');
const file = config.toString();

/** Files that are in no file system of this computer, as those of a repository that is browsed without a clone. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly #files = new Map<string, { bytes: Uint8Array; mtime: number }>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  watch(): vscode.Disposable {
    return { dispose: () => {} };
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const found = this.#files.get(uri.path);
    if (found) {
      return { type: vscode.FileType.File, ctime: 0, mtime: found.mtime, size: found.bytes.length };
    }
    if ([...this.#files.keys()].some(path => path.startsWith(`${uri.path}/`))) {
      return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    const below = [...this.#files.keys()].filter(path => path.startsWith(`${uri.path}/`));
    return [...new Set(below.map(path => path.slice(uri.path.length + 1).split('/')[0] ?? ''))].map(name => [
      name,
      below.includes(`${uri.path}/${name}`) ? vscode.FileType.File : vscode.FileType.Directory,
    ]);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const found = this.#files.get(uri.path);
    if (!found) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return found.bytes;
  }

  writeFile(uri: vscode.Uri, bytes: Uint8Array): void {
    const type = this.#files.has(uri.path) ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created;
    this.#files.set(uri.path, { bytes: Uint8Array.from(bytes), mtime: (this.#files.get(uri.path)?.mtime ?? 0) + 1 });
    this.#changed.fire([{ type, uri }]);
  }

  text(uri: vscode.Uri): string {
    return new TextDecoder().decode(this.readFile(uri));
  }

  createDirectory(): void {}
  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

describe('A virtual workspace', () => {
  const files = new MemoryFiles();
  const messages = new Messages();
  const token = freshJwt({ role: 'admin' });
  const original = `{\n  // Browsed, not cloned.\n  "servers": {\n    "todos": {\n      "type": "http",\n      "url": "https://todos.example.com/mcp",\n      "headers": { "Authorization": "Bearer ${token}" }\n    }\n  }\n}\n`;
  let registration: vscode.Disposable;

  before(async () => {
    await forgetAll();
    files.writeFile(config, new TextEncoder().encode(original));
    registration = vscode.workspace.registerFileSystemProvider('memory', files, { isCaseSensitive: true });
    const count = vscode.workspace.workspaceFolders?.length ?? 0;
    assert.ok(vscode.workspace.updateWorkspaceFolders(count, 0, { uri: root, name: 'memory' }));
    await until('its servers', async () => (await fileSnapshot(file))?.servers.length === 1);
    messages.catch();
  });

  after(async () => {
    messages.release();
    const index = vscode.workspace.workspaceFolders?.findIndex(({ uri }) => uri.scheme === 'memory') ?? -1;
    vscode.workspace.updateWorkspaceFolders(index, 1);
    await until('the folder to be gone', () =>
      vscode.workspace.workspaceFolders?.every(({ uri }) => uri.scheme !== 'memory'),
    );
    registration.dispose();
    await forgetAll();
  });

  it('is listed', async () => {
    const tree = new ServersTree(await services());
    const node = tree.getChildren().find(candidate => candidate.kind === 'file' && candidate.file === file);
    assert.deepEqual(
      tree.getChildren(node).map(server => tree.getTreeItem(server).label),
      ['todos'],
    );
    tree.dispose();
  });

  it('has hovers and problems', async () => {
    const document = await vscode.workspace.openTextDocument(config);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      config,
      document.positionAt(document.getText().indexOf(token) + 20),
    );
    const text = hovers.flatMap(({ contents }) => contents.map(part => (typeof part === 'string' ? part : part.value)));
    assert.match(text.join('\n'), /\| role \| admin \|/);
    await until('the secret among the problems', () => codes(file).includes('secret-in-file'));
  });

  it('is edited: a secret moves into the keyring, one undo brings the text back', async () => {
    await run('mcpKeyring.servers.moveToKeyring', { file, server: 'todos', header: 'Authorization' });
    assert.match(files.text(config), /\/\/ Browsed, not cloned\./);
    assert.match(files.text(config), /"Authorization": "Bearer \$\{input:mcp-keyring\.todos\.[0-9a-f]{8}\}"/);
    assert.ok(!files.text(config).includes(token));
    const editor = await vscode.window.showTextDocument(config);
    await vscode.commands.executeCommand('undo');
    assert.equal(editor.document.getText(), original);
    await vscode.commands.executeCommand('redo');
    await editor.document.save();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('hands out what its references stand for, and nothing that lies', async () => {
    const [, id = ''] = /\{input:(mcp-keyring[^}]+)\}/.exec(files.text(config)) ?? [];
    assert.equal(await run('mcpKeyring.resolveHeader', id), token);
    const honest = files.text(config);
    files.writeFile(config, new TextEncoder().encode(honest.replace('todos.example.com', 'evil.example.com')));
    await assert.rejects(async () => run('mcpKeyring.resolveHeader', id), /no credential was handed out/);
    files.writeFile(config, new TextEncoder().encode(honest));
  });

  it('says of git nothing, since none is asked', async () => {
    assert.ok(!messages.shown.some(({ text }) => /Git/.test(text)));
    assert.deepEqual(
      messages.shown.filter(({ kind }) => kind === 'error').map(({ text }) => text),
      [messages.shown.find(({ kind }) => kind === 'error')?.text],
    );
  });
});
