import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import {
  CONTAINER_AUDIENCE,
  CONTAINER_ISSUER,
  type ContainerTokenOptions,
  signContainerToken,
  startContainerServer,
} from '../../servers/containerServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { callTool, connectClient, ERAS, postInitialize, toolNames } from './clients.ts';

// Base64 of "demo secret bytes, not a secret at all": decoded, it would be another secret.
const SECRET = 'ZGVtbyBzZWNyZXQgYnl0ZXMsIG5vdCBhIHNlY3JldCBhdCBhbGw=';
const KEY = 'demo-key-not-a-secret';

const TOOLS = {
  readonly: ['list_todos'],
  user: ['add_todo', 'list_todos', 'complete_todo'],
  admin: ['add_todo', 'list_todos', 'complete_todo', 'delete_todo'],
} as const;

describe('servers: sample container', () => {
  let server: HttpMcpServer;

  beforeEach(async () => {
    server = await startContainerServer({ secret: SECRET, apiKeys: [KEY] });
  });

  afterEach(() => server.close());

  async function bearer(options: Partial<ContainerTokenOptions> = {}): Promise<Record<string, string>> {
    return { Authorization: `Bearer ${await signContainerToken({ secret: SECRET, role: 'user', ...options })}` };
  }

  for (const era of ERAS) {
    for (const role of ['readonly', 'user', 'admin'] as const) {
      it(`shows ${role} its tools (${era})`, async () => {
        const headers = await bearer({ role });
        assert.deepEqual(await toolNames(server.url, headers, era), TOOLS[role]);
        assert.deepEqual(new Set(headerValues(server, 'Authorization')), new Set([headers.Authorization]));
      });
    }

    it(`takes an API key instead (${era})`, async () => {
      assert.deepEqual(await toolNames(server.url, { 'x-api-key': KEY }, era), TOOLS.user);
    });
  }

  it('keeps to-dos and refuses what a permission is missing for', async () => {
    const user = await connectClient(server.url, await bearer());
    const { id } = JSON.parse(await callTool(user, 'add_todo', { title: 'Scan the image' }));
    assert.deepEqual(JSON.parse(await callTool(user, 'complete_todo', { id })), {
      id,
      title: 'Scan the image',
      done: true,
    });
    assert.equal(
      await callTool(user, 'delete_todo', { id }),
      'error: Forbidden: the permission delete:todos is missing.',
    );
    await user.close();
  });

  it('answers 401 without a credential and without a challenge', async () => {
    const expected = { status: 401, body: { error: 'Authentication required' }, challenge: null };
    assert.deepEqual(await postInitialize(server.url), expected);
    assert.deepEqual(await postInitialize(server.url, { Authorization: 'Bearer' }), expected);
  });

  it('answers 403 to a bad token, even to one that has merely expired', async () => {
    const withoutEmail = await new SignJWT({ id: '1', role: 'admin', permissions: [] })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(CONTAINER_ISSUER)
      .setAudience(CONTAINER_AUDIENCE)
      .setExpirationTime('2h')
      .sign(Buffer.from(SECRET));
    const bad: Record<string, Record<string, string>> = {
      expired: await bearer({ lifetimeSeconds: -1 }),
      'another secret': await bearer({ secret: `${SECRET}=` }),
      'another issuer': await bearer({ issuer: 'urn:other' }),
      'another audience': await bearer({ audience: 'urn:other' }),
      'no e-mail': { Authorization: `Bearer ${withoutEmail}` },
      'no JWT': { Authorization: 'Bearer demo-token-not-a-secret' },
    };
    for (const [name, headers] of Object.entries(bad)) {
      assert.deepEqual(
        await postInitialize(server.url, headers),
        { status: 403, body: { error: 'Invalid or expired token' }, challenge: null },
        name,
      );
    }
  });

  it('answers 403 to a wrong API key, also beside a good token', async () => {
    assert.deepEqual(await postInitialize(server.url, { ...(await bearer()), 'x-api-key': 'wrong' }), {
      status: 403,
      body: { error: 'Invalid API key' },
      challenge: null,
    });
  });

  it('refuses a token signed with the decoded bytes of its base64-looking secret', async () => {
    const decoded = await new SignJWT({ id: '1', email: 'a@example.com', role: 'admin', permissions: [] })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(CONTAINER_ISSUER)
      .setAudience(CONTAINER_AUDIENCE)
      .setExpirationTime('2h')
      .sign(Buffer.from(SECRET, 'base64'));
    assert.equal((await postInitialize(server.url, { Authorization: `Bearer ${decoded}` })).status, 403);
  });
}).timeout(15_000);
