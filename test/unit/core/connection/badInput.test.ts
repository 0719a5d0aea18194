import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connectAndList, type ListOutcome } from '../../../../src/core/connection/connectAndList.ts';
import { type ConnectionLimits, defaultLimits } from '../../../../src/core/connection/limits.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { startApiKeyServer } from '../../../servers/apiKeyServer.ts';
import {
  type HostileServer,
  type HostileServerOptions,
  hostileNames,
  type Misbehaviour,
  startHostileServer,
} from '../../../servers/hostileServer.ts';

/** Short, so that the tests are; what a user has is `defaultLimits`. */
const quick: Partial<ConnectionLimits> = { answerTime: 800, time: 2500 };
const megabyte = 1024 ** 2;
const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some(address => address?.address === '::1');

describe('connection, bad input', function () {
  // The machine may be busy; what is asserted are conditions.
  this.timeout(60_000);
  let server: HostileServer;

  afterEach(() => server?.close());

  async function start(behaviour: Misbehaviour, from: 'start' | 'list', more: Partial<HostileServerOptions> = {}) {
    server = await startHostileServer({ behaviour, from, ...more });
  }

  function connect(signal?: AbortSignal, limits: Partial<ConnectionLimits> = quick, url = server.url) {
    const headers = [{ name: 'Authorization', value: new Secret('Bearer demo-token') }];
    return connectAndList({ serverUrl: url, headers, http: fetch, limits, ...(signal && { signal }) });
  }

  /** Why there is no connection, or no list of tools. */
  function codeOf({ failure, lists }: ListOutcome): string | undefined {
    return failure?.code ?? lists.tools?.failure?.code;
  }

  function nothingTwice(): void {
    const posts = server.requests.filter(request => /^POST ./.test(request));
    assert.deepEqual(posts, [...new Set(posts)]);
  }

  const expected: readonly (readonly [Misbehaviour, readonly string[]])[] = [
    ['never', ['timeout']],
    ['drip', ['timeout']],
    ['endless', ['bounds', 'timeout']],
    ['endlessEvents', ['bounds', 'timeout']],
    ['gigabyte', ['bounds', 'timeout']],
    ['redirectLoop', ['redirected']],
    ['redirectAway', ['redirected']],
    ['invalidUtf8', ['protocol', 'timeout']],
    ['notJson', ['protocol', 'timeout']],
    ['notRpc', ['protocol', 'timeout']],
    ['wrongId', ['protocol', 'timeout']],
    ['wrongShape', ['protocol', 'rpc']],
    ['hungUp', ['network', 'protocol']],
    ['refused', ['http']],
  ];
  for (const [behaviour, codes] of expected) {
    for (const from of ['start', 'list'] as const) {
      it(`${behaviour} from the ${from} on: ends in time, says why, sends nothing twice`, async () => {
        await start(behaviour, from);
        const began = performance.now();
        const outcome = await connect();
        const code = codeOf(outcome);
        assert.ok(
          code !== undefined && codes.includes(code),
          `${code}: ${JSON.stringify(outcome.failure ?? outcome.lists)}`,
        );
        assert.ok(performance.now() - began < 20_000);
        nothingTwice();
        await until(() => server.open === 0);
      });
    }
  }

  it('a redirect takes the credential nowhere', async () => {
    const elsewhere = await startHostileServer({ behaviour: 'none', from: 'start' });
    await start('redirectAway', 'start', { elsewhere: elsewhere.url });
    const { failure } = await connect();
    assert.equal(failure?.code, 'redirected');
    assert.deepEqual(elsewhere.requests, []);
    await elsewhere.close();
  });

  for (const behaviour of ['gigabyte', 'endless', 'endlessEvents', 'manyTools', 'manyPages'] as const) {
    it(`${behaviour}: memory and the event loop stay within bounds`, async () => {
      await start(behaviour, 'list');
      globalThis.gc?.();
      const before = process.memoryUsage();
      let peak = 0;
      const sampling = setInterval(() => {
        const { heapUsed, external, arrayBuffers } = process.memoryUsage();
        peak = Math.max(
          peak,
          heapUsed + external + arrayBuffers - before.heapUsed - before.external - before.arrayBuffers,
        );
      }, 10);
      const delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      const outcome = await connect(undefined, { ...defaultLimits, time: 20_000, answerTime: 5000 });
      delay.disable();
      clearInterval(sampling);
      assert.ok((outcome.lists.tools?.items.length ?? 0) <= defaultLimits.items);
      // The server runs in this process as well, and what it writes is counted twice.
      assert.ok(peak < 200 * megabyte, `${Math.round(peak / megabyte)} MB`);
      assert.ok(delay.max / 1e6 < 2000, `${Math.round(delay.max / 1e6)} ms`);
      assert.ok(server.sent < 3 * defaultLimits.totalSize, `${server.sent} bytes sent`);
      nothingTwice();
      await until(() => server.open === 0);
    });
  }

  it('reads 100,000 tools over pages up to a limit, and says that there are more', async () => {
    await start('manyPages', 'list');
    const { lists } = await connect(undefined, { ...quick, time: 20_000 });
    assert.equal(lists.tools?.state, 'listed');
    assert.equal(lists.tools.items.length, defaultLimits.items);
    assert.equal(lists.tools.truncated, true);
    assert.ok(server.requests.length < 40);
    nothingTwice();
  });

  it('asks for a page that leads to itself once more at most', async () => {
    await start('samePage', 'list');
    const { lists } = await connect();
    assert.equal(lists.tools?.truncated, true);
    assert.deepEqual(
      server.requests.filter(request => request.startsWith('POST tools/list')),
      ['POST tools/list', 'POST tools/list same'],
    );
  });

  it('keeps hostile names as they are, cut to length, and nothing of them becomes a property', async () => {
    await start('hostileNames', 'list');
    const { lists } = await connect();
    assert.deepEqual(
      lists.tools?.items.map(({ name }) => name),
      hostileNames.map(name => name.slice(0, 300)),
    );
    assert.equal(lists.resources?.items.length, hostileNames.length);
    assert.equal(lists.prompts?.items.length, hostileNames.length);
  });

  describe('cancelled', () => {
    it('before anything was sent, sends nothing', async () => {
      await start('none', 'start');
      const { failure } = await connect(AbortSignal.abort());
      assert.equal(failure?.code, 'cancelled');
      assert.deepEqual(server.requests, []);
    });

    it('at each request, stops there', async () => {
      await start('none', 'start');
      await connect();
      const steps = server.requests.length;
      assert.ok(steps >= 5, server.requests.join());
      await server.close();
      for (let step = 1; step <= steps; step++) {
        await start('none', 'start');
        const abort = new AbortController();
        let seen = 0;
        server.onRequest = () => {
          if (++seen === step) {
            abort.abort();
          }
        };
        const outcome = await connect(abort.signal);
        assert.equal(seen, step, `after step ${step} of ${steps}: ${server.requests.join()}`);
        const failures = [outcome.failure, ...Object.values(outcome.lists).map(list => list?.failure)];
        assert.ok(
          failures.some(failure => failure?.code === 'cancelled') || step === steps,
          `step ${step}: ${JSON.stringify(failures)}`,
        );
        await until(() => server.open === 0);
        await server.close();
      }
    });

    for (const behaviour of ['never', 'drip', 'endless', 'endlessEvents', 'gigabyte'] as const) {
      for (const from of ['start', 'list'] as const) {
        it(`while the server does this from the ${from} on: ${behaviour}`, async () => {
          await start(behaviour, from);
          const abort = new AbortController();
          server.onRequest = request => {
            if (from === 'start' || request.includes('/list')) {
              setTimeout(() => abort.abort(), 20);
            }
          };
          const outcome = await connect(abort.signal, {
            answerTime: 10_000,
            time: 30_000,
            answerSize: 2 ** 40,
            totalSize: 2 ** 40,
          });
          assert.equal(codeOf(outcome), 'cancelled');
          const { length } = server.requests;
          await until(() => server.open === 0);
          assert.equal(server.requests.length, length);
        });
      }
    }
  });

  describe('addresses', () => {
    const { lookup } = dns;

    afterEach(() => Object.assign(dns, { lookup }));

    for (const order of [
      ['192.0.2.1', '127.0.0.1'],
      ['::1', '127.0.0.1'],
      ['127.0.0.1', '::1', '2001:db8::1'],
    ]) {
      it(`a name that stands for ${order.join(' and ')}: the one that answers is found, and only it is asked`, async () => {
        await start('none', 'start');
        Object.assign(dns, {
          lookup: (_name: string, _options: object, done: (error: null, found: readonly dns.LookupAddress[]) => void) =>
            done(
              null,
              order.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
            ),
        });
        const limits = { answerTime: 10_000, time: 20_000 };
        const { connected } = await connect(undefined, limits, `http://several.test:${server.port}/mcp`);
        assert.equal(connected?.transport, 'streamableHttp');
        nothingTwice();
      });
    }

    if (hasIPv6) {
      it('IPv6 in brackets', async () => {
        await start('none', 'start', { host: '::1' });
        assert.match(server.url, /^http:\/\/\[::1\]:/);
        const { connected } = await connect();
        assert.equal(connected?.transport, 'streamableHttp');
      });
    }

    it('IPv6 in brackets where no way leads', async () => {
      // 100::/64 is the prefix that discards (RFC 6666).
      const { failure } = await connect(undefined, quick, 'http://[100::1]:9/mcp');
      assert.ok(['network', 'timeout'].includes(failure?.code ?? ''), JSON.stringify(failure));
    });

    it('a port on which nobody listens, and one that speaks no HTTP', async () => {
      await start('none', 'start');
      const { url } = server;
      await server.close();
      const closed = await connect(undefined, quick, url);
      assert.deepEqual(closed.failure, { code: 'network', reason: 'ECONNREFUSED' });
      const raw = createServer().on('connection', socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
      raw.listen(0, '127.0.0.1');
      await once(raw, 'listening');
      const address = raw.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const noHttp = await connect(undefined, quick, `http://127.0.0.1:${port}/mcp`);
      assert.equal(noHttp.failure?.code, 'network');
      raw.close();
    });
  });

  it('a healthy server beside all that', async () => {
    const healthy = await startApiKeyServer({ keys: ['demo-key'] });
    const headers = [{ name: 'X-API-Key', value: new Secret('demo-key') }];
    const { lists } = await connectAndList({ serverUrl: healthy.url, headers, http: fetch });
    assert.equal(lists.tools?.items.length, 3);
    await healthy.close();
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
