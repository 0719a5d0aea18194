import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { type RolesTokenOptions, signRolesToken, startRolesServer } from '../../servers/rolesServer.ts';
import { callTool, connectClient, ERAS, postInitialize, toolNames } from './clients.ts';

const SECRET = 'demo-shared-secret-that-protects-nothing';

const TOOLS = {
  viewer: ['whoami', 'list_todos'],
  editor: ['whoami', 'list_todos', 'create_todo', 'update_todo'],
  admin: ['whoami', 'list_todos', 'create_todo', 'update_todo', 'delete_todo', 'clear_todos'],
};

const refused = (error: string) => ({ status: 401, body: { error }, challenge: null });

describe('servers: shared-secret JWT with roles', () => {
  let server: HttpMcpServer;

  beforeEach(async () => {
    server = await startRolesServer({ secret: SECRET });
  });

  afterEach(() => server.close());

  async function bearer(options: Partial<RolesTokenOptions> = {}): Promise<Record<string, string>> {
    return { Authorization: `Bearer ${await signRolesToken({ secret: SECRET, role: 'viewer', ...options })}` };
  }

  for (const era of ERAS) {
    for (const [role, names] of Object.entries(TOOLS)) {
      it(`shows ${role} its tools (${era})`, async () => {
        const headers = await bearer({ role });
        assert.deepEqual(await toolNames(server.url, headers, era), names);
        assert.deepEqual(new Set(headerValues(server, 'Authorization')), new Set([headers.Authorization]));
      });
    }
  }

  it('shows only what the permissions allow too', async () => {
    const names = await toolNames(server.url, await bearer({ role: 'admin', permissions: ['delete:todos'] }));
    assert.deepEqual(names, ['whoami', 'delete_todo', 'clear_todos']);
  });

  it('gives a role nothing for a permission that is not its own', async () => {
    const permissions = ['read:todos', 'delete:todos'];
    assert.deepEqual(await toolNames(server.url, await bearer({ permissions })), TOOLS.viewer);
    assert.deepEqual(await toolNames(server.url, await bearer({ role: 'stranger', permissions })), ['whoami']);
  });

  it('refuses a call that the list does not show, with the reason', async () => {
    const viewer = await connectClient(server.url, await bearer());
    assert.equal(
      await callTool(viewer, 'create_todo', { title: 'x' }),
      "error: Forbidden: the role viewer doesn't have the permission create:todos.",
    );
    assert.equal(
      await callTool(viewer, 'clear_todos'),
      'error: Forbidden: this needs the role admin, and the token says viewer.',
    );
    await viewer.close();
    const limited = await connectClient(server.url, await bearer({ role: 'editor', permissions: ['read:todos'] }));
    assert.equal(
      await callTool(limited, 'create_todo', { title: 'x' }),
      'error: Forbidden: the token lacks the permission create:todos.',
    );
    await limited.close();
  });

  it('keeps to-dos', async () => {
    const admin = await connectClient(server.url, await bearer({ role: 'admin', subject: 'ada' }));
    assert.equal(JSON.parse(await callTool(admin, 'whoami')).subject, 'ada');
    const { id } = JSON.parse(await callTool(admin, 'create_todo', { title: 'Test it' }));
    assert.deepEqual(JSON.parse(await callTool(admin, 'update_todo', { id, done: true })), {
      id,
      title: 'Test it',
      done: true,
    });
    const viewer = await connectClient(server.url, await bearer());
    assert.equal(JSON.parse(await callTool(viewer, 'list_todos')).length, 3);
    await viewer.close();
    await callTool(admin, 'delete_todo', { id });
    assert.match(await callTool(admin, 'delete_todo', { id }), /^error: There is no to-do/);
    assert.equal(await callTool(admin, 'clear_todos'), '2 removed');
    await admin.close();
  });

  it('answers 401 without a token, and to any other scheme or spelling', async () => {
    const token = await signRolesToken({ secret: SECRET, role: 'viewer' });
    assert.deepEqual(await postInitialize(server.url), refused('Missing bearer token'));
    for (const value of [token, `bearer ${token}`, 'Bearer', `Basic ${token}`, `Bearer Bearer ${token}`]) {
      assert.deepEqual(
        await postInitialize(server.url, { Authorization: value }),
        refused('Missing bearer token'),
        value.replace(token, '<token>'),
      );
    }
  });

  it('answers 401 to an expired token, by its own clock', async () => {
    assert.deepEqual(await postInitialize(server.url, await bearer({ lifetimeSeconds: -1 })), refused('Token expired'));
    const headers = await bearer({ lifetimeSeconds: 60 });
    assert.equal((await postInitialize(server.url, headers)).status, 200);
    server.dateOffset = 61_000;
    assert.deepEqual(await postInitialize(server.url, headers), refused('Token expired'));
  });

  it('answers 401 to a token of another secret, issuer, algorithm or shape', async () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      '{"iss":"mcp-auth-server","sub":"x","role":"admin"}',
    ).toString('base64url')}.`;
    const hs512 = await new SignJWT({ role: 'admin' })
      .setProtectedHeader({ alg: 'HS512' })
      .setIssuer('mcp-auth-server')
      .setSubject('x')
      .sign(Buffer.from(SECRET.repeat(2)));
    const withoutSubject = await new SignJWT({ role: 'admin' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('mcp-auth-server')
      .sign(Buffer.from(SECRET));
    const refusedTokens: Record<string, Record<string, string>> = {
      'another secret': await bearer({ secret: `${SECRET}!` }),
      'another issuer': await bearer({ issuer: 'someone-else' }),
      'expired and another secret': await bearer({ secret: `${SECRET}!`, lifetimeSeconds: -1 }),
      'no signature': { Authorization: `Bearer ${unsigned}` },
      'another algorithm': { Authorization: `Bearer ${hs512}` },
      'no subject': { Authorization: `Bearer ${withoutSubject}` },
      'no JWT': { Authorization: 'Bearer demo-token-not-a-secret' },
    };
    for (const [name, headers] of Object.entries(refusedTokens)) {
      assert.deepEqual(await postInitialize(server.url, headers), refused('Invalid token'), name);
    }
    assert(server.requests.every(request => request.status === 401 && request.refusal !== undefined));
  });

  it('serves two roles in parallel without mixing them up', async () => {
    const roles = ['viewer', 'admin', 'editor', 'viewer', 'admin'] as const;
    const results = await Promise.all(
      roles.map(async (role, index) => toolNames(server.url, await bearer({ role }), ERAS[index % 2])),
    );
    assert.deepEqual(
      results,
      roles.map(role => TOOLS[role]),
    );
  });
}).timeout(15_000);
