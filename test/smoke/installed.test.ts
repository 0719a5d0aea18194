import assert from 'node:assert/strict';
import { relative } from 'node:path';
import * as vscode from 'vscode';
import manifest from '../../package.json' with { type: 'json' };
import type { AddServerAnswers, CredentialAnswers, TestConnectionResult } from '../../src/ids.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { addServer, run } from '../vscode/harness/keyring.ts';
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

  // Each of the files that code is packed into is read when it is needed first.
  it('adds a server, tests its connection with the MCP client, and knows OAuth', async () => {
    const key = 'smoke-key-not-a-secret-0123456789';
    const server = await startApiKeyServer({ keys: [key] });
    try {
      const answers: AddServerAnswers = {
        url: server.url,
        name: 'smoke',
        delivery: 'provided',
        credential: { kind: 'apiKey', key },
        start: false,
      };
      const { file, server: name } = await addServer(answers);
      const result = (await run(
        'mcpKeyring.servers.testConnection',
        { file, server: name },
        {},
      )) as TestConnectionResult;
      assert.equal(result.healthy, true, result.verdict);
      assert.ok(result.tools?.length);
      const credential: CredentialAnswers = {
        kind: 'oauth',
        flow: 'clientCredentials',
        serverUrl: server.url,
        clientId: 'smoke',
        clientSecret: 'smoke-client-not-a-secret',
      };
      await assert.rejects(
        async () => run('mcpKeyring.addCredential', undefined, credential),
        /does not publish how to get tokens/,
      );
    } finally {
      await server.close();
    }
  });

  it('shows its texts, not their keys', () => {
    const extension = vscode.extensions.getExtension(id);
    assert.doesNotMatch(JSON.stringify(extension?.packageJSON.contributes), /"%[\w.]+%"/);
  });
});
