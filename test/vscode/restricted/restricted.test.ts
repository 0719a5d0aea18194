import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { ServerProvider } from '../../../src/features/provided/provider.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { TokenDetailsPanels } from '../../../src/features/tokenDetails/panels.ts';
import { type CommandId, commandIds } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { startRolesServer } from '../../servers/rolesServer.ts';
import { headerSnapshot, serverNames, services, uriOf } from '../harness/inside.ts';
import { codes, inWorkspace, pause, readText, until } from '../harness/keyring.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';
import { freshJwt } from '../harness/tokens.ts';
import { FakePanel } from '../tokenDetails/fakePanel.ts';

const file = uriOf('.vscode/mcp.json');
const reference = 'mcp-keyring.todos.0123abcd';
const key = 'literal-key-of-this-file-0123456789';

// Design section 5, rule 3: in Restricted Mode there is listing and decoding, and nothing else.
describe('Restricted Mode', function () {
  this.timeout(60_000);
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;
  let text: string;
  /** What SecretStorage was asked, and for what. */
  let secretUses: string[] = [];

  before(async () => {
    const { context } = await services();
    for (const name of ['get', 'keys', 'store', 'delete'] as const) {
      const original = context.secrets[name] as (...args: unknown[]) => Thenable<unknown>;
      Object.assign(context.secrets, {
        [name]: (...args: unknown[]) => {
          secretUses.push(`${name} ${args[0] ?? ''}`);
          return original.apply(context.secrets, args);
        },
      });
    }
    assert.equal(vscode.workspace.isTrusted, false, 'the window is in Restricted Mode');
    weather = await startApiKeyServer({ keys: [key] });
    todos = await startRolesServer({ secret: 'demo-shared-secret-that-protects-nothing' });
    text = `{
  // Opened without trust: nothing of this may be used.
  "servers": {
    "weather": { "type": "http", "url": "${weather.url}", "headers": { "X-API-Key": "${key}" } },
    "jwt": { "type": "http", "url": "${weather.origin}/jwt", "headers": { "Authorization": "Bearer ${freshJwt({ role: 'admin' })}" } },
    "todos": { "type": "http", "url": "${todos.url}", "headers": { "Authorization": "Bearer \${input:${reference}}" } }
  },
  "inputs": [{ "id": "${reference}", "type": "command", "command": "mcpKeyring.resolveHeader", "args": "${reference}" }]
}
`;
    writeFileSync(inWorkspace('.vscode/mcp.json'), text);
    await headerSnapshot(file, 'todos');
  });

  after(async () => {
    await weather?.close();
    await todos?.close();
  });

  /** Nothing was asked, read or written. */
  async function assertUntouched(): Promise<void> {
    assert.deepEqual(
      [...weather.requests, ...todos.requests].map(request => request.path),
      [],
    );
    const { vault, inventory } = await services();
    assert.deepEqual(secretUses, [], 'SecretStorage is not touched');
    assert.equal(vault.loaded, false);
    assert.equal(inventory.snapshot.vault, 'restricted');
    assert.equal(readText(), text);
    assert.deepEqual(filesOfWorkspace(), ['.vscode/mcp.json']);
    // VS Code writes its own settings through a document, whenever it likes.
    const dirty = vscode.workspace.textDocuments.filter(
      ({ isDirty, uri }) => isDirty && !uri.path.endsWith('/User/settings.json'),
    );
    assert.deepEqual(
      dirty.map(({ uri }) => uri.toString()),
      [],
    );
  }

  it('lists the servers, decodes what stands in the file, and says that this is all', async () => {
    const jwt = await headerSnapshot(file, 'jwt');
    assert.equal(jwt.token?.shape === 'jwt' && jwt.token.jwt.payload.role, 'admin');
    const tree = new ServersTree(await services());
    const [fileNode] = tree.getChildren();
    assert.deepEqual(
      tree.getChildren(fileNode).map(node => String(tree.getTreeItem(node).label)),
      ['weather', 'jwt', 'todos'],
    );
    tree.dispose();
    await until('the findings', () => codes(file).includes('secret-in-file'));
    assert.ok(!codes(file).includes('credential-missing'), 'what the keyring holds is not known');
    await assertUntouched();
  });

  it('lists the servers of other clients’ files in the home, and changes none of them', async () => {
    const path = join(testEnvironment().home, '.cursor', 'mcp.json');
    const content = '{ "mcpServers": { "mine": { "url": "https://mine.example.com/mcp" } } }';
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    const uri = vscode.Uri.file(path).toString();
    await until('its server', async () => (await serverNames(uri))?.join() === 'mine');
    assert.equal(readFileSync(path, 'utf8'), content);
    await assertUntouched();
    rmSync(dirname(path), { recursive: true });
    await until('its end', async () => (await serverNames(uri)) === undefined);
  });

  it('shows the claims of a token in a hover', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    const position = document.positionAt(document.getText().indexOf('Bearer ey') + 20);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    const shown = hovers.flatMap(hover => hover.contents.map(part => (typeof part === 'string' ? part : part.value)));
    assert.match(shown.join('\n'), /alice/);
    await assertUntouched();
  });

  it('has nothing to show in a panel of token details that was open, whatever its page asks', async () => {
    const panels = new TokenDetailsPanels(await services());
    const fake = new FakePanel();
    panels.restore(fake.panel, { credentialId: 'some-id' });
    for (const message of [
      { type: 'ready' },
      { type: 'reveal', request: 'q-1' },
      { type: 'copy' },
      { type: 'describe', text: 'x' },
      { type: 'run', action: 'renew' },
      { type: 'copyExample', example: 'posix' },
    ]) {
      fake.say(message);
    }
    await until('the page', () => fake.received.length > 0);
    await pause(500);
    assert.deepEqual(
      fake.received.map(message => (message.type === 'empty' ? message.empty.title : message.type)),
      ['Restricted Mode'],
    );
    assert.equal(fake.title, 'Token Details');
    panels.dispose();
    await vscode.commands.executeCommand('notifications.clearAll');
    await assertUntouched();
  });

  // Every command there is, with all that it could ask for: a menu may hide it, but keybindings and programs find it.
  const target = { file, server: 'weather', header: 'X-API-Key' };
  const credential = { credentialId: 'some-id' };
  const signingKey = { keyId: 'some-id' };
  const harmless: readonly CommandId[] = ['mcpKeyring.showLog', 'mcpKeyring.openWalkthrough'];
  for (const id of commandIds.filter(candidate => !harmless.includes(candidate))) {
    it(`reads, writes and asks nothing by ${id}`, async () => {
      const outcome = Promise.resolve(vscode.commands.executeCommand(id, ...argumentsOf(id))).then(
        value => ({ value }),
        (error: unknown) => ({ error: String(error) }),
      );
      // What asks a question or shows a file waits for a person.
      await Promise.race([outcome, pause(1000)]);
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      await assertUntouched();
    });
  }

  function argumentsOf(id: CommandId): unknown[] {
    switch (id) {
      case 'mcpKeyring.addServer':
        return [
          {
            name: 'another',
            url: weather.url,
            file: '.vscode/mcp.json',
            start: true,
            credential: { kind: 'apiKey', key },
          },
        ];
      case 'mcpKeyring.addCredential':
        return [target, { kind: 'apiKey', name: 'another', key }];
      case 'mcpKeyring.resolveHeader':
        return [reference];
      case 'mcpKeyring.servers.attachCredential':
        return [target, credential];
      case 'mcpKeyring.servers.copyTo':
        return [target, { to: '.mcp.json', allowLiteral: true }];
      case 'mcpKeyring.servers.moveToDotMcp':
        return [target, { allowLiteral: true }];
      case 'mcpKeyring.credentials.useInTerminals':
        return [credential, { variable: 'MCP_KEYRING_TEST', refer: true }];
      case 'mcpKeyring.servers.testConnection':
        return [target, {}];
      case 'mcpKeyring.servers.applyFix':
        return [target, { kind: 'useUrl', value: `${weather.origin}/elsewhere` }];
      case 'mcpKeyring.keys.add':
        return [{ kind: 'generate', name: 'another', algorithm: 'ES256' }];
      case 'mcpKeyring.keys.exportPublic':
        return [signingKey, { format: 'jwk', to: inWorkspace('exported.json') }];
      case 'mcpKeyring.keys.rename':
        return [signingKey, 'another name'];
      default:
        return [
          id.startsWith('mcpKeyring.servers.') ? target : id.startsWith('mcpKeyring.keys.') ? signingKey : credential,
        ];
    }
  }

  it('says why it hands out nothing', async () => {
    await assert.rejects(
      async () => vscode.commands.executeCommand('mcpKeyring.resolveHeader', reference),
      /not trusted/,
    );
  });

  it('puts nothing into the environment of terminals', async () => {
    assert.deepEqual([...(await services()).context.environmentVariableCollection], []);
  });

  it('offers no server and resolves none', async () => {
    const provider = new ServerProvider(await services());
    assert.deepEqual(await provider.provideMcpServerDefinitions(), []);
    const definition = new vscode.McpHttpServerDefinition('weather', vscode.Uri.parse(weather.url), {}, '1');
    await assert.rejects(
      async () => provider.resolveMcpServerDefinition(definition),
      /not trusted|workspace-not-trusted/,
    );
    provider.dispose();
    await assertUntouched();
  });

  it('would have counted a read', async () => {
    const { context } = await services();
    await context.secrets.get('anything');
    assert.equal(secretUses.length, 1);
    secretUses = [];
  });

  it('lets no service read or write a secret, whoever asks', async () => {
    const { vault, broker, mcp, deliverer } = await services();
    const refused = { code: 'workspace-not-trusted' };
    await assert.rejects(vault.load(), refused);
    await assert.rejects(vault.readCredential('some-id'), refused);
    await assert.rejects(vault.deleteCredential('some-id'), refused);
    await assert.rejects(
      vault.updateCredential('some-id', current => current),
      refused,
    );
    await assert.rejects(broker.headerFor(weather.url, 'X-API-Key'), refused);
    await assert.rejects(broker.renew('some-id'), refused);
    await assert.rejects(mcp.start(vscode.Uri.parse(file), 'weather'), refused);
    const found = await deliverer.find({ file, server: 'weather' });
    await assert.rejects(deliverer.setValue(found, 'X-API-Key', 'another'), refused);
    await assert.rejects(deliverer.remove(found), refused);
    await assertUntouched();
  });
});

function filesOfWorkspace(): string[] {
  const { workspace } = testEnvironment();
  return readdirSync(workspace, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(workspace.length + 1))
    .sort();
}
