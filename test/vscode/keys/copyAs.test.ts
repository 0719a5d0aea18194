import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { AddServerResult, CopyAsResult } from '../../../src/ids.ts';
import type { Services } from '../../../src/services.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { forgetAll, headerSnapshot, services, uriOf } from '../harness/inside.ts';
import { addServer, leaving, run, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';

const key = `demo-key-"it's"-$HOME`;
const config = '.vscode/mcp.json';
const messages = new Messages();

describe('Copy As', () => {
  let server: HttpMcpServer;
  let target: AddServerResult;
  let inside: Services;

  before(async () => {
    inside = await services();
    server = await startApiKeyServer({ keys: [key] });
    target = await addServer({
      name: 'weather-copied',
      url: server.url,
      file: config,
      delivery: 'reference',
      credential: { kind: 'apiKey', name: 'weather', key },
    });
    await headerSnapshot(uriOf(config), 'weather-copied', 'X-API-Key');
  });

  beforeEach(() => {
    messages.shown.length = 0;
    messages.answer = () => undefined;
    messages.catch();
  });

  afterEach(() => messages.release());

  after(async () => {
    await run('mcpKeyring.servers.remove', target).then(undefined, () => undefined);
    await server.close();
    await forgetAll();
  });

  it('copies a request that takes the token from the environment, and it works when it is run', async () => {
    const result = await copy({ form: 'javascript', request: 'tools/list', secrets: 'variables' });
    assert.deepEqual(result.variables, ['MCP_TOKEN']);
    const text = await vscode.env.clipboard.readText();
    assert.equal(result.text, text);
    assert.ok(!text.includes(key));
    server.requests.length = 0;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], {
      env: { ...process.env, MCP_TOKEN: key, ELECTRON_RUN_AS_NODE: '1' },
    });
    assert.match(stdout, /get_weather/);
    assert.deepEqual(
      server.requests.map(({ status }) => status),
      [200, 202, 200],
    );
    assert.deepEqual(
      messages.shown.map(({ text: shown, buttons }) => [shown, buttons]),
      [
        [
          'JavaScript fetch copied. It takes the token from the environment: set MCP_TOKEN before you run it.',
          ['Copy Token'],
        ],
      ],
    );
    assert.ok(!(await events()).includes('copied'));
  });

  it('offers the token itself, which then takes the place of the text', async () => {
    messages.answer = ({ buttons }) => buttons.find(title => title === 'Copy Token');
    await copy({ form: 'curl', request: 'initialize', secrets: 'variables' });
    await until('the token in the clipboard', async () => (await vscode.env.clipboard.readText()) === key);
  });

  it('holds the token in clear only where that was picked, says so in the history, and gives the text to no caller', async () => {
    const before = (await events()).filter(event => event === 'copied').length;
    const result = await copy({ form: 'python', request: 'initialize', secrets: 'clear' });
    assert.deepEqual(result, { form: 'python', request: 'initialize', variables: [] });
    assert.ok((await vscode.env.clipboard.readText()).includes(JSON.stringify(key)));
    assert.deepEqual(messages.shown, []);
    const credential = await inside.vault.readCredential(target.credentialId);
    const copied = credential.history.filter(({ event }) => event === 'copied');
    assert.equal(copied.length, before + 1);
    assert.equal(copied.at(-1)?.server, server.url);
  });

  it('takes the text with the token off the clipboard after the time that is set', async () => {
    const settings = vscode.workspace.getConfiguration('mcpKeyring');
    await settings.update('clearClipboardAfter', 1, vscode.ConfigurationTarget.Global);
    try {
      await copy({ form: 'curl', request: 'initialize', secrets: 'clear' });
      await until('an empty clipboard', async () => (await vscode.env.clipboard.readText()) === '');
    } finally {
      await settings.update('clearClipboardAfter', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('asks what it was not told, and Escape copies nothing', async () => {
    await vscode.env.clipboard.writeText('before');
    assert.equal(await leaving(run('mcpKeyring.servers.copyAs', target)), undefined);
    assert.equal(await vscode.env.clipboard.readText(), 'before');
  });

  it('says what is wrong with its answers', async () => {
    await assert.rejects(
      async () => run('mcpKeyring.servers.copyAs', target, { form: 'telnet' as 'curl' }),
      /form: “telnet” is not one of the choices/,
    );
    await assert.rejects(
      async () => run('mcpKeyring.servers.copyAs', { file: target.file, server: 'nobody' }, { form: 'curl' }),
      /nobody/,
    );
  });

  async function copy(answers: object): Promise<CopyAsResult> {
    return (await run('mcpKeyring.servers.copyAs', target, answers)) as CopyAsResult;
  }

  async function events(): Promise<string[]> {
    return (await inside.vault.readCredential(target.credentialId)).history.map(({ event }) => event);
  }
});
