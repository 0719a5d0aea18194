import assert from 'node:assert/strict';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../servers/httpMcpServer.ts';
import { signRolesToken, startRolesServer } from '../servers/rolesServer.ts';
import { anyTime } from './harness/anyTime.ts';
import { waitFor } from './harness/waitFor.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const secret = 'ui-shared-secret-that-protects-nothing';
const oldKey = 'ui-old-key-not-a-secret';
const newKey = 'ui-new-key-not-a-secret';
const file = '.vscode/mcp.json';
const config = '{\n  // The servers of this project.\n  "servers": {}\n}\n';

describe('A credential', () => {
  let workbench: Workbench;
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;
  let viewerToken: string;

  before(async () => {
    weather = await startApiKeyServer({ keys: [oldKey, newKey] });
    todos = await startRolesServer({ secret });
    viewerToken = await signRolesToken({ secret, role: 'viewer' });
    const claims = { iss: 'mcp-auth-server', sub: 'alice', role: 'admin', permissions: ['read:todos'] };
    workbench = await openWorkbench({
      files: { [file]: config },
      settings: { 'mcpKeyring.clearClipboardAfter': 4 },
      // The wizards take their answers as an argument.
      keybindings: [
        {
          key: 'ctrl+alt+shift+1',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'weather',
            url: weather.url,
            file,
            credential: { kind: 'apiKey', name: 'weather key', key: oldKey },
          },
        },
        {
          key: 'ctrl+alt+shift+2',
          command: 'mcpKeyring.addServer',
          args: {
            name: 'todos',
            url: todos.url,
            file,
            credential: { kind: 'signedJwt', name: 'admin', secret, claims },
          },
        },
      ],
    });
    await workbench.sideBar.show('MCP Keyring');
    await workbench.editor.open(file);
    await workbench.sideBar.isEmpty('Credentials');
    await workbench.page.keyboard.press('Control+Alt+Shift+Digit1');
    await waitFor('the first', async () => (await credential('weather key')) && true);
    await workbench.page.keyboard.press('Control+Alt+Shift+Digit2');
    await waitFor('the second', async () => (await credential('admin')) && true);
  });

  after(async () => {
    await workbench?.close();
    await weather?.close();
    await todos?.close();
  });

  afterEach(async () => {
    await workbench.dismissNotifications();
  });

  async function credential(name: string) {
    return (await workbench.sideBar.rows('Credentials')).find(({ label }) => label === name);
  }

  async function serverRows(): Promise<string[]> {
    return (await workbench.sideBar.rows('Servers')).map(
      ({ label, description }) => `${label}: ${anyTime(description)}`,
    );
  }

  /** Starts a server by the button of its row, and returns the values of a header that it has seen since. */
  async function startAndSee(server: HttpMcpServer, name: string, header: string): Promise<(string | undefined)[]> {
    server.requests.length = 0;
    await workbench.sideBar.clickAction('Servers', name, 'Start Server');
    await waitFor(
      'the tools',
      async () =>
        server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200) || undefined,
    );
    return [...new Set(headerValues(server, header))];
  }

  it('can be put into the keyring alone', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('MCP Keyring: Add Credential...');
    await quickInput.appears('What kind of credential');
    await quickInput.pick('Bearer token');
    await quickInput.appears('The token.');
    assert.ok(await quickInput.isPassword());
    // As it's copied from a client's log.
    await quickInput.answer(`Authorization: Bearer ${viewerToken}`);
    await quickInput.appears('A name for the credential');
    await quickInput.answer('viewer');
    const row = await waitFor('the row', () => credential('viewer'));
    assert.equal(anyTime(row.description), '# min left · viewer · JWT');
    assert.equal(anyTime(row.spoken), 'viewer, bearer token, # min left, viewer, JWT, ready, attached to no server');
  });

  it('is attached by a quick pick, and that switches the role', async () => {
    const before = workbench.read(file);
    await workbench.sideBar.contextMenu('Servers', 'todos', 'Attach Credential...');
    await workbench.quickInput.appears('Which credential may be sent to this server?');
    const items = await workbench.quickInput.items();
    assert.equal(items.find(({ focused }) => focused)?.label, 'admin');
    assert.equal(items.find(({ label }) => label === 'admin')?.description, 'signed JWT · in use');
    await workbench.screenshot('attach-dark');
    await workbench.quickInput.pick('viewer');
    await waitFor(
      'the header to follow',
      async () => (await serverRows()).includes('Authorization: # min left · viewer · JWT · viewer') || undefined,
    );
    assert.equal(workbench.read(file), before, 'the reference is the same, so the file is too');
    assert.deepEqual(await startAndSee(todos, 'todos', 'Authorization'), [`Bearer ${viewerToken}`]);
  });

  it('is renamed', async () => {
    const { quickInput, sideBar } = workbench;
    await sideBar.contextMenu('Credentials', 'viewer', 'Rename...');
    await quickInput.appears('The new name of “viewer”');
    assert.equal(await quickInput.value(), 'viewer');
    await quickInput.answer('admin');
    await waitFor('a refusal', async () => (await quickInput.isRefused()) || undefined);
    assert.equal(await quickInput.message(), 'There is a credential of this name already.');
    await quickInput.answer('todo viewer');
    await waitFor('the new name', async () => (await credential('todo viewer')) && true);
    assert.equal(await credential('viewer'), undefined);
  });

  it('is replaced by a new value, which the next start sends', async () => {
    const { quickInput, sideBar } = workbench;
    await sideBar.contextMenu('Credentials', 'weather key', 'Replace Token...');
    await quickInput.appears('The new value of “weather key”');
    assert.ok(await quickInput.isPassword());
    assert.equal(await quickInput.value(), '');
    await quickInput.answer('');
    await waitFor('a refusal', async () => (await quickInput.isRefused()) || undefined);
    await quickInput.answer(newKey);
    await quickInput.disappears();
    assert.deepEqual(await startAndSee(weather, 'weather', 'X-API-Key'), [newKey]);
  });

  it('is copied, and leaves the clipboard after a while', async () => {
    const clipboard = async () => String(await workbench.page.evaluate('navigator.clipboard.readText()'));
    await workbench.sideBar.contextMenu('Servers', 'X-API-Key', 'Copy Token');
    // At the same time: neither stays for long.
    await Promise.all([
      waitFor('the copy', async () => (await clipboard()) === newKey || undefined),
      waitFor(
        'the message',
        async () =>
          (await workbench.statusBar()).includes('Token copied. It leaves the clipboard in 4 seconds.') || undefined,
      ),
    ]);
    await waitFor('the clipboard to be cleared', async () => (await clipboard()) === '' || undefined);
  });

  it('is deleted after a question that names the servers that lose it', async () => {
    const { dialog, sideBar } = workbench;
    const before = workbench.read(file);
    await sideBar.contextMenu('Credentials', 'weather key', 'Delete...');
    const said = await dialog.read();
    await workbench.screenshot('delete-dark');
    assert.equal(said.message, 'Delete “weather key” from the keyring?');
    assert.equal(said.detail, 'These servers lose it: weather. This cannot be undone.');
    assert.deepEqual([...said.buttons].sort(), ['Cancel', 'Delete']);
    await dialog.choose('Cancel');
    assert.ok(await credential('weather key'));

    await workbench.toggleTheme();
    await sideBar.contextMenu('Credentials', 'weather key', 'Delete...');
    await dialog.read();
    await workbench.screenshot('delete-light');
    await dialog.choose('Delete');
    await waitFor('the row to go', async () => !(await credential('weather key')) || undefined);
    await waitFor(
      'the problem',
      async () => (await workbench.problems()).some(({ code }) => code === 'credential-missing') || undefined,
    );
    await waitFor(
      'the header to follow',
      async () => (await serverRows()).includes('X-API-Key: no credential') || undefined,
    );
    assert.equal(workbench.read(file), before);
  });

  it('stays when its server is removed after a question', async () => {
    const { dialog, sideBar } = workbench;
    const before = workbench.read(file);
    await sideBar.contextMenu('Servers', 'todos', 'Remove Server...');
    const said = await dialog.read();
    assert.equal(said.message, 'Remove the server “todos” from .vscode/mcp.json?');
    assert.match(said.detail, /^Its credentials stay in the keyring/);
    await workbench.screenshot('remove-light');
    await dialog.escape();
    assert.equal(workbench.read(file), before);

    await workbench.toggleTheme();
    await sideBar.contextMenu('Servers', 'todos', 'Remove Server...');
    await dialog.read();
    await workbench.screenshot('remove-dark');
    await dialog.choose('Remove Server');
    await waitFor(
      'the server to go',
      async () => !(await serverRows()).some(row => row.startsWith('todos')) || undefined,
    );
    // The view follows the editor, which is saved a moment later.
    const after = await waitFor('the file to be saved', async () => {
      const saved = workbench.read(file);
      return saved.includes('todos') ? undefined : saved;
    });
    assert.match(after, /\/\/ The servers of this project\./);
    await waitFor(
      'the credential to be detached',
      async () => (await credential('todo viewer'))?.spoken.endsWith(', attached to no server') || undefined,
    );
  });

  it('takes its key along when it is deleted, if asked to; the key can be rotated', async () => {
    const { dialog, quickInput, sideBar } = workbench;
    // It has the name of the key that was made with it.
    await sideBar.contextMenu('Credentials', 'admin', 'Rename...');
    await quickInput.appears('The new name of “admin”');
    await quickInput.answer('todo signer');
    await waitFor('the new name', async () => (await credential('todo signer')) && true);
    await sideBar.contextMenu('Credentials', 'admin', 'Rotate Signing Key...');
    const said = await dialog.read();
    await workbench.screenshot('rotate-dark');
    assert.equal(said.message, 'Rotate the signing key “admin”?');
    assert.match(said.detail, /These credentials get a token that is signed with the new one: todo signer\./);
    assert.deepEqual([...said.buttons].sort(), ['Cancel', 'Rotate']);
    await dialog.choose('Rotate');
    await waitFor(
      'word of it',
      async () =>
        (await workbench.notifications()).some(({ message }) => message.includes('has a new secret')) || undefined,
    );

    await sideBar.contextMenu('Credentials', 'todo signer', 'Delete...');
    const asked = await dialog.read();
    await workbench.screenshot('delete-with-key-dark');
    assert.match(asked.detail, /Nothing else uses its signing key “admin”/);
    await dialog.choose('Delete with Signing Key');
    await waitFor('both to go', async () => {
      const rows = await sideBar.rows('Credentials');
      return rows.some(({ label }) => label === 'admin' || label === 'todo signer') ? undefined : true;
    });
  });
});
