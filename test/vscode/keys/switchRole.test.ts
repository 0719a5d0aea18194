import assert from 'node:assert/strict';
import type { SignedJwtCredential } from '../../../src/core/credentials/types.ts';
import type { AddServerResult } from '../../../src/ids.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { startRolesServer } from '../../servers/rolesServer.ts';
import { services } from '../harness/inside.ts';
import { addServer, run, start, stop, until } from '../harness/keyring.ts';

const secret = 'demo-shared-secret-that-protects-nothing';

describe('Switch Role', function () {
  this.timeout(60_000);
  let server: HttpMcpServer;
  let target: AddServerResult;

  before(async () => {
    server = await startRolesServer({ secret });
    target = await addServer({
      name: 'todos-roles',
      url: server.url,
      file: '.vscode/mcp.json',
      credential: {
        kind: 'signedJwt',
        secret,
        claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer', permissions: ['read:todos'] },
      },
    });
  });

  after(() => server.close());

  it('is seen by the server, and keeps one credential per role', async () => {
    const viewer = await toolCount();
    const admin = await run('mcpKeyring.servers.switchRole', target, 'admin');
    assert.notEqual(admin, target.credentialId);
    assert.ok((await toolCount()) > viewer);
    assert.equal(await run('mcpKeyring.servers.switchRole', target, 'viewer'), target.credentialId);
    assert.equal(await toolCount(), viewer);
    assert.equal(await run('mcpKeyring.servers.switchRole', target, 'admin'), admin);
    const { vault } = await services();
    assert.equal(vault.credentials.filter(({ name }) => name.startsWith('todos-roles')).length, 2);
  });

  it('keeps the resource of the permissions and everything else that the token says', async () => {
    const { vault } = await services();
    const id = (await run('mcpKeyring.servers.switchRole', target, 'editor')) as string;
    const credential = vault.credential(id);
    assert.ok(credential?.kind === 'signedJwt');
    assert.deepEqual(credential.template.claims, {
      iss: 'mcp-auth-server',
      sub: 'alice',
      role: 'editor',
      permissions: ['read:todos', 'create:todos', 'update:todos'],
    });
    assert.equal(credential.name, 'todos-roles (editor)');
  });

  it('makes a credential that no terminal has, and leaves those for another audience alone', async () => {
    const { vault } = await services();
    const { keyId } = vault.credential(target.credentialId) as SignedJwtCredential;
    const elsewhere = (await run('mcpKeyring.addCredential', undefined, {
      kind: 'signedJwt',
      name: 'for another server',
      keyId,
      claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'readonly', aud: 'https://other.example/mcp' },
    })) as string;
    await vault.updateCredential(target.credentialId, credential => ({
      ...credential,
      terminal: { variable: 'TODOS_TOKEN' },
    }));
    await run('mcpKeyring.servers.switchRole', target, 'viewer');
    const id = (await run('mcpKeyring.servers.switchRole', target, 'readonly')) as string;
    assert.notEqual(id, elsewhere);
    const made = vault.credential(id);
    assert.ok(made?.kind === 'signedJwt' && made.token);
    assert.equal(made.terminal, undefined);
    assert.equal(made.template.claims.aud, undefined);
    assert.deepEqual(
      made.history.map(({ event }) => event),
      ['created', 'signed', 'attached'],
    );
  });

  it('knows the roles of the settings alone', async () => {
    await assert.rejects(
      async () => run('mcpKeyring.servers.switchRole', target, 'emperor'),
      /role: there is no preset for the role “emperor”/,
    );
  });

  /** How many tools the server lists to VS Code with the credential that is in use. */
  async function toolCount(): Promise<number> {
    server.requests.length = 0;
    await start(target);
    await until('the list of tools', () =>
      server.requests.some(({ rpcMethod, status }) => rpcMethod === 'tools/list' && status === 200),
    );
    const [authorization = ''] = headerValues(server, 'authorization');
    await stop(target);
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        Authorization: authorization,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    return (await response.text()).split('"name"').length - 1;
  }
});
