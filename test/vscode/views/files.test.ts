import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { fileSnapshot, serverNames, services, uriOf, userFile } from '../harness/inside.ts';
import { codes, inWorkspace, run, until } from '../harness/keyring.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

function config(...names: string[]): string {
  const servers = Object.fromEntries(
    names.map(name => [
      name,
      { type: 'http', url: `https://${name}.example.com/mcp`, headers: { 'X-API-Key': 'demo-key-not-a-secret' } },
    ]),
  );
  return JSON.stringify({ servers }, undefined, 2);
}

async function untilServers(uri: string, expected: string[] | undefined): Promise<void> {
  await until(`${uri} with ${expected}`, async () => String(await serverNames(uri)) === String(expected));
}

// Files are made and changed outside VS Code, as git and other programs do it.
describe('Config files', () => {
  before(async () => {
    await untilServers(uriOf('alpha/.vscode/mcp.json'), ['weather', 'open', 'files']);
  });

  it('are read in every folder and in each shape', async () => {
    const { inventory } = await services();
    assert.deepEqual(
      inventory.snapshot.files.map(({ source, servers }) => [
        vscode.workspace.asRelativePath(vscode.Uri.parse(source.uri)),
        source.format.id,
        ...servers.map(({ parsed }) => `${parsed.name} ${parsed.transport}`),
      ]),
      [
        ['alpha/.vscode/mcp.json', 'vscode', 'weather http', 'open http', 'files stdio'],
        ['alpha/.mcp.json', 'dotMcp', 'shared http'],
        ['beta/.mcp.json', 'dotMcp', 'bare http'],
        [inWorkspace('views.code-workspace'), 'codeWorkspace'],
      ],
    );
  });

  it('appear, change and vanish', async () => {
    const path = inWorkspace('beta/.vscode/mcp.json');
    const uri = uriOf('beta/.vscode/mcp.json');
    mkdirSync(inWorkspace('beta/.vscode'));
    writeFileSync(path, config('one'));
    await untilServers(uri, ['one']);
    await until('its problems', () => codes(uri).includes('secret-in-file'));
    writeFileSync(path, config('one', 'two'));
    await untilServers(uri, ['one', 'two']);
    rmSync(path);
    await untilServers(uri, undefined);
    assert.deepEqual(codes(uri), []);
  });

  it('vanish with the folder that they are in, and come back with it', async () => {
    const uri = uriOf('beta/.vscode/mcp.json');
    writeFileSync(inWorkspace('beta/.vscode/mcp.json'), config('one'));
    await untilServers(uri, ['one']);
    renameSync(inWorkspace('beta/.vscode'), inWorkspace('beta/elsewhere'));
    await untilServers(uri, undefined);
    renameSync(inWorkspace('beta/elsewhere'), inWorkspace('beta/.vscode'));
    await untilServers(uri, ['one']);
    rmSync(inWorkspace('beta/.vscode'), { recursive: true });
    await untilServers(uri, undefined);
    assert.deepEqual(codes(uri), []);
  });

  it('are replaced as editors and git do it, by renaming another file', async () => {
    const path = inWorkspace('beta/.mcp.json');
    const uri = uriOf('beta/.mcp.json');
    writeFileSync(`${path}.new`, '{ "mcpServers": { "renamed": { "url": "https://x.example.com" } } }');
    renameSync(`${path}.new`, path);
    await untilServers(uri, ['renamed']);
  });

  it('may be links to files elsewhere', async () => {
    const uri = uriOf('beta/.vscode/mcp.json');
    mkdirSync(inWorkspace('beta/.vscode'), { recursive: true });
    writeFileSync(inWorkspace('real.json'), config('linked'));
    symlinkSync(inWorkspace('real.json'), inWorkspace('beta/.vscode/mcp.json'));
    await untilServers(uri, ['linked']);
    rmSync(inWorkspace('beta/.vscode'), { recursive: true });
    await untilServers(uri, undefined);
  });

  it('count as the editor shows them, saved or not', async () => {
    const uri = uriOf('alpha/.mcp.json');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('"shared"'));
    await editor.edit(edit => edit.insert(at, '"typed": { "url": "https://typed.example.com" }, '));
    await untilServers(uri, ['typed', 'shared']);
    assert.equal(document.isDirty, true);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await untilServers(uri, ['shared']);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('keep their servers while one of them is half-typed', async () => {
    const uri = uriOf('alpha/.mcp.json');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf('{ "type"'));
    await editor.edit(edit => edit.insert(at, '{ "url": "https://half'));
    await until('a problem', async () => ((await fileSnapshot(uri))?.parsed.problems.length ?? 0) > 0);
    assert.ok((await serverNames(uri))?.includes('shared'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await until('no problem', async () => (await fileSnapshot(uri))?.parsed.problems.length === 0);
  });

  it('of the user stand beside the settings', async () => {
    const place = await userFile();
    assert.equal(place.inputScope, 'user');
    if (testEnvironment().host === 'server') {
      assert.equal(place.uri.fsPath, join(testEnvironment().dataDir, 'data', 'User', 'mcp.json'));
    }
    const uri = place.uri.toString();
    assert.equal(existsSync(place.uri.fsPath), false);
    await run('mcpKeyring.addServer', {
      name: 'mine',
      url: 'https://mine.example.com/mcp',
      file: uri,
      delivery: 'literal',
      credential: { kind: 'apiKey', key: 'demo-key-not-a-secret' },
    });
    await untilServers(uri, ['mine']);
    // VS Code itself reads the same file: its lens on the server carries the id of a user-level server.
    const lenses = await until('a lens of VS Code', async () => {
      await vscode.workspace.openTextDocument(place.uri);
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        place.uri,
      );
      return found.some(lens => lens.command?.command === 'workbench.mcp.startServer') ? found : undefined;
    });
    assert.match(JSON.stringify(lenses.map(lens => lens.command?.arguments)), /mcp\.config\.usr\w+\.mine/);
    rmSync(place.uri.fsPath);
    await untilServers(uri, undefined);
  });

  it('come and go with their workspace folder', async () => {
    const uri = uriOf('gamma/.mcp.json');
    mkdirSync(inWorkspace('gamma'));
    writeFileSync(
      inWorkspace('gamma/.mcp.json'),
      '{ "mcpServers": { "late": { "url": "https://late.example.com" } } }',
    );
    assert.equal(await serverNames(uri), undefined);
    assert.ok(vscode.workspace.updateWorkspaceFolders(2, 0, { uri: vscode.Uri.file(inWorkspace('gamma')) }));
    await untilServers(uri, ['late']);
    writeFileSync(
      inWorkspace('gamma/.mcp.json'),
      '{ "mcpServers": { "later": { "url": "https://late.example.com" } } }',
    );
    await untilServers(uri, ['later']);
    assert.ok(vscode.workspace.updateWorkspaceFolders(2, 1));
    await untilServers(uri, undefined);
  });

  it('are looked at again on demand', async () => {
    const { inventory } = await services();
    const before = inventory.snapshot;
    await run('mcpKeyring.servers.refresh');
    await until('another snapshot', () => inventory.snapshot !== before);
    assert.deepEqual(await serverNames(uriOf('alpha/.mcp.json')), ['shared']);
  });
});
