import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import * as vscode from 'vscode';
import { services, uriOf } from '../harness/inside.ts';
import { addServer, inWorkspace, pause, readConfig, readText, run, until, writeText } from '../harness/keyring.ts';
import { searchFiles } from '../harness/outside.ts';
import { addTodos, beginAfresh, configPath, file, valueFor } from './samples.ts';

const url = 'https://todos.example.com/mcp';
const todos = { file, server: 'todos' };

function literal(path = configPath): string {
  const config = readConfig(path);
  return (config.servers ?? config.mcpServers)?.todos?.headers?.Authorization ?? '';
}

/** `iat` counts seconds: within one, the same claims make the same token. */
function nextSecond(): Promise<void> {
  return pause(1000 - (Date.now() % 1000) + 20);
}

function copiesInHistory(token: string) {
  return searchFiles([token.replace('Bearer ', '')]).filter(hit => /[\\/]History[\\/]/.test(hit.file));
}

describe('Renewing', () => {
  beforeEach(beginAfresh);

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    rmSync(inWorkspace('.mcp.json'), { force: true });
  });

  it('a token behind a reference touches no file', async () => {
    await addTodos();
    const before = { text: readText(), value: await valueFor(url) };
    await nextSecond();
    await run('mcpKeyring.servers.renewToken', todos);
    assert.equal(readText(), before.text);
    assert.notEqual(await valueFor(url), before.value);
  });

  it('a literal one rewrites it wherever it stands, and nothing else', async () => {
    const { credentialId } = await addTodos({ delivery: 'literal' });
    await addTodos({ file: '.mcp.json', delivery: 'literal', credential: { kind: 'existing', credentialId } });
    const before = { config: readText(), dotMcp: readText('.mcp.json'), value: literal() };
    assert.equal(literal('.mcp.json'), before.value);
    await nextSecond();
    await run('mcpKeyring.credentials.renew', { credentialId });
    const value = await valueFor(url);
    assert.notEqual(value, before.value);
    assert.equal(readText(), before.config.replace(before.value, value));
    assert.equal(readText('.mcp.json'), before.dotMcp.replace(before.value, value));
  });

  it('leaves a literal alone for which another credential is in use', async () => {
    const first = await addTodos({ delivery: 'literal' });
    await addServer({
      name: 'todos',
      url,
      file: configPath,
      delivery: 'literal',
      replaceHeader: true,
      credential: { kind: 'bearer', token: 'dev-alice-token-0123456789' },
    });
    const before = readText();
    await run('mcpKeyring.credentials.renew', { credentialId: first.credentialId });
    assert.equal(readText(), before);
  });

  it('writes a literal into an editor with unsaved changes, and saves nothing for the user', async () => {
    const { credentialId } = await addTodos({ delivery: 'literal' });
    const before = readText();
    const document = await vscode.workspace.openTextDocument(inWorkspace(configPath));
    const editor = await vscode.window.showTextDocument(document);
    await until('the editor to show it', () => document.getText() === before);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 1), '\n  // Unsaved.'));
    await nextSecond();
    await run('mcpKeyring.credentials.renew', { credentialId });
    assert.equal(readText(), before);
    assert.equal(document.isDirty, true);
    assert.ok(document.getText().includes(await valueFor(url)));
    assert.ok(document.getText().includes('// Unsaved.'));
  });

  describe('and Local History', () => {
    it('has a copy of what an editor saves', async () => {
      const marker = `marker-${Date.now()}-that-a-person-typed-and-saved-in-an-editor`;
      const document = await vscode.workspace.openTextDocument(inWorkspace(configPath));
      const editor = await vscode.window.showTextDocument(document);
      // The file was written beneath it, perhaps with the very same text, and VS Code saves over no file that is newer.
      await vscode.commands.executeCommand('workbench.action.files.revert');
      assert.equal(document.getText(), readText());
      await editor.edit(edit => edit.insert(new vscode.Position(0, 1), `\n  // ${marker}`));
      assert.equal(await document.save(), true);
      await until('the copy', () => copiesInHistory(marker).length > 0);
    });

    for (const open of [false, true]) {
      it(`has none of a literal token, with the file ${open ? 'open in an editor' : 'closed'}`, async () => {
        if (open) {
          await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(inWorkspace(configPath)));
        }
        const { credentialId } = await addTodos({ delivery: 'literal' });
        const tokens = [literal()];
        await nextSecond();
        await run('mcpKeyring.credentials.renew', { credentialId });
        tokens.push(literal());
        assert.equal(new Set(tokens).size, 2);
        // What VS Code copies, it copies within a second of the save.
        await pause(1500);
        for (const token of tokens) {
          assert.match(token, /^Bearer ey/);
          assert.deepEqual(copiesInHistory(token), []);
        }
      });
    }

    it('has none of a token that is repaired in the file', async () => {
      await addTodos({ delivery: 'literal' });
      const value = literal();
      writeText(configPath, readText().replace(value, `Bearer ${value}`));
      const document = await vscode.workspace.openTextDocument(inWorkspace(configPath));
      await vscode.window.showTextDocument(document);
      await until('the editor to show it', () => document.getText() === readText());
      await run('mcpKeyring.servers.repairHeader', { ...todos, header: 'Authorization' });
      assert.equal(literal(), value);
      await pause(1500);
      assert.deepEqual(copiesInHistory(value), []);
    });
  });

  it('counts, and writes down what happened', async () => {
    const { credentialId } = await addTodos();
    await run('mcpKeyring.credentials.renew', { credentialId });
    await run('mcpKeyring.servers.renewToken', todos);
    const { vault } = await services();
    const credential = vault.credential(credentialId);
    assert.equal(credential?.timesRenewed, 2);
    assert.deepEqual(
      credential?.history.map(({ event }) => event),
      ['created', 'signed', 'attached', 'renewed', 'renewed'],
    );
  });

  it('what was issued elsewhere is refused, and changes nothing', async () => {
    const { credentialId } = await addServer({
      name: 'todos',
      url,
      file: configPath,
      credential: { kind: 'bearer', token: 'dev-alice-token-0123456789' },
    });
    await run('mcpKeyring.credentials.renew', { credentialId });
    assert.equal(await valueFor(url), 'Bearer dev-alice-token-0123456789');
    assert.ok(!uriOf(configPath).includes('undefined'));
  });
});
