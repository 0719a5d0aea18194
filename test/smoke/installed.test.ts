import assert from 'node:assert/strict';
import { relative } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json' with { type: 'json' };
import { testEnvironment } from '../vscode/harness/testEnvironment.ts';

describe('The installed package', () => {
  const id = `${manifest.publisher}.${manifest.name}`;

  it('is installed, and is not the checkout', () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    assert.equal(extension.packageJSON.version, manifest.version);
    const { repoRoot } = testEnvironment();
    assert.ok(relative(repoRoot, extension.extensionPath).startsWith('..'), `it runs from ${extension.extensionPath}`);
  });

  it('is activated by one of its commands', async () => {
    await vscode.commands.executeCommand('mcpKeyring.servers.refresh');
    assert.equal(vscode.extensions.getExtension(id)?.isActive, true);
  });

  it('registers every command of its manifest', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = manifest.contributes.commands.map(({ command }) => command).filter(name => !registered.has(name));
    assert.deepEqual(missing, []);
  });

  it('shows its texts, not their keys', () => {
    const extension = vscode.extensions.getExtension(id);
    assert.doesNotMatch(JSON.stringify(extension?.packageJSON.contributes), /"%[\w.]+%"/);
  });
});
