import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectAndList } from '../../../../src/core/connection/connectAndList.ts';
import type { ConnectRequest } from '../../../../src/core/connection/connection.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { startApiKeyServer } from '../../../servers/apiKeyServer.ts';
import type { HttpMcpServer } from '../../../servers/httpMcpServer.ts';
import { startPlatformServer } from '../../../servers/platformServer.ts';

const key = 'demo-key-0123456789-0123456789';

function request(serverUrl: string, value: string, name = 'X-API-Key'): ConnectRequest {
  return { serverUrl, headers: [{ name, value: new Secret(value) }], http: fetch };
}

describe('connection', () => {
  let server: HttpMcpServer | undefined;
  let raw: Server | undefined;

  afterEach(async () => {
    await server?.close();
    raw?.closeAllConnections();
    raw?.close();
    server = undefined;
    raw = undefined;
  });

  async function answering(listener: Parameters<typeof createServer>[1]): Promise<string> {
    const started = createServer(listener);
    raw = started;
    await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}/mcp`;
  }

  it('connects in the newest version and lists what is offered', async () => {
    server = await startApiKeyServer({ keys: [key] });
    const outcome = await connectAndList(request(server.url, key));
    assert.equal(outcome.failure, undefined);
    assert.equal(outcome.connected?.transport, 'streamableHttp');
    assert.equal(outcome.connected?.protocolVersion, '2026-07-28');
    assert.deepEqual(
      outcome.lists.tools?.items.map(tool => tool.name),
      ['list_cities', 'get_weather', 'get_forecast'],
    );
    assert.deepEqual(
      outcome.lists.tools?.items.map(tool => tool.callableWithoutArguments),
      [true, false, false],
    );
    assert.equal(outcome.lists.resources?.state, 'notOffered');
  });

  it('writes down what was sent, the secret masked', async () => {
    server = await startApiKeyServer({ keys: [key] });
    const { exchanges } = await connectAndList(request(server.url, key));
    const [first] = exchanges;
    assert.equal(first?.status, 200);
    assert.equal(first?.rpcMethod, 'server/discover');
    const sent = first?.sent[0];
    assert.equal(sent?.name, 'X-API-Key');
    assert.equal(typeof sent?.value === 'object' && sent.value.masked.shown, 'demo…6789');
    assert(!JSON.stringify(exchanges).includes(key));
    const twice = await connectAndList(request(server.url, `Bearer Bearer ${key}`, 'Authorization'));
    const [doubled] = twice.exchanges[0]?.sent ?? [];
    assert(typeof doubled?.value === 'object');
    assert.deepEqual([doubled.value.scheme, doubled.value.masked.shown], ['Bearer Bearer', 'demo…6789']);
  });

  it('keeps no secret that a server sends back', async () => {
    const url = await answering((req, res) => {
      res.writeHead(401, { 'WWW-Authenticate': `Bearer error_description="bad ${req.headers.authorization}"` });
      res.end(JSON.stringify({ error: `Who is ${req.headers.authorization}?` }));
    });
    const outcome = await connectAndList(request(url, `Bearer ${key}`, 'Authorization'));
    assert(!JSON.stringify(outcome).includes(key));
    assert.equal(outcome.exchanges[0]?.body, '{"error":"Who is [secret]?"}');
  });

  it('a refusal is asked for once', async () => {
    server = await startApiKeyServer({ keys: [key] });
    const outcome = await connectAndList(request(server.url, 'wrong'));
    assert.deepEqual(outcome.failure, { code: 'http', status: 403 });
    assert.equal(server.requests.length, 1);
    assert.equal(outcome.exchanges[0]?.body, '{"error":"Invalid API key"}');
  });

  it('falls back to HTTP+SSE where a POST is not served', async () => {
    const platform = await startPlatformServer();
    server = platform;
    const { token } = await platform.createToken({ description: 'laptop' });
    const outcome = await connectAndList(request(platform.sseUrl, `Bearer ${token}`, 'Authorization'));
    assert.equal(outcome.failure, undefined);
    assert.equal(outcome.connected?.transport, 'sse');
    assert.deepEqual(
      outcome.lists.tools?.items.map(tool => tool.name),
      ['whoami', 'list_projects'],
    );
  });

  it('follows no redirect', async () => {
    server = await startApiKeyServer({ keys: [key] });
    const target = server;
    const url = await answering((_, res) => res.writeHead(307, { Location: `${target.url}?token=abc` }).end());
    const outcome = await connectAndList(request(url, key));
    assert.deepEqual(outcome.failure, { code: 'redirected', reason: target.url });
    assert.equal(target.requests.length, 0);
  });

  it('gives up a server that does not answer, and one that is cancelled', async () => {
    const url = await answering(() => undefined);
    const late = await connectAndList({ ...request(url, key), limits: { answerTime: 200 } });
    assert.equal(late.failure?.code, 'timeout');
    const controller = new AbortController();
    const running = connectAndList({
      ...request(url, key),
      signal: controller.signal,
      onExchange: () => controller.abort(),
    });
    assert.equal((await running).failure?.code, 'cancelled');
  });

  it('reads no more than the limit of an endless answer', async () => {
    const url = await answering((_, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.on('error', () => undefined);
      const write = (): void => {
        while (!res.destroyed && res.write('['.repeat(65_536)));
        res.once('drain', write);
      };
      write();
    });
    const outcome = await connectAndList({ ...request(url, key), limits: { answerSize: 1_000_000 } });
    assert.deepEqual(outcome.failure, { code: 'bounds', reason: 'size' });
  });

  it('says what the network says', async () => {
    const url = await answering(() => undefined);
    raw?.close();
    const outcome = await connectAndList(request(url, key));
    assert.deepEqual(outcome.failure, { code: 'network', reason: 'ECONNREFUSED' });
  });
});
