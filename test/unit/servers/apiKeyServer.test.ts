import assert from 'node:assert/strict';
import { startApiKeyServer } from '../../servers/apiKeyServer.ts';
import { type HttpMcpServer, headerValues } from '../../servers/httpMcpServer.ts';
import { callTool, connectClient, ERAS, postInitialize, postRawHeader, toolNames } from './clients.ts';

const KEY = 'demo-key-not-a-secret';
const MISSING = { status: 401, body: { error: 'Missing X-API-Key header' }, challenge: null };
const INVALID = { status: 403, body: { error: 'Invalid API key' }, challenge: null };

describe('servers: API key', () => {
  let server: HttpMcpServer;

  beforeEach(async () => {
    server = await startApiKeyServer({ keys: [KEY, 'démo-key-not-a-secret'] });
  });

  afterEach(() => server.close());

  for (const era of ERAS) {
    it(`serves a client with the key (${era})`, async () => {
      const client = await connectClient(server.url, { 'X-API-Key': KEY }, era);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(tool => tool.name),
        ['list_cities', 'get_weather', 'get_forecast'],
      );
      assert.equal(await callTool(client, 'get_weather', { city: 'Oslo' }), 'Oslo: snow, -3 °C');
      assert.equal(
        await callTool(client, 'get_weather', { city: 'Atlantis' }),
        'error: No weather is known for Atlantis. Known are Lisbon, Oslo, Nairobi.',
      );
      await client.close();
      assert.deepEqual(new Set(headerValues(server, 'X-API-Key')), new Set([KEY]));
    });
  }

  it('refuses a call whose arguments break the schema', async () => {
    const client = await connectClient(server.url, { 'X-API-Key': KEY });
    assert.match(await callTool(client, 'get_forecast', { city: 'Oslo', days: 9 }), /^error: .*get_forecast/s);
    await client.close();
  });

  it('answers 401 without a key', async () => {
    assert.deepEqual(await postInitialize(server.url), MISSING);
    assert.deepEqual(await postInitialize(server.url, { 'X-API-Key': '' }), MISSING);
    assert.deepEqual(await postInitialize(server.url, { Authorization: `Bearer ${KEY}` }), MISSING);
  });

  it('answers 403 to a wrong key', async () => {
    for (const key of ['wrong', KEY.slice(0, -1), `${KEY}x`, KEY.toUpperCase(), `${KEY}, ${KEY}`]) {
      assert.deepEqual(await postInitialize(server.url, { 'X-API-Key': key }), INVALID, key);
    }
  });

  it('answers 403 to whitespace in the key, also when a paste brought a no-break space', async () => {
    for (const key of ['demo-key-not-a- secret', 'demo-key-not\t-a-secret', `\u00a0${KEY}`, `${KEY}\u00a0`]) {
      assert.deepEqual(await postInitialize(server.url, { 'X-API-Key': key }), INVALID, JSON.stringify(key));
    }
  });

  it('never sees plain blanks around the value, because HTTP takes them away', async () => {
    assert.match(await postRawHeader(server.url, `X-API-Key:   ${KEY} \t `), /^HTTP\/1\.1 200 /);
    assert.equal(server.requests[0]?.headers['x-api-key'], KEY);
  });

  it('compares UTF-8 bytes', async () => {
    assert.match(await postRawHeader(server.url, 'X-API-Key: démo-key-not-a-secret'), /^HTTP\/1\.1 200 /);
    // fetch sends Latin-1: another spelling of the same text, and so another key.
    assert.deepEqual(await postInitialize(server.url, { 'X-API-Key': 'démo-key-not-a-secret' }), INVALID);
  });

  it('serves two clients in parallel', async () => {
    const results = await Promise.all(ERAS.map(era => toolNames(server.url, { 'X-API-Key': KEY }, era)));
    assert.deepEqual(results[0], results[1]);
    assert.equal(results[0]?.length, 3);
  });

  it('refuses one of two clients without disturbing the other', async () => {
    const [good, bad] = await Promise.allSettled([
      toolNames(server.url, { 'X-API-Key': KEY }),
      toolNames(server.url, { 'X-API-Key': 'wrong' }),
    ]);
    assert.equal(good.status, 'fulfilled');
    assert.equal(bad.status, 'rejected');
    assert.deepEqual(
      server.requests.filter(request => request.headers['x-api-key'] === 'wrong').map(request => request.status),
      [403],
    );
  });
}).timeout(15_000);
