import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { keyringInputId } from '../../../src/core/config/references.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { headerSnapshot, uriOf } from '../harness/inside.ts';
import { codes, pause, problems, readText, run, start, until, writeText } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';

const key = 'cloned-key-not-a-secret-0123456789';
const path = '.vscode/mcp.json';
const file = uriOf(path);

// What a colleague committed, on a machine whose keyring knows nothing of it.
describe('A colleague’s clone', function () {
  this.timeout(60_000);
  const messages = new Messages();
  let server: HttpMcpServer;
  let text: string;
  let id: string;

  before(async () => {
    server = await startApiKeyServer({ keys: [key] });
    id = await keyringInputId('forecast', server.url, 'X-API-Key');
    text = `{
  // Shared with the team.
  "servers": {
    "forecast": { "type": "http", "url": "${server.url}", "headers": { "X-API-Key": "\${input:${id}}" } },
  },
  "inputs": [{ "id": "${id}", "type": "command", "command": "mcpKeyring.resolveHeader", "args": "${id}" }],
}
`;
    writeText(path, text);
    await headerSnapshot(file, 'forecast', 'X-API-Key');
    messages.catch();
  });

  after(async () => {
    messages.release();
    await server.close();
  });

  it('is told in Problems, with a fix', async () => {
    await until('the problem', () => codes(file).includes('credential-missing'));
    const problem = problems(file).find(({ code }) => code === 'credential-missing');
    assert.equal(problem?.message, `There is no credential for ${server.url} in your keyring.`);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file));
    await until('the document to follow the file', () => document.getText() === text);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem?.range,
    );
    const titles = actions.map(action => action.title);
    assert.ok(titles.includes('Add a credential...'), titles.join());
    assert.ok(titles.includes('Attach a credential...'), titles.join());
    assert.equal(readText(), text);
  });

  it('is told at the start, with a button, and nothing is sent', async () => {
    messages.shown.length = 0;
    await start({ file, server: 'forecast' }, 5);
    const message = await until('the message', () => messages.shown.find(({ kind }) => kind === 'error'));
    assert.equal(
      message.text,
      `There is no credential for ${server.url} in your keyring. Attach one, then start the server again.`,
    );
    assert.deepEqual(message.buttons, ['Add Credential...', 'Attach Credential...']);
    assert.deepEqual(headerValues(server, 'x-api-key'), []);
    assert.equal(readText(), text);
  });

  it('works with a credential of one’s own, and the file stays as it is', async () => {
    await vscode.workspace
      .getConfiguration('mcpKeyring')
      .update('defaultDelivery', 'literal', vscode.ConfigurationTarget.Global);
    await run('mcpKeyring.addCredential', { file, server: 'forecast', header: 'X-API-Key' }, { kind: 'apiKey', key });
    await vscode.workspace
      .getConfiguration('mcpKeyring')
      .update('defaultDelivery', undefined, vscode.ConfigurationTarget.Global);
    assert.equal(readText(), text);
    await until('no problem', () => !codes(file).includes('credential-missing'));
    await pause(300);
    assert.equal(await run('mcpKeyring.resolveHeader', id), key);
    await start({ file, server: 'forecast' });
    await until('a request', () => headerValues(server, 'x-api-key').includes(key));
    assert.equal(readText(), text);
  });
});
