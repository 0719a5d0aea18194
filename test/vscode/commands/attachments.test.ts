import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { headerValues } from '../../servers/httpMcpServer.ts';
import { services } from '../harness/inside.ts';
import { addServer, readConfig, readText, run, start, stop, toolsOf, until } from '../harness/keyring.ts';
import { addTodos, beginAfresh, configPath, file, key, secret, valueFor } from './samples.ts';

const url = 'https://todos.example.com/mcp';
const todos = { file, server: 'todos' };

describe('Attaching', () => {
  beforeEach(beginAfresh);

  it('another credential switches the role and leaves the file as it is', async () => {
    const viewer = await addTodos();
    const text = readText();
    const admin = (await run('mcpKeyring.addCredential', todos, {
      kind: 'signedJwt',
      name: 'admin',
      secret,
      claims: { sub: 'alice', role: 'admin' },
    })) as string;
    assert.equal(readText(), text);
    const { vault } = await services();
    assert.deepEqual(
      vault.attachedTo(url, 'Authorization').map(({ credentialId }) => credentialId),
      [admin, viewer.credentialId],
    );
    const asAdmin = await valueFor(url);
    await run('mcpKeyring.servers.attachCredential', todos, { credentialId: viewer.credentialId });
    assert.notEqual(await valueFor(url), asAdmin);
    assert.equal(vault.attachedTo(url, 'Authorization')[0]?.credentialId, viewer.credentialId);
    assert.equal(readText(), text);
  });

  it('puts a header where there was none, beside those that are there', async () => {
    const { credentialId } = await addTodos();
    await run('mcpKeyring.servers.attachCredential', { ...todos, header: 'X-MCP-Auth' }, { credentialId });
    const headers = readConfig().servers?.todos?.headers ?? {};
    assert.deepEqual(Object.keys(headers), ['Authorization', 'X-MCP-Auth']);
    assert.match(headers['X-MCP-Auth'] ?? '', /^\$\{input:mcp-keyring\.todos\.[0-9a-f]{8}\}$/);
    // Without the scheme: that belongs to Authorization.
    assert.match(await valueFor(url, 'X-MCP-Auth'), /^ey/);
    assert.equal(readConfig().inputs?.length, 2);
  });

  it('an API key to a header of the server’s own', async () => {
    await addServer({
      name: 'todos',
      url,
      file: configPath,
      header: 'X-Team-Key',
      credential: { kind: 'apiKey', key },
    });
    assert.deepEqual(Object.keys(readConfig().servers?.todos?.headers ?? {}), ['X-Team-Key']);
    assert.equal(await valueFor(url, 'x-team-key'), key);
  });

  it('replaces the header of a server that is there, and keeps everything else of it', async () => {
    await addTodos();
    const { credentialId } = await addServer({
      name: 'todos',
      url,
      file: configPath,
      replaceHeader: true,
      credential: { kind: 'bearer', name: 'other', token: 'dev-alice-token-0123456789' },
    });
    assert.equal(Object.keys(readConfig().servers ?? {}).length, 1);
    assert.equal(await valueFor(url), 'Bearer dev-alice-token-0123456789');
    const { vault } = await services();
    assert.equal(vault.credential(credentialId)?.name, 'other');
    assert.equal(vault.credentials.length, 2);
  });
});

describe('Detaching', () => {
  beforeEach(beginAfresh);

  it('takes the header and its input out of the file, and the permission away; the credential stays', async () => {
    const before = readText();
    const { credentialId } = await addTodos();
    await run('mcpKeyring.servers.detachCredential', todos);
    assert.deepEqual(readConfig().inputs ?? [], []);
    assert.equal(readConfig().servers?.todos?.headers?.Authorization, undefined);
    assert.ok(readText().includes('// Mine.') && before.includes('// Mine.'));
    const { vault } = await services();
    assert.deepEqual(vault.credential(credentialId)?.attachments, []);
    await assert.rejects(valueFor(url), { code: 'no-credential' });
  });

  it('keeps an input that another server of the same URL uses, and its permission', async () => {
    await addTodos();
    const text = readText();
    const { credentialId } = await addTodos({
      name: 'again',
      credential: { kind: 'existing', credentialId: (await services()).vault.credentials[0]?.id ?? '' },
    });
    await run('mcpKeyring.servers.detachCredential', { file, server: 'again' });
    assert.match(await valueFor(url), /^Bearer ey/);
    const { vault } = await services();
    assert.equal(vault.credential(credentialId)?.attachments.length, 1);
    assert.equal(readConfig().servers?.todos?.headers?.Authorization, /"Bearer [^"]*"/.exec(text)?.[0].slice(1, -1));
    const [input] = readConfig().inputs ?? [];
    assert.ok(readConfig().servers?.todos?.headers?.Authorization?.includes(input?.id ?? 'none'));
  });
});

describe('Removing a server', () => {
  beforeEach(beginAfresh);

  // The command asks first, and VS Code shows no dialog in a suite: nothing may happen then.
  it('does nothing without a yes', async () => {
    await addTodos();
    const text = readText();
    await run('mcpKeyring.servers.remove', todos);
    assert.equal(readText(), text);
    assert.match(await valueFor(url), /^Bearer ey/);
  });

  it('leaves nothing of it in the file, and its credential in the keyring without a permission', async () => {
    const before = readText();
    const { credentialId } = await addTodos();
    await addServer({
      name: 'weather',
      url: 'https://weather.example.com/mcp',
      file: configPath,
      delivery: 'reference',
      credential: { kind: 'apiKey', key },
    });
    const { deliverer, vault } = await services();
    await deliverer.remove(await deliverer.find(todos));
    assert.deepEqual(Object.keys(readConfig().servers ?? {}), ['weather']);
    assert.equal(readConfig().inputs?.length, 1);
    assert.deepEqual(vault.credential(credentialId)?.attachments, []);
    assert.equal(await valueFor('https://weather.example.com/mcp', 'X-API-Key'), key);
    await deliverer.remove(await deliverer.find({ file, server: 'weather' }));
    assert.deepEqual(readConfig().servers, {});
    assert.ok(readText().startsWith(before.slice(0, before.indexOf('"servers"'))));
  });
});

describe('Deleting a credential', () => {
  it('does nothing without a yes', async () => {
    await beginAfresh();
    const { credentialId } = await addTodos();
    await run('mcpKeyring.credentials.delete', { credentialId });
    assert.match(await valueFor(url), /^Bearer ey/);
  });
});

describe('Starting', () => {
  it('a server that was written a moment ago', async () => {
    await beginAfresh();
    const weather = await startApiKeyServer({ keys: [key] });
    try {
      const result = addServer({
        name: 'weather',
        url: weather.url,
        file: configPath,
        delivery: 'reference',
        credential: { kind: 'apiKey', key },
        start: true,
      });
      const target = await result;
      await until('its tools', () => toolsOf('weather').length > 0);
      assert.deepEqual([...new Set(headerValues(weather, 'x-api-key', '/mcp'))], [key]);

      // A server that runs is stopped and started: VS Code asks for the value anew.
      const { vault } = await services();
      const uses = () =>
        vault.credential(target.credentialId)?.history.filter(({ event }) => event === 'used').length ?? 0;
      assert.equal(uses(), 1);
      weather.requests.length = 0;
      await start(target);
      await until('a request', () => weather.requests.length > 0);
      await stop(target);
    } finally {
      await weather.close();
    }
  });

  it('a server that stands nowhere is refused at once', async () => {
    const began = Date.now();
    const outcome = await run('mcpKeyring.servers.start', { file, server: 'nobody' });
    assert.equal(outcome, undefined);
    assert.ok(Date.now() - began < 8000);
    assert.ok(!vscode.lm.tools.some(tool => tool.name.includes('nobody')));
  });
});
