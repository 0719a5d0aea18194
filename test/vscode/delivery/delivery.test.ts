import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { AddServerResult } from '../../../src/ids.ts';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { signRolesToken, startRolesServer } from '../../servers/rolesServer.ts';
import { addServer, pause, readConfig, readText, run, start, stop, toolsOf, until } from '../harness/keyring.ts';
import { searchFiles } from '../harness/outside.ts';

const key = 'demo-key-not-a-secret-0123456789';
const secret = 'demo-shared-secret-that-protects-nothing';

// VS Code's own client connects to real protected servers, and what they saw is what is asserted.
describe('Delivery', function () {
  this.timeout(60_000);
  // One pair for each delivery: attaching another credential to the same URL would replace the first.
  const servers = new Map<string, { readonly weather: HttpMcpServer; readonly todos: HttpMcpServer }>();

  before(async () => {
    for (const delivery of ['reference', 'literal']) {
      servers.set(delivery, {
        weather: await startApiKeyServer({ keys: [key] }),
        todos: await startRolesServer({ secret }),
      });
    }
  });

  after(async () => {
    for (const { weather, todos } of servers.values()) {
      await weather.close();
      await todos.close();
    }
  });

  function serversOf(delivery: string) {
    const pair = servers.get(delivery);
    assert.ok(pair);
    return pair;
  }

  beforeEach(() => {
    for (const { weather, todos } of servers.values()) {
      weather.requests.length = 0;
      todos.requests.length = 0;
    }
  });

  for (const delivery of ['reference', 'literal'] as const) {
    describe(delivery, () => {
      it('connects VS Code to the API-key server', async () => {
        const { weather } = serversOf(delivery);
        const name = `weather-${delivery}`;
        const result = await addServer({
          name,
          url: weather.url,
          file: '.vscode/mcp.json',
          delivery,
          credential: { kind: 'apiKey', key },
        });
        await start(result);
        await until('the tools of the weather server', () => toolsOf('weather').length > 0);
        assert.deepEqual([...new Set(headerValues(weather, 'x-api-key', '/mcp'))], [key]);
        const header = readConfig().servers?.[name]?.headers?.['X-API-Key'];
        if (delivery === 'reference') {
          assert.match(header ?? '', /^\$\{input:mcp-keyring\.weather-reference\.[0-9a-f]{8}\}$/);
          assert.ok(!readText().includes(key));
        } else {
          assert.equal(header, key);
        }
        await stop(result);
      });

      it('connects VS Code to the shared-secret JWT server', async () => {
        const { todos } = serversOf(delivery);
        const name = `todos-${delivery}`;
        const result = await addServer({
          name,
          url: todos.url,
          file: '.vscode/mcp.json',
          delivery,
          credential: {
            kind: 'signedJwt',
            secret,
            claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] },
          },
        });
        await start(result);
        await until('the tools of the todo server', () => toolsOf('todos').length > 0);
        const sent = [...new Set(headerValues(todos, 'authorization', '/mcp'))];
        assert.equal(sent.length, 1);
        assert.match(sent[0] ?? '', /^Bearer ey[\w-]+\.[\w-]+\.[\w-]+$/);
        const header = readConfig().servers?.[name]?.headers?.Authorization ?? '';
        if (delivery === 'reference') {
          assert.match(header, /^Bearer \$\{input:mcp-keyring\.todos-reference\.[0-9a-f]{8}\}$/);
        } else {
          assert.equal(header, sent[0]);
        }
        await stop(result);
      });
    });
  }

  // Nested, since mocha runs a suite's own tests before those of the suites in it.
  describe('afterwards', () => {
    it('writes inputs that the schema allows and keeps the comment', () => {
      const inputs = readConfig().inputs ?? [];
      assert.equal(inputs.length, 2);
      for (const input of inputs) {
        assert.deepEqual(Object.keys(input).sort(), ['args', 'command', 'id', 'type']);
        assert.equal(input.type, 'command');
        assert.equal(input.command, 'mcpKeyring.resolveHeader');
        assert.equal(input.args, input.id);
      }
      assert.match(readText(), /\/\/ The servers of this project\./);
    });

    it('never lets two servers share a value', () => {
      const { servers = {} } = readConfig();
      const a = servers['weather-reference']?.headers?.['X-API-Key'];
      const b = servers['todos-reference']?.headers?.Authorization?.replace('Bearer ', '');
      assert.ok(a && b && a !== b);
    });

    it('leaves no token on disk after a start by reference', async () => {
      const { todos } = serversOf('reference');
      const target = await serverNamed('todos-reference');
      await start(target);
      await until('a request', () => todos.requests.length > 0);
      const sent = (headerValues(todos, 'authorization', '/mcp')[0] ?? '').replace('Bearer ', '');
      // What VS Code stores, it stores within a second; the last purge runs after three.
      await pause(5000);
      assert.deepEqual(searchFiles([sent]), []);
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(target.file));
      const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
      );
      assert.doesNotMatch(JSON.stringify(hints), new RegExp(sent.slice(-20)));
      await stop(target);
    });

    it('gives a new token at the start after a renewal', async () => {
      const { todos } = serversOf('reference');
      const target = await serverNamed('todos-reference');
      await pause(1100); // `iat` counts seconds: within one, the same claims make the same token.
      await run('mcpKeyring.servers.renewToken', target);
      const before = new Set<string>();
      await start(target);
      await until('a request', () => todos.requests.length > 0);
      for (const value of headerValues(todos, 'authorization', '/mcp')) {
        before.add(value ?? '');
      }
      assert.equal(before.size, 1);
      const [renewed = ''] = before;
      assert.ok(!readText().includes(renewed.replace('Bearer ', '')));
      await stop(target);
    });

    it('shows a viewer fewer tools than an admin after the other credential is attached', async () => {
      const target = await serverNamed('todos-reference');
      await start(target);
      const viewer = await until('the tools of a viewer', () => toolsOf('todos').length);
      await stop(target);
      const admin = (await run(
        'mcpKeyring.addCredential',
        { ...target, header: 'Authorization' },
        {
          kind: 'signedJwt',
          name: 'todos admin',
          secret,
          claims: {
            iss: 'mcp-auth-server',
            sub: 'alice',
            role: 'admin',
            permissions: ['read:todos', 'create:todos', 'update:todos', 'delete:todos', 'list:todos'],
          },
        },
      )) as string;
      assert.ok(admin);
      await start(target);
      await until('more tools for the admin', () => toolsOf('todos').length > viewer);
      await stop(target);
    });

    it('refuses an expired token with a reason before anything is sent', async () => {
      const { todos } = serversOf('reference');
      const expired = await signRolesToken({
        secret,
        role: 'viewer',
        lifetimeSeconds: 60,
        now: new Date(Date.now() - 3_600_000),
      });
      const result = await addServer({
        name: 'todos-expired',
        url: `${todos.origin}/mcp`,
        file: '.vscode/mcp.json',
        delivery: 'reference',
        header: 'Authorization',
        credential: { kind: 'bearer', token: expired },
      });
      todos.requests.length = 0;
      await assert.rejects(async () => {
        const [, id = ''] =
          /\{input:(.*)\}/.exec(readConfig().servers?.['todos-expired']?.headers?.Authorization ?? '') ?? [];
        await run('mcpKeyring.resolveHeader', id);
      }, /expired .* ago/);
      await start(result, 4);
      assert.deepEqual(
        todos.requests.filter(request => request.path === '/mcp'),
        [],
      );
    });
  });

  async function serverNamed(server: string): Promise<AddServerResult> {
    const file = vscode.Uri.joinPath(
      vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/'),
      '.vscode/mcp.json',
    );
    return { file: file.toString(), server, credentialId: '' };
  }
});
