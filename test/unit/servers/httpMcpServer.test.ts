import assert from 'node:assert/strict';
import { request } from 'node:http';
import { McpServer } from '@modelcontextprotocol/server';
import { type HttpMcpServer, startHttpMcpServer } from '../../servers/httpMcpServer.ts';
import { postInitialize } from './clients.ts';

describe('servers: the HTTP side', () => {
  let server: HttpMcpServer;

  beforeEach(async () => {
    server = await startHttpMcpServer({
      authenticate: () => ({ authInfo: { token: '', clientId: 'anyone', scopes: [] } }),
      mcp: () => new McpServer({ name: 'empty', version: '1.0.0' }),
      routes: { '/hello': { isPublic: true, handle: ({ res }) => void res.end('hello') } },
    });
  });

  afterEach(() => server.close());

  it('records every request with its exact headers, status and method', async () => {
    const before = Date.now();
    await postInitialize(server.url, { 'X-Mixed-Case': 'a  b' });
    await fetch(`${server.origin}/.well-known/nothing?x=1`);
    const [first, second] = server.requests;
    assert(first && second);
    assert.equal(first.method, 'POST');
    assert.equal(first.path, '/mcp');
    assert.equal(first.rpcMethod, 'initialize');
    assert.equal(first.status, 200);
    assert.equal(first.headers['x-mixed-case'], 'a  b');
    assert.equal(first.rawHeaders[first.rawHeaders.indexOf('X-Mixed-Case') + 1], 'a  b');
    assert(first.time >= before && first.time <= Date.now());
    assert.deepEqual([second.path, second.status, second.rpcMethod], ['/.well-known/nothing?x=1', 404, undefined]);
  });

  it('answers other routes', async () => {
    const response = await fetch(`${server.origin}/hello`);
    assert.equal(await response.text(), 'hello');
  });

  it('refuses a body of more than one megabyte', async () => {
    const response = await fetch(server.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    assert.equal(response.status, 413);
  });

  it('answers a body that is not JSON without falling over', async () => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
    const response = await fetch(server.url, { method: 'POST', headers, body: '{"half":' });
    assert.equal(response.status, 400);
    assert.equal((await postInitialize(server.url)).status, 200);
  });

  it('refuses a Host header of another site', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(server.url, { method: 'POST', headers: { Host: 'rebound.example' } }, response => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  it('shows its own clock in the Date header', async () => {
    server.dateOffset = -3_600_000;
    const response = await fetch(`${server.origin}/hello`);
    const ahead = Date.parse(response.headers.get('Date') ?? '') - Date.now();
    assert(Math.abs(ahead + 3_600_000) < 5_000, `${ahead}`);
  });

  it('says that a port is taken', async () => {
    await assert.rejects(
      startHttpMcpServer({
        authenticate: () => ({ refusal: { status: 401, body: {} } }),
        mcp: () => new McpServer({ name: 'second', version: '1.0.0' }),
        port: server.port,
      }),
      { code: 'EADDRINUSE' },
    );
  });

  it('closes while a client holds a connection open', async () => {
    await postInitialize(server.url);
    await server.close();
    await assert.rejects(fetch(server.url));
    server = await startHttpMcpServer({
      authenticate: () => ({ refusal: { status: 401, body: {} } }),
      mcp: () => new McpServer({ name: 'again', version: '1.0.0' }),
      port: server.port,
    });
  });
}).timeout(15_000);
