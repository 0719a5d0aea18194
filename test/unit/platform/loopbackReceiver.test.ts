import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { landingPage } from '../../../src/core/oauth/landingPage.ts';
import { defaultRedirect } from '../../../src/core/oauth/redirects.ts';
import { LoopbackReceivers } from '../../../src/platform/node/loopbackReceiver.ts';

describe('loopback receiver', () => {
  let answers: string[];
  let receivers: LoopbackReceivers;

  beforeEach(() => {
    answers = [];
    receivers = new LoopbackReceivers(async parameters => {
      answers.push(String(parameters));
      return landingPage({ language: 'en', title: 'Signed in', paragraphs: [] });
    });
  });

  afterEach(() => receivers.dispose());

  async function open(port = 0, path = '/callback') {
    const receiver = await receivers.open({ ...defaultRedirect, port, path });
    assert(receiver);
    return receiver;
  }

  /** The status for a request as no browser would send it. */
  function statusOf(port: number, path: string, method: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, response => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.once('error', reject);
      asked.end();
    });
  }

  it('takes an answer and shows the page', async () => {
    const { port, close } = await open();
    const response = await fetch(`http://127.0.0.1:${port}/callback?state=s&code=c%2Bd`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /Signed in/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.deepEqual(answers, ['state=s&code=c%2Bd']);
    close();
  });

  it('listens on this machine alone, and only as long as somebody waits', async () => {
    const { port, close } = await open();
    close();
    close();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/callback`));
  });

  it('has nothing for other paths, methods and names', async () => {
    const { port } = await open();
    const host = `127.0.0.1:${port}`;
    assert.equal(await statusOf(port, '/', 'GET', { host }), 404);
    assert.equal(await statusOf(port, '/favicon.ico', 'GET', { host }), 404);
    assert.equal(await statusOf(port, '/callback/', 'GET', { host }), 404);
    assert.equal(await statusOf(port, '/callback?state=s', 'POST', { host }), 405);
    assert.equal(await statusOf(port, '/callback?state=s', 'GET', { host: 'evil.example' }), 403);
    assert.equal(await statusOf(port, '/callback?state=s', 'GET', { host: `evil.example:${port}` }), 403);
    assert.deepEqual(answers, []);
  });

  it('does not take a request that is none', async () => {
    const { port } = await open();
    const text = await new Promise<string>(resolve => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /callback?\0 HTTP/9\r\n\r\n'));
      socket.on('data', data => {
        received += data;
      });
      socket.once('close', () => resolve(received));
    });
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.deepEqual(answers, []);
  });

  it('tells that a port is taken', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    assert.equal(await receivers.open({ ...defaultRedirect, port }), undefined);
    await new Promise(resolve => other.close(resolve));
    // And takes it once it is free.
    (await open(port)).close();
  });

  it('lets two sign-ins share a fixed port, whoever ends first', async () => {
    const free = await open();
    const { port } = free;
    free.close();
    const [first, second] = await Promise.all([open(port), open(port, '/other')]);
    first.close();
    assert.equal((await fetch(`http://localhost:${port}/callback`)).status, 404);
    assert.equal((await fetch(`http://127.0.0.1:${port}/other?state=2`)).status, 200);
    second.close();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/other`));
  });
});
