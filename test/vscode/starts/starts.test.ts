import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { startHostileServer } from '../../servers/hostileServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { addServer, inWorkspace, run, start, stop, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { Questions } from '../harness/questions.ts';

const key = 'starts-key-not-a-secret-0123456789';

// Wherever VS Code reads servers, one that is added there starts through VS Code with its header.
describe('A server starts from', function () {
  this.timeout(60_000);
  let server: HttpMcpServer;

  beforeEach(async () => {
    // One for each: a credential is attached to a URL, wherever that stands.
    server = await startApiKeyServer({ keys: [key] });
  });

  afterEach(async () => {
    await server.close();
  });

  /** Names differ: of servers of one name, VS Code takes one. */
  async function startsFrom(name: string, file: string, delivery: 'reference' | 'literal'): Promise<string> {
    const result = await addServer({
      name,
      url: server.url,
      file,
      delivery,
      credential: { kind: 'apiKey', key },
      start: false,
    });
    await start(result);
    await until('a request with the key', () => headerValues(server, 'x-api-key', '/mcp').length > 0);
    assert.deepEqual([...new Set(headerValues(server, 'x-api-key', '/mcp'))], [key]);
    await stop(result);
    const text = Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.parse(result.file))).toString();
    assert.equal(text.includes(key), delivery === 'literal');
    return text;
  }

  for (const folder of ['api', 'web']) {
    it(`the folder ${folder} of several`, async () => {
      await startsFrom(
        `of-${folder}`,
        vscode.Uri.file(inWorkspace(`${folder}/.vscode/mcp.json`)).toString(),
        'reference',
      );
    });
  }

  it('a .code-workspace file', async () => {
    const text = await startsFrom(
      'of-workspace',
      vscode.Uri.file(inWorkspace('team.code-workspace')).toString(),
      'reference',
    );
    assert.match(text, /\/\/ Two folders, and servers of the workspace itself\./);
    assert.match(text, /"editor\.rulers": \[100\]/);
  });

  it('a .code-workspace file again, since nobody knows whether it runs, when its key has been replaced', async () => {
    const result = await addServer({
      name: 'of-workspace-again',
      url: server.url,
      file: vscode.Uri.file(inWorkspace('team.code-workspace')).toString(),
      delivery: 'reference',
      credential: { kind: 'apiKey', key: 'starts-old-not-a-secret-0123456789' },
      start: false,
    });
    const messages = new Messages();
    const questions = new Questions();
    messages.catch();
    questions.catch();
    try {
      messages.answer = ({ buttons }) => buttons.find(title => title === 'Start Server');
      const replacing = run('mcpKeyring.credentials.replaceToken', { credentialId: result.credentialId });
      (await questions.next()).type(key);
      await replacing;
      await until('a request with the new key', () => headerValues(server, 'x-api-key', '/mcp').includes(key));
      assert.match(messages.shown[0]?.text ?? '', /has a new token\. of-workspace-again gets it at its next start\./);
    } finally {
      messages.release();
      questions.release();
    }
  });

  it('a .mcp.json file', async () => {
    await startsFrom('of-root', vscode.Uri.file(inWorkspace('web/.mcp.json')).toString(), 'literal');
  });

  it('the user’s own file on the remote machine', async () => {
    // VS Code itself says where it is.
    await vscode.commands.executeCommand('workbench.mcp.openRemoteUserMcpJson');
    const opened = await until('the user’s file', () =>
      vscode.window.activeTextEditor?.document.uri.path.endsWith('/mcp.json')
        ? vscode.window.activeTextEditor.document.uri
        : undefined,
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await startsFrom('of-user', opened.toString(), 'literal');
    // VS Code doesn't find the inputs of this file.
    await assert.rejects(startsFrom('of-user-too', opened.toString(), 'reference'), /does not resolve \$\{input:/);
  });
});

// VS Code itself waits for ever, and whoever starts several servers starts them one after the other.
describe('A server that never answers', function () {
  this.timeout(60_000);

  it('is waited for, but not for ever', async () => {
    const server = await startHostileServer({ behaviour: 'never', from: 'start' });
    try {
      const result = await addServer({
        name: 'silent',
        url: server.url,
        file: vscode.Uri.file(inWorkspace('api/.vscode/mcp.json')).toString(),
        delivery: 'reference',
        credential: { kind: 'apiKey', key },
        start: false,
      });
      await run('mcpKeyring.servers.start', result);
      assert.deepEqual(server.requests, ['POST initialize']);
      await stop(result);
    } finally {
      await server.close();
    }
  });
});
