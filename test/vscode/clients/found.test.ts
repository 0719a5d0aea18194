import assert from 'node:assert/strict';
import { readFileSync, renameSync, statSync } from 'node:fs';
import * as vscode from 'vscode';
import { ConfigFiles } from '../../../src/platform/configFiles.ts';
import { userFolder } from '../../../src/platform/configLocations.ts';
import { storageFolder } from '../../../src/platform/storageFolder.ts';
import { WindowLocks } from '../../../src/platform/windowLocks.ts';
import { fileSnapshot, serverNames, services, uriOf } from '../harness/inside.ts';
import { codes, inWorkspace, until } from '../harness/keyring.ts';
import { homeUri, inHome, mcpServers, remove, untilServers, write } from './homeFiles.ts';

/** Each file of the table, and what its client writes for one server over HTTP. */
const homeFiles: readonly (readonly [path: string, text: (name: string) => string])[] = [
  ['.copilot/mcp-config.json', mcpServers],
  ['.claude.json', mcpServers],
  ['.config/Claude/claude_desktop_config.json', mcpServers],
  ['.cursor/mcp.json', mcpServers],
  ['.codeium/windsurf/mcp_config.json', name => mcpServers(name, `https://${name}.example.com/mcp`, 'serverUrl')],
  ['.gemini/settings.json', name => `// Mine\n${mcpServers(name, `https://${name}.example.com/mcp`, 'httpUrl')}`],
  ['.codex/config.toml', name => `model = "x"\n\n[mcp_servers.${name}]\nurl = "https://${name}.example.com/mcp"\n`],
];

const folderFiles: readonly (readonly [path: string, text: (name: string) => string])[] = [
  ['alpha/.cursor/mcp.json', mcpServers],
  ['alpha/.gemini/settings.json', name => mcpServers(name, `https://${name}.example.com/mcp`, 'httpUrl')],
  ['beta/.codex/config.toml', name => `[mcp_servers.${name}]\nurl = "https://${name}.example.com/mcp"\n`],
  ['alpha/.devcontainer/devcontainer.json', devContainer],
  ['alpha/.devcontainer.json', devContainer],
];

function devContainer(name: string): string {
  const servers = { [name]: { url: `https://${name}.example.com/mcp` } };
  return `// A container\n${JSON.stringify({ image: 'x', customizations: { vscode: { mcp: { servers } } } })}\n`;
}

describe('Files of other clients', () => {
  describe('in the home', () => {
    for (const [path, text] of homeFiles) {
      it(`${path}: a client that is installed while the window is open, its changes, its end`, async () => {
        const uri = homeUri(path);
        const { files } = await services();
        assert.ok(files.locationOf(uri), 'a place that is looked at');
        assert.equal(await serverNames(uri), undefined);
        write(inHome(path), text('one'));
        await untilServers(uri, ['one']);
        // As most programs write: a new file in the place of the old.
        write(inHome(`${path}.new`), text('two'));
        renameSync(inHome(`${path}.new`), inHome(path));
        await untilServers(uri, ['two']);
        remove(inHome(path));
        await untilServers(uri, undefined);
      });
    }

    // A busy machine begins to watch long after it was asked to, and tells nothing of what came before.
    it('are found where their folder came before anybody watched', async () => {
      const { context, settings, log } = await services();
      const { createFileSystemWatcher } = vscode.workspace;
      const never = () => ({ dispose: () => {} });
      const deaf = { onDidCreate: never, onDidChange: never, onDidDelete: never, dispose: () => {} };
      Object.assign(vscode.workspace, { createFileSystemWatcher: () => deaf });
      const files = new ConfigFiles(userFolder(context, storageFolder(context)), settings, log);
      try {
        let told = 0;
        files.onDidChange(() => told++);
        const found = async () => (await files.current()).some(({ uri }) => uri === homeUri('.cursor/mcp.json'));
        assert.equal(await found(), false);
        told = 0;
        write(inHome('.cursor/mcp.json'), mcpServers('early'));
        await until('a second look that finds it', async () => told > 0 && (await found()));
      } finally {
        Object.assign(vscode.workspace, { createFileSystemWatcher });
        files.dispose();
        remove(inHome('.cursor'));
      }
    });

    it('are offered as targets once their client is there', async () => {
      const { files } = await services();
      const offered = async () => (await files.offered()).map(({ key }) => key);
      remove(inHome('.codeium'));
      assert.equal((await offered()).includes(homeUri('.codeium/windsurf/mcp_config.json')), false);
      write(inHome('.codeium/windsurf/memories/x.md'), '');
      assert.equal((await offered()).includes(homeUri('.codeium/windsurf/mcp_config.json')), true);
      remove(inHome('.codeium'));
    });

    it("are files of this machine where the desktop has a scheme of its own for the user's", async () => {
      const { context, files } = await services();
      const globalStorageUri = context.globalStorageUri.with({ scheme: 'vscode-userdata' });
      const storage = storageFolder({ globalStorageUri }, vscode.UIKind.Desktop);
      assert.equal(storage.toString(), context.globalStorageUri.toString());
      const { uri } = userFolder(context, storage);
      assert.ok(files.locationOf(vscode.Uri.joinPath(uri, 'mcp.json').toString()));
      // Other windows see that the lock is held, which they don't where it isn't a file.
      const held = new WindowLocks(storage).run('desktop', 5000, async lock => {
        assert.ok(lock);
        return new WindowLocks(storage).run('desktop', 100, async other => other);
      });
      assert.equal(await held, undefined);
      // In a browser it is none of this machine's.
      assert.equal(storageFolder({ globalStorageUri }, vscode.UIKind.Web), globalStorageUri);
    });

    it('hold servers of Claude Code for every folder, and for the open folders alone', async () => {
      const file = inHome('.claude.json');
      const server = (name: string) => ({ mcpServers: { [name]: { url: `https://${name}.example.com/mcp` } } });
      const secret = { Authorization: 'Bearer 3fK9aQ7xZ1vB5nM8cR2tY6uW4eP0sD' };
      const projects = {
        [inWorkspace('alpha')]: { mcpServers: { mine: { url: 'https://mine.example.com/mcp', headers: secret } } },
        '/somewhere/else': server('theirs'),
      };
      write(file, JSON.stringify({ ...server('everywhere'), projects, numStartups: 5 }));
      const part = (folder: string) =>
        vscode.Uri.file(file)
          .with({ fragment: inWorkspace(folder) })
          .toString();
      await untilServers(homeUri('.claude.json'), ['everywhere']);
      await untilServers(part('alpha'), ['mine']);
      await untilServers(part('beta'), []);
      // The secret is told of once, though it stands in a text that is looked at three times.
      await until('its problem', () => codes(homeUri('.claude.json')).includes('secret-in-file'));
      assert.deepEqual(codes(homeUri('.claude.json')), ['secret-in-file']);
      const { exposed } = (await fileSnapshot(homeUri('.claude.json'))) ?? {};
      assert.deepEqual(exposed, []);
      remove(file);
      await untilServers(part('alpha'), undefined);
    });

    it('are changed by nothing that only looks', async () => {
      for (const [path, text] of homeFiles) {
        write(inHome(path), text('kept'));
        await untilServers(homeUri(path), ['kept']);
      }
      const before = homeFiles.map(([path]) => [readFileSync(inHome(path), 'utf8'), statSync(inHome(path)).mtimeMs]);
      const { files, inventory } = await services();
      files.refresh();
      inventory.invalidate();
      await files.readAll();
      await files.readAllFromDisk();
      assert.deepEqual(
        homeFiles.map(([path]) => [readFileSync(inHome(path), 'utf8'), statSync(inHome(path)).mtimeMs]),
        before,
      );
      for (const [path] of homeFiles) {
        remove(inHome(path));
      }
    });
  });

  describe('in a folder', () => {
    for (const [path, text] of folderFiles) {
      it(`${path}: made, changed and removed`, async () => {
        const uri = uriOf(path);
        write(inWorkspace(path), text('one'));
        await untilServers(uri, ['one']);
        write(inWorkspace(path), text('two'));
        await untilServers(uri, ['two']);
        remove(inWorkspace(path));
        await untilServers(uri, undefined);
      });
    }
  });

  it('have findings and hovers in their editors, whatever language VS Code takes them for', async () => {
    const path = inHome('.codex/config.toml');
    write(
      path,
      '[mcp_servers.todos]\nurl = "https://todos.example.com/mcp"\nhttp_headers = { X-API-Key = "k7Qw9eR2tY5uI8oP1aS4dF6g" }\n',
    );
    await until('a problem in TOML', () => codes(homeUri('.codex/config.toml')).includes('secret-in-file'));
    const document = await vscode.workspace.openTextDocument(path);
    await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('X-API-Key') + 2);
    const hovers = await until('a hover in TOML', async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      return found.length > 0 ? found : undefined;
    });
    const text = hovers
      .flatMap(({ contents }) => contents.map(each => (each as vscode.MarkdownString).value))
      .join('\n');
    assert.match(text, /in plain text/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    remove(path);
  });
});
