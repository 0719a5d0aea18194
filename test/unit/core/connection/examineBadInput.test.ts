import assert from 'node:assert/strict';
import type { Examination, StepName, Subject } from '../../../../src/core/connection/examination.ts';
import { examine } from '../../../../src/core/connection/examine.ts';
import type { ConnectionLimits } from '../../../../src/core/connection/limits.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { type HostileServer, type Misbehaviour, startHostileServer } from '../../../servers/hostileServer.ts';

/** Short, so that the tests are; what a user has is `defaultLimits`. */
const quick: Partial<ConnectionLimits> = { answerTime: 500, time: 1500 };

describe('examination, bad input', function () {
  this.timeout(60_000);
  let server: HostileServer;

  afterEach(() => server?.close());

  function look(signal?: AbortSignal, onStep?: (step: StepName) => void, limits = quick): Promise<Examination> {
    const subject: Subject = {
      serverUrl: server.url,
      header: { name: 'Authorization', value: new Secret('Bearer demo-token') },
      plainHeaders: {},
      furtherHeaders: [],
      facts: { kind: 'bearer', headerName: 'Authorization', headerFindings: [], otherRoles: [] },
    };
    return examine({
      subject,
      http: fetch,
      limits,
      now: Date.now,
      toleranceSeconds: 60,
      ...(signal && { signal }),
      ...(onStep && { onStep }),
    });
  }

  const behaviours: readonly Misbehaviour[] = [
    'never',
    'drip',
    'endless',
    'endlessEvents',
    'gigabyte',
    'manyTools',
    'manyPages',
    'samePage',
    'redirectLoop',
    'redirectAway',
    'invalidUtf8',
    'notJson',
    'notRpc',
    'wrongId',
    'wrongShape',
    'hungUp',
    'hostileNames',
    'refused',
  ];
  for (const behaviour of behaviours) {
    for (const from of ['start', 'list'] as const) {
      it(`${behaviour} from the ${from} on: ends in time, and sends the credential with nothing twice`, async () => {
        server = await startHostileServer({ behaviour, from });
        const began = performance.now();
        const { steps, cancelled } = await look();
        assert.equal(cancelled, false);
        assert.ok(steps.length >= 5);
        assert.ok(performance.now() - began < 30_000);
        const posts = server.authorized.filter(request => / POST ./.test(request));
        assert.deepEqual(posts, [...new Set(posts)]);
        await until(() => server.open === 0);
      });
    }
  }

  it('cancelled at each request, stops there', async () => {
    server = await startHostileServer({ behaviour: 'none', from: 'start' });
    // With all the time there is: no answer may come too late for the count.
    await look(undefined, undefined, {});
    const all = server.requests.length;
    await server.close();
    for (let wanted = 1; wanted <= all; wanted++) {
      server = await startHostileServer({ behaviour: 'none', from: 'start' });
      const abort = new AbortController();
      let seen = 0;
      server.onRequest = () => {
        if (++seen === wanted) {
          abort.abort();
        }
      };
      const { cancelled } = await look(abort.signal, undefined, {});
      assert.equal(cancelled, true);
      assert.equal(seen, wanted, server.requests.join());
      await until(() => server.open === 0);
      assert.equal(seen, wanted, server.requests.join());
      await server.close();
    }
  });

  it('cancelled at the beginning of each step, does nothing more', async () => {
    for (const at of ['reach', 'metadata', 'connect', 'list', 'look'] as const) {
      // One of each kind, so that every step comes up.
      for (const behaviour of ['none', 'refused', 'never'] as const) {
        server = await startHostileServer({ behaviour, from: 'start' });
        const abort = new AbortController();
        let before = -1;
        const { cancelled } = await look(abort.signal, step => {
          if (step === at) {
            before = server.requests.length;
            abort.abort();
          }
        });
        assert.equal(cancelled, before !== -1, `${at}, ${behaviour}`);
        if (before !== -1) {
          assert.equal(server.requests.length, before, `${at}, ${behaviour}: ${server.requests.join()}`);
        }
        await server.close();
      }
    }
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
