import assert from 'node:assert/strict';
import { defaultLimits } from '../../../../src/core/connection/limits.ts';
import { type ExchangeError, Recorder } from '../../../../src/core/connection/recorder.ts';
import { Secret } from '../../../../src/core/secret.ts';

// What the MCP client is given for a network: every guard of it stands here, whatever the client or a server does.
describe('recorder', () => {
  const serverUrl = 'https://mcp.example.com/mcp';

  function recorder(requests = defaultLimits.requests) {
    const asked: { readonly url: string; readonly init: RequestInit }[] = [];
    const made = new Recorder({
      serverUrl,
      headers: [{ name: 'X-API-Key', value: new Secret('recorder-key-not-a-secret') }],
      limits: { ...defaultLimits, requests },
      now: Date.now,
      http: async (url, init) => {
        asked.push({ url, init });
        return new Response('{}', { headers: { 'Content-Type': 'application/json' } });
      },
    });
    return { asked, made };
  }

  async function failureOf(work: Promise<unknown>): Promise<ExchangeError['failure']> {
    return work.then(
      () => assert.fail('nothing was refused'),
      (error: ExchangeError) => error.failure,
    );
  }

  it('asks the server’s own origin alone', async () => {
    const { asked, made } = recorder();
    for (const url of [
      'https://evil.example.com/mcp',
      'http://mcp.example.com/mcp',
      'https://mcp.example.com:444/mcp',
    ]) {
      assert.deepEqual(await failureOf(made.fetch(url)), { code: 'foreign-origin', reason: url });
    }
    assert.equal(asked.length, 0);
    await made.fetch('https://mcp.example.com/messages?session=1');
    assert.deepEqual(
      asked.map(({ url, init }) => [url, new Headers(init.headers).get('x-api-key'), init.redirect, init.credentials]),
      [['https://mcp.example.com/messages?session=1', 'recorder-key-not-a-secret', 'manual', 'omit']],
    );
    made.close();
  });

  it('keeps nothing of the query in what a server says', async () => {
    const made = new Recorder({
      serverUrl: `${serverUrl}?v=2&key=query-key-not%2Fa-secret`,
      headers: [],
      limits: defaultLimits,
      now: Date.now,
      http: async url => new Response(`Cannot POST ${url} (query-key-not/a-secret, v 2)`, { status: 404 }),
    });
    await made.fetch(`${serverUrl}?v=2&key=query-key-not%2Fa-secret`);
    assert.equal(made.exchanges[0]?.body, `Cannot POST ${serverUrl}?[secret] ([secret], v 2)`);
    assert.equal(made.exchanges[0]?.url, serverUrl);
    made.close();
  });

  it('asks so many times and not once more', async () => {
    const { asked, made } = recorder(2);
    await made.fetch(serverUrl);
    await made.fetch(serverUrl);
    assert.deepEqual(await failureOf(made.fetch(serverUrl)), { code: 'bounds', reason: 'requests' });
    assert.equal(asked.length, 2);
    assert.deepEqual(made.ended, { code: 'bounds', reason: 'requests' });
    made.close();
  });
});
