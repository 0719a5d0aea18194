import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { services } from '../harness/inside.ts';
import { addServer, pause, run, until } from '../harness/keyring.ts';
import { addTodos, beginAfresh, configPath, file, key, valueFor } from './samples.ts';

const { clipboard } = vscode.env;
const url = 'https://todos.example.com/mcp';

/** In seconds: long enough for a busy machine to look before it is over. */
const clearAfter = 4;

describe('Copying a token', () => {
  const settings = vscode.workspace.getConfiguration('mcpKeyring');

  // Here and not in host.ts: a setting of the machine stands where the extension host is.
  before(() => settings.update('clearClipboardAfter', clearAfter, vscode.ConfigurationTarget.Global));
  after(() => settings.update('clearClipboardAfter', undefined, vscode.ConfigurationTarget.Global));

  beforeEach(async () => {
    await beginAfresh();
    await clipboard.writeText('before');
  });

  it('puts it on the clipboard without its scheme, and takes it back', async () => {
    const { credentialId } = await addTodos();
    const token = (await valueFor(url)).replace('Bearer ', '');
    const began = Date.now();
    await run('mcpKeyring.servers.copyToken', { file, server: 'todos' });
    assert.equal(await clipboard.readText(), token);
    await until('an empty clipboard', async () => (await clipboard.readText()) === '');
    assert.ok(Date.now() - began >= clearAfter * 1000);
    const { vault } = await services();
    assert.ok(vault.credential(credentialId)?.history.some(({ event }) => event === 'copied'));
  });

  it('leaves alone what was copied since', async () => {
    await addTodos();
    await run('mcpKeyring.servers.copyToken', { file, server: 'todos' });
    await clipboard.writeText('something else');
    await pause(4500);
    assert.equal(await clipboard.readText(), 'something else');
  });

  it('takes back the last of several, and no earlier', async () => {
    await addTodos();
    await addServer({
      name: 'weather',
      url: 'https://weather.example.com/mcp',
      file: configPath,
      credential: { kind: 'apiKey', key },
    });
    await run('mcpKeyring.servers.copyToken', { file, server: 'todos' });
    await pause(2200);
    const began = Date.now();
    await run('mcpKeyring.servers.copyToken', { file, server: 'weather' });
    assert.equal(await clipboard.readText(), key);
    await until('an empty clipboard', async () => (await clipboard.readText()) === '');
    assert.ok(Date.now() - began >= clearAfter * 1000);
  });

  it('copies what stands in the file where nobody told us about it', async () => {
    await addTodos({ delivery: 'literal' });
    const token = (await valueFor(url)).replace('Bearer ', '');
    const { vault } = await services();
    for (const { id } of vault.credentials) {
      await vault.deleteCredential(id);
    }
    await run('mcpKeyring.servers.copyToken', { file, server: 'todos' });
    assert.equal(await clipboard.readText(), token);
  });

  it('copies nothing where there is nothing', async () => {
    await run('mcpKeyring.servers.copyToken', { file, server: 'nobody' });
    assert.equal(await clipboard.readText(), 'before');
  });
});
