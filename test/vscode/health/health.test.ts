import assert from 'node:assert/strict';
import type { Log } from '../../../src/core/ports.ts';
import { watchKeyring } from '../../../src/features/health/keyringHealth.ts';
import { healthKeys } from '../../../src/ids.ts';
import type { Services } from '../../../src/services.ts';
import { services } from '../harness/inside.ts';
import { addServer, until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';

// A restart is a watch that begins anew on what is left in the extension's state and among the secrets.
describe('The keyring’s health', () => {
  const messages = new Messages();
  let inside: Services;

  before(async () => {
    inside = await services();
    messages.catch();
  });

  after(() => messages.release());

  beforeEach(() => {
    messages.shown.length = 0;
  });

  async function restart(): Promise<string[]> {
    const { context, inventory, broker } = inside;
    let checked = false;
    const log: Log = {
      trace: () => {},
      info: event => {
        checked ||= event === 'keyring-checked';
      },
      warn: () => {},
      error: event => assert.fail(event),
    };
    const watch = watchKeyring({ context, inventory, broker, log });
    // The marker is left after all has been told.
    await until('the check', async () => {
      const marker = await context.secrets.get(healthKeys.marker);
      return checked && marker !== undefined && marker === context.globalState.get(healthKeys.marker);
    });
    watch.dispose();
    return messages.shown.map(({ text }) => text);
  }

  function damageTold(): readonly string[] {
    return inside.context.globalState.get<readonly string[]>(healthKeys.damageTold, []);
  }

  it('leaves a marker once there is something to lose', async () => {
    const { context } = inside;
    assert.equal(await context.secrets.get(healthKeys.marker), undefined);
    await addServer({
      name: 'health',
      url: 'https://health.example.com/mcp',
      delivery: 'provided',
      credential: { kind: 'apiKey', key: 'health-key-not-a-secret-0123' },
    });
    const marker = await until('the marker', () => context.globalState.get<string>(healthKeys.marker));
    assert.equal(await context.secrets.get(healthKeys.marker), marker);
    assert.deepEqual(await restart(), []);
    assert.equal(inside.vault.damaged.length, 0, 'the marker is no entry of the keyring');
  });

  it('tells once that secrets did not outlive a restart, and again only after they did', async () => {
    const { secrets } = inside.context;
    await secrets.delete(healthKeys.marker);
    const [told, ...others] = await restart();
    assert.match(told ?? '', /credentials that MCP Keyring stored earlier are gone/);
    assert.deepEqual(others, []);
    messages.shown.length = 0;
    await secrets.delete(healthKeys.marker);
    assert.deepEqual(await restart(), []);
    assert.deepEqual(await restart(), [], 'this time the marker was there');
    await secrets.delete(healthKeys.marker);
    assert.equal((await restart()).length, 1);
    await restart();
  });

  it('tells once of entries that cannot be read', async () => {
    const { secrets } = inside.context;
    await secrets.store('credential/broken-1', 'no JSON');
    await secrets.store('signing-key/broken-2', '{"version":1}');
    // In one warning or two.
    const counted = () =>
      messages.shown.map(({ text }) =>
        Number(/cannot be read \((\d)\), so the servers that use them get no credential/.exec(text)?.[1]),
      );
    await until('the warnings', () => counted().reduce((sum, count) => sum + count, 0) === 2);
    assert.deepEqual(messages.shown[0]?.buttons, ['Show Credentials']);
    messages.shown.length = 0;
    assert.deepEqual(await restart(), []);
    await inside.vault.deleteDamaged({
      key: 'credential/broken-1',
      id: 'broken-1',
      what: 'credential',
      reason: 'not-json',
    });
    await inside.vault.deleteDamaged({
      key: 'signing-key/broken-2',
      id: 'broken-2',
      what: 'signingKey',
      reason: 'wrong-shape',
    });
    await until('them to be forgotten', () => damageTold().length === 0);
    await secrets.store('credential/newer', '{"version":99}');
    const newer = await until('a warning', () => messages.shown[0]);
    assert.match(newer.text, /written by a newer MCP Keyring/);
    await secrets.delete('credential/newer');
  });

  it('tells once of writes that fail in the background', async () => {
    const { secrets } = inside.context;
    const store = secrets.store;
    Object.assign(secrets, { store: async () => {} });
    try {
      await inside.broker.headerFor('https://health.example.com/mcp', 'X-API-Key');
      const message = await until('the warning', () => messages.shown[0]);
      assert.match(message.text, /accepts entries but does not keep them/);
    } finally {
      Object.assign(secrets, { store });
    }
  });
});
