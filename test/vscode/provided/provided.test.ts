import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Credential, SignedJwtCredential } from '../../../src/core/credentials/types.ts';
import type { Secret } from '../../../src/core/secret.ts';
import { ServerProvider } from '../../../src/features/provided/provider.ts';
import { ServersTree } from '../../../src/features/servers/tree.ts';
import { type AddServerAnswers, providedFile } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { signRolesToken, startRolesServer } from '../../servers/rolesServer.ts';
import { services } from '../harness/inside.ts';
import { addServer, pause, readText, run, start, toolsOf, until } from '../harness/keyring.ts';
import { searchFiles } from '../harness/outside.ts';

const key = 'provided-key-not-a-secret-0123456789';
const secret = 'provided-shared-secret-that-protects-nothing';
const urlSecret = 'provided-secret-in-a-query-0123456789';
const definitionId = (label: string) => `mcp-keyring.mcp-keyring/${label}`;

// The server stands in no file: VS Code asks the extension for it, and for its header at every start.
describe('Provided servers', function () {
  this.timeout(60_000);
  let weather: HttpMcpServer;
  let todos: HttpMcpServer;
  let untouched: string;

  before(async () => {
    weather = await startApiKeyServer({ keys: [key, `${key}-2`] });
    todos = await startRolesServer({ secret });
    untouched = readText();
  });

  after(async () => {
    await weather.close();
    await todos.close();
  });

  function offer(answers: AddServerAnswers) {
    return addServer({ delivery: 'provided', ...answers });
  }

  const target = (server: string) => ({ file: providedFile, server });

  async function stopProvided(label: string): Promise<void> {
    await vscode.commands.executeCommand('workbench.mcp.stopServer', definitionId(label));
  }

  /** A secret as the extension under test makes them: this bundle has a class of its own. */
  function secretLike(example: Secret | undefined, value: string): Secret {
    assert.ok(example);
    return Reflect.construct(example.constructor, [value]) as Secret;
  }

  /** As it was before its first token. */
  function withoutToken(credential: Credential): Credential {
    const { token: _, ...rest } = credential as SignedJwtCredential;
    return rest;
  }

  it('connects VS Code to the API-key server, and writes no file', async () => {
    const result = await offer({
      name: 'weather',
      url: `${weather.url}?units=metric&city=S%C3%A3o%20Paulo&code=${urlSecret}`,
      credential: { kind: 'apiKey', name: 'weather key', key },
    });
    assert.equal(result.file, providedFile);
    await start(result);
    await until('the tools', () => toolsOf('weather').length > 0);
    const requests = weather.requests.filter(request => request.rpcMethod !== undefined);
    assert.ok(requests.length > 0);
    assert.deepEqual([...new Set(requests.map(request => request.headers['x-api-key']))], [key]);
    assert.deepEqual(
      [...new Set(requests.map(request => request.path))],
      [`/mcp?units=metric&city=S%C3%A3o%20Paulo&code=${urlSecret}`],
    );
    assert.equal(readText(), untouched);
  });

  it('connects VS Code to the shared-secret JWT server', async () => {
    const result = await offer({
      name: 'todos',
      url: todos.url,
      credential: {
        kind: 'signedJwt',
        name: 'todos viewer',
        secret,
        claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] },
      },
    });
    await start(result);
    await until('the tools', () => toolsOf('todos').length > 0);
    const sent = [...new Set(headerValues(todos, 'authorization'))];
    assert.equal(sent.length, 1);
    assert.match(sent[0] ?? '', /^Bearer ey/);
  });

  it('is asked again at every start', async () => {
    await stopProvided('todos');
    todos.requests.length = 0;
    await start(target('todos'));
    await until('a request', () => todos.requests.length > 0);
  });

  it('shows them below a node of their own, with header and state', async () => {
    const tree = new ServersTree(await services());
    const node = tree.getChildren().find(candidate => candidate.kind === 'provided');
    const items = tree.getChildren(node).map(server => [
      tree.getTreeItem(server).label,
      ...tree.getChildren(server).map(header => {
        const item = tree.getTreeItem(header);
        return `${item.label} | ${item.description}`;
      }),
    ]);
    assert.deepEqual(items, [
      ['todos', 'Authorization | 59 min left · viewer · JWT · todos viewer'],
      ['weather', 'X-API-Key | weather key · API key'],
    ]);
    tree.dispose();
  });

  it('says nothing secret to VS Code before a start, and keeps nothing of it on disk', async () => {
    const provider = new ServerProvider(await services());
    const definitions = await provider.provideMcpServerDefinitions();
    assert.deepEqual(
      definitions.map(({ label, uri, headers }) => [label, uri.toString(), headers]),
      [
        ['todos', todos.url, {}],
        ['weather', weather.url, {}],
      ],
    );
    const [first] = definitions;
    assert.ok(first);
    const resolved = await provider.resolveMcpServerDefinition(first);
    assert.ok(resolved);
    assert.notEqual(resolved, first);
    assert.deepEqual(first.headers, {});
    assert.match(resolved.headers.Authorization ?? '', /^Bearer ey/);
    provider.dispose();
    await pause(5000);
    const token = (resolved.headers.Authorization ?? '').replace('Bearer ', '');
    assert.deepEqual(searchFiles([key, token, secret, urlSecret]), []);
  });

  it('stops a server whose token was renewed, and starts it with the new one', async () => {
    const old = headerValues(todos, 'authorization').at(-1);
    await pause(1100); // `iat` counts seconds: within one, the same claims make the same token.
    const { inventory } = await services();
    const credentialId = inventory.snapshot.provided.find(server => server.parsed.name === 'todos')?.headers[0]
      ?.credentialId;
    await run('mcpKeyring.credentials.renew', { credentialId: credentialId ?? '' });
    await pause(1000);
    todos.requests.length = 0;
    await start(target('todos'));
    await until('a request', () => todos.requests.length > 0);
    const sent = new Set(headerValues(todos, 'authorization'));
    assert.equal(sent.size, 1);
    assert.ok(!sent.has(old));
  });

  it('bumps the version when a token is replaced, but not when it is renewed', async () => {
    const inside = await services();
    const provider = new ServerProvider(inside);
    let events = 0;
    const subscription = provider.onDidChangeMcpServerDefinitions(() => events++);
    const versionOf = async (label: string) =>
      (await provider.provideMcpServerDefinitions()).find(definition => definition.label === label)?.version;
    const first = await versionOf('weather');
    const credential = inside.vault.credentials.find(candidate => candidate.name === 'weather key');
    assert.ok(credential);
    await inside.vault.updateCredential(credential.id, current =>
      current.kind === 'apiKey' ? { ...current, key: secretLike(current.key, `${key}-2`) } : undefined,
    );
    assert.equal(events, 1);
    const second = await versionOf('weather');
    assert.notEqual(second, first);

    // A use is recorded, a name is changed: no reason to stop a server.
    await inside.vault.updateCredential(credential.id, current => ({ ...current, description: 'x' }));
    assert.equal(events, 1);
    assert.equal(await versionOf('weather'), second);

    // What stands behind the path is not in what VS Code is told, and sent all the same.
    await inside.vault.updateCredential(credential.id, current => ({
      ...current,
      attachments: current.attachments.map(attachment =>
        attachment.provided
          ? { ...attachment, provided: { ...attachment.provided, url: `${attachment.provided.url}&page=2` } }
          : attachment,
      ),
    }));
    assert.equal(events, 2);
    assert.notEqual(await versionOf('weather'), second);

    // A start that has to sign a new token.
    const todosVersion = await versionOf('todos');
    const jwt = inside.vault.credentials.find(candidate => candidate.name === 'todos viewer');
    assert.ok(jwt);
    const expiring = await signRolesToken({ secret, role: 'viewer', lifetimeSeconds: 1 });
    await inside.vault.updateCredential(jwt.id, current =>
      current.kind === 'signedJwt' ? { ...current, token: secretLike(current.token, expiring) } : undefined,
    );
    const withExpiring = await versionOf('todos');
    assert.equal(withExpiring, todosVersion);
    await pause(1100);
    const definition = (await provider.provideMcpServerDefinitions()).find(({ label }) => label === 'todos');
    assert.ok(definition);
    const eventsBefore = events;
    const resolved = await provider.resolveMcpServerDefinition(definition);
    assert.ok(resolved);
    assert.ok(!resolved.headers.Authorization?.includes(expiring));
    assert.equal(await versionOf('todos'), withExpiring);
    assert.equal(events, eventsBefore);

    // A start that has to sign the first one.
    await inside.vault.updateCredential(jwt.id, withoutToken);
    const withoutAny = await versionOf('todos');
    assert.ok(await provider.resolveMcpServerDefinition(definition));
    assert.equal(await versionOf('todos'), withoutAny);
    subscription.dispose();
    provider.dispose();
  });

  it('starts a server although its token is made for that start', async () => {
    await stopProvided('todos');
    const inside = await services();
    const jwt = inside.vault.credentials.find(candidate => candidate.name === 'todos viewer');
    await inside.vault.updateCredential(jwt?.id ?? '', withoutToken);
    await pause(1500);
    todos.requests.length = 0;
    await start(target('todos'));
    await until('a list of tools', () => todos.requests.some(request => request.rpcMethod === 'tools/list'));
    await pause(1000);
    assert.ok(toolsOf('todos').length > 0);
    // VS Code stops a server whose definition changes.
    assert.equal(todos.requests.filter(request => request.rpcMethod === 'initialize').length, 1);
    assert.ok(!todos.requests.some(request => request.method === 'DELETE'));
  });

  it('refuses a token that has expired, and sends nothing', async () => {
    const expired = await signRolesToken({
      secret,
      role: 'viewer',
      lifetimeSeconds: 60,
      now: new Date(Date.now() - 3_600_000),
    });
    const result = await offer({
      name: 'late',
      url: `${todos.origin}/mcp?late`,
      credential: { kind: 'bearer', token: expired },
    });
    // The newest attachment is the one in use: the credential above gives way to this one.
    todos.requests.length = 0;
    await start(result, 4);
    assert.deepEqual(todos.requests, []);
    const provider = new ServerProvider(await services());
    const late = (await provider.provideMcpServerDefinitions()).find(({ label }) => label === 'late');
    assert.ok(late);
    await assert.rejects(async () => provider.resolveMcpServerDefinition(late), /token-expired|expired .* ago/);
    provider.dispose();
  });

  it('refuses a name under which another server is offered, and other bad answers', async () => {
    await assert.rejects(
      offer({ name: 'weather', url: `${todos.origin}/other`, credential: { kind: 'apiKey', key } }),
      /^CommandFailed: name: MCP Keyring offers a server “weather” already\.$|offers a server “weather” already/,
    );
    await assert.rejects(offer({ name: '', url: weather.url, credential: { kind: 'apiKey', key } }), /name: /);
    await assert.rejects(
      offer({ name: 'plain', url: 'http://example.com/mcp', credential: { kind: 'apiKey', key } }),
      /url: /,
    );
    const { vault } = await services();
    assert.ok(!vault.credentials.some(credential => credential.name === 'plain'));
  });

  it('goes by another label where a file has a server of that name', async () => {
    const { inventory } = await services();
    await addServer({
      name: 'weather',
      url: `${weather.origin}/other`,
      file: '.vscode/mcp.json',
      credential: { kind: 'apiKey', key },
    });
    await until('the other label', () =>
      inventory.snapshot.provided.some(({ label }) => label === 'weather (MCP Keyring)'),
    );
    weather.requests.length = 0;
    await start(target('weather'));
    await until('a request', () => weather.requests.some(request => request.path.includes('units=metric')));
  });
});
