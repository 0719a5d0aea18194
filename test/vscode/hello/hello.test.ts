import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { searchFiles } from '../harness/outside.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

// The harness itself: what every other suite takes for granted.
describe('A suite in VS Code', () => {
  it('has its own copy of the workspace', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.equal(folder, testEnvironment().workspace);
    assert.ok(existsSync(join(testEnvironment().workspace, 'hello.txt')));
    assert.notEqual(folder, join(testEnvironment().repoRoot, 'test/vscode/hello/workspace'));
  });

  it('runs with the settings of its host.ts', () => {
    assert.equal(vscode.workspace.getConfiguration('editor').get('tabSize'), 7);
  });

  it('is trusted unless it asks not to be', () => {
    assert.equal(vscode.workspace.isTrusted, true);
  });

  it('runs in Node, beside servers of its own', async () => {
    const server = createServer((_request, response) => response.end('here'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    assert.equal(await (await fetch(`http://127.0.0.1:${address.port}`)).text(), 'here');
    server.close();
  });

  it('finds the extension under test', () => {
    assert.ok(vscode.extensions.getExtension('mcp-keyring.mcp-keyring'));
  });

  it('finds in files what VS Code wrote', async () => {
    const needle = `needle-${'x'.repeat(50)}-${Date.now()}`;
    assert.deepEqual(searchFiles([needle]), []);
    await vscode.workspace.getConfiguration('editor').update('fontFamily', needle, vscode.ConfigurationTarget.Global);
    assert.notDeepEqual(searchFiles([needle]), []);
  });

  it('finds in files what an extension logged', async () => {
    const needle = `logged-${Date.now()}-${'y'.repeat(50)}`;
    const log = vscode.window.createOutputChannel('Hello', { log: true });
    log.info(needle);
    for (let i = 0; i < 50 && searchFiles([needle]).length === 0; i++) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    log.dispose();
    assert.match(searchFiles([needle])[0]?.file ?? '', /^data\/.*\.log$/);
  });
});
