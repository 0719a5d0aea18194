import assert from 'node:assert/strict';
import { Client, SSEClientTransport } from '@modelcontextprotocol/client';
import { decodeJwt } from 'jose';
import { type PlatformServer, startPlatformServer } from '../../servers/platformServer.ts';
import { callTool, connectClient, ERAS, postInitialize, toolNames } from './clients.ts';

const TOOLS = ['whoami', 'list_projects'];

const refused = (message: string) => ({
  status: 401,
  body: { error: 'unauthorized', message },
  challenge: 'Bearer realm="demo-platform"',
});

describe('servers: hosted platform', () => {
  let server: PlatformServer;

  beforeEach(async () => {
    server = await startPlatformServer();
  });

  afterEach(() => server.close());

  async function connectSse(token: string): Promise<Client> {
    const client = new Client({ name: 'test-client', version: '1.0.0' });
    await client.connect(new SSEClientTransport(new URL(server.sseUrl), { requestInit: { headers: bearer(token) } }));
    return client;
  }

  for (const era of ERAS) {
    it(`serves a client at /mcp (${era})`, async () => {
      const { token } = await server.createToken({ description: 'laptop' });
      const client = await connectClient(server.url, bearer(token), era);
      assert.deepEqual(
        (await client.listTools()).tools.map(tool => tool.name),
        TOOLS,
      );
      assert.equal(await callTool(client, 'whoami'), 'laptop');
      await client.close();
    });
  }

  it('serves a client at /sse, each request with the header', async () => {
    const { token } = await server.createToken({ description: 'old client' });
    const client = await connectSse(token);
    assert.deepEqual(
      (await client.listTools()).tools.map(tool => tool.name),
      TOOLS,
    );
    assert.equal(await callTool(client, 'whoami'), 'old client');
    await client.close();
    const [first, ...others] = server.requests;
    assert.deepEqual([first?.method, first?.path, first?.status], ['GET', '/sse', 200]);
    assert(others.length >= 4);
    assert(others.every(request => request.path.startsWith('/messages?sessionId=') && request.status === 202));
    assert(server.requests.every(request => request.headers.authorization === `Bearer ${token}`));
  });

  it('serves both transports in parallel', async () => {
    const [a, b] = await Promise.all([
      server.createToken({ description: 'a' }),
      server.createToken({ description: 'b' }),
    ]);
    const clients = await Promise.all([
      connectSse(a.token),
      connectSse(b.token),
      connectClient(server.url, bearer(a.token)),
    ]);
    assert.deepEqual(await Promise.all(clients.map(client => callTool(client, 'whoami'))), ['a', 'b', 'a']);
    await Promise.all(clients.map(client => client.close()));
  });

  it('tells a client that tries Streamable HTTP at /sse to fall back', async () => {
    const { token } = await server.createToken({ description: 'x' });
    assert.equal((await postInitialize(server.sseUrl, bearer(token))).status, 405);
  });

  it('shows a token with its description and dates', async () => {
    const { token, id } = await server.createToken({ description: 'CI', lifetimeSeconds: 3600 });
    await server.createToken({ description: 'for good' });
    const [limited, indefinite] = server.tokens();
    assert(limited?.expiresAt);
    assert.equal(limited.id, id);
    assert.equal(limited.description, 'CI');
    assert.equal(limited.expiresAt.getTime() - limited.createdAt.getTime(), 3_600_000);
    assert.equal(limited.lastUsedAt, undefined);
    assert.equal(decodeJwt(token).jti, id);
    assert.deepEqual([indefinite?.description, indefinite?.expiresAt], ['for good', undefined]);

    assert.deepEqual(await toolNames(server.url, bearer(token)), TOOLS);
    assert((server.tokens()[0]?.lastUsedAt?.getTime() ?? 0) >= limited.createdAt.getTime());
    assert.equal(server.tokens()[1]?.lastUsedAt, undefined);
  });

  it('refuses a missing, expired, foreign and revoked token at both addresses', async () => {
    const other = await startPlatformServer();
    const foreign = (await other.createToken({ description: 'elsewhere' })).token;
    await other.close();
    const expired = await server.createToken({ description: 'short', lifetimeSeconds: -1 });
    const revoked = await server.createToken({ description: 'lost laptop' });
    server.revokeToken(revoked.id);
    for (const url of [server.url, server.sseUrl, `${server.origin}/messages`]) {
      assert.deepEqual(await postInitialize(url), refused('Missing token'));
      assert.deepEqual(await postInitialize(url, bearer(expired.token)), refused('Token expired'));
      assert.deepEqual(await postInitialize(url, bearer(foreign)), refused('Invalid token'));
      assert.deepEqual(await postInitialize(url, bearer(revoked.token)), refused('Token revoked'));
    }
    assert.deepEqual(
      server.tokens().map(({ isRevoked, lastUsedAt }) => [isRevoked, lastUsedAt]),
      [
        [false, undefined],
        [true, undefined],
      ],
    );
  });

  it('cuts off the clients of a revoked token and no others', async () => {
    const lost = await server.createToken({ description: 'lost' });
    const kept = await server.createToken({ description: 'kept' });
    const [lostClient, keptClient] = await Promise.all([connectSse(lost.token), connectSse(kept.token)]);
    server.revokeToken(lost.id);
    await assert.rejects(lostClient.listTools());
    assert.equal(await callTool(keptClient, 'whoami'), 'kept');
    await Promise.all([lostClient.close(), keptClient.close()]);
  });

  it('lets nobody post into the stream of another token', async () => {
    const owner = await server.createToken({ description: 'owner' });
    const thief = await server.createToken({ description: 'thief' });
    const client = await connectSse(owner.token);
    const messages = server.requests.find(request => request.path.startsWith('/messages'))?.path ?? '';
    assert.equal((await postInitialize(`${server.origin}${messages}`, bearer(thief.token))).status, 404);
    assert.equal((await postInitialize(`${server.origin}/messages`, bearer(owner.token))).status, 404);
    const garbage = await fetch(`${server.origin}${messages}`, {
      method: 'POST',
      headers: bearer(owner.token),
      body: '{}',
    });
    assert.equal(garbage.status, 400);
    await client.close();
  });
}).timeout(15_000);

function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}
