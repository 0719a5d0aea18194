import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { headerSnapshot, services } from '../harness/inside.ts';
import { addServer, leaving, readText, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { addTodos, beginAfresh, configPath, file, key, secret, valueFor } from './samples.ts';

const url = 'https://todos.example.com/mcp';

describe('A command', () => {
  beforeEach(beginAfresh);

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  /** What it says to the person. */
  async function said(work: () => Promise<unknown>) {
    const messages = new Messages();
    messages.catch();
    try {
      await work();
    } finally {
      messages.release();
    }
    return messages.shown.map(({ text, buttons }) => [text, ...buttons]);
  }

  it('with nothing to choose from says so and what comes first, instead of an empty list', async () => {
    assert.deepEqual(
      [
        ...(await said(() => run('mcpKeyring.credentials.showClaims'))),
        ...(await said(() => run('mcpKeyring.keys.rename'))),
        ...(await said(() => run('mcpKeyring.servers.moveToKeyring'))),
      ],
      [
        ['The keyring has no credential yet.', 'Add Credential...'],
        ['The keyring has no signing key yet.', 'Add Signing Key...'],
        ['No config file of this window names an MCP server yet.', 'Add Authenticated Server...'],
      ],
    );
    await addServer({ name: 'weather', url, file: configPath, credential: { kind: 'apiKey', key } });
    await headerSnapshot(file, 'weather', 'X-API-Key');
    assert.deepEqual(
      [
        ...(await said(() => run('mcpKeyring.credentials.showClaims'))),
        ...(await said(() => run('mcpKeyring.servers.switchRole'))),
      ],
      [['The keyring has no credential that this applies to.'], ['This window has no server that this applies to.']],
    );
  });

  it('that repairs a header says so where nothing is wrong with it', async () => {
    const weather = { file, server: 'weather', header: 'X-API-Key' };
    await addServer({
      name: 'weather',
      url,
      file: configPath,
      delivery: 'literal',
      credential: { kind: 'apiKey', key },
    });
    const before = readText();
    assert.deepEqual(await said(() => run('mcpKeyring.servers.repairHeader', weather)), [
      ['The header X-API-Key of weather is well-formed: there is nothing to repair.'],
    ]);
    assert.equal(readText(), before);
  });

  it('shows the claims of a credential, without the token', async () => {
    const { credentialId } = await addTodos();
    const token = (await valueFor(url)).replace('Bearer ', '');
    await run('mcpKeyring.credentials.showClaims', { credentialId });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'json');
    const { header, claims } = JSON.parse(document.getText());
    assert.deepEqual(header, { typ: 'JWT', alg: 'HS256' });
    assert.equal(claims.sub, 'alice');
    assert.equal(claims.exp - claims.iat, 3600);
    for (const part of token.split('.')) {
      assert.ok(!document.getText().includes(part));
    }
    assert.ok(!document.getText().includes(secret));
  });

  it('shows no claims of what has none', async () => {
    const { credentialId } = await addServer({
      name: 'weather',
      url: 'https://weather.example.com/mcp',
      file: configPath,
      credential: { kind: 'apiKey', key },
    });
    await run('mcpKeyring.credentials.showClaims', { credentialId });
    assert.notEqual(vscode.window.activeTextEditor?.document.languageId, 'json');
  });

  it('opens the file, and reveals a server and a header in it', async () => {
    await addTodos();
    await until('the server', async () => (await services()).inventory.snapshot.files[0]?.servers.length === 1);
    await run('mcpKeyring.servers.openFile', { file, server: '' });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), file);
    const wordAtCursor = () => {
      const { document, selection } = vscode.window.activeTextEditor ?? {};
      return document && selection && document.lineAt(selection.start.line).text.slice(selection.start.character);
    };
    await run('mcpKeyring.servers.revealInFile', { file, server: 'todos' });
    assert.match(wordAtCursor() ?? '', /^"todos"/);
    await run('mcpKeyring.servers.revealInFile', { file, server: 'todos', header: 'Authorization' });
    assert.match(wordAtCursor() ?? '', /^"Authorization"/);
  });

  for (const command of ['mcpKeyring.credentials.rename', 'mcpKeyring.credentials.replaceToken'] as const) {
    it(`leaves everything as it is after Escape: ${command}`, async () => {
      const { credentialId } = await addServer({
        name: 'weather',
        url: 'https://weather.example.com/mcp',
        file: configPath,
        credential: { kind: 'apiKey', name: 'weather key', key },
      });
      const { vault } = await services();
      const before = vault.credential(credentialId);
      assert.equal(await leaving(run(command, { credentialId })), undefined);
      assert.equal(vault.credential(credentialId), before);
    });
  }

  it('adds a credential without a server, and with the name taken, gives it another', async () => {
    const { vault } = await services();
    for (const expected of ['team key', 'team key 2']) {
      const id = (await run('mcpKeyring.addCredential', undefined, {
        kind: 'apiKey',
        name: 'team key',
        key,
      })) as string;
      assert.equal(vault.credential(id)?.name, expected);
      assert.deepEqual(vault.credential(id)?.attachments, []);
    }
  });

  it('refuses a bad credential by its field, and stores none', async () => {
    const { vault } = await services();
    await assert.rejects(
      async () => run('mcpKeyring.addCredential', undefined, { kind: 'apiKey', key: 'a b' }),
      /^CommandFailed: credential\.key: there are blanks/,
    );
    assert.deepEqual(vault.credentials, []);
  });

  it('opens the walkthrough and the log', async () => {
    await run('mcpKeyring.openWalkthrough');
    await until('the walkthrough', () =>
      vscode.window.tabGroups.activeTabGroup.tabs.some(tab => /Welcome|Walkthrough|Getting Started/i.test(tab.label)),
    );
    await run('mcpKeyring.showLog');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
