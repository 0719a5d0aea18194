import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { decodeJwt as decodeWithJose } from 'jose';
import { attach, detach } from '../../../../src/core/credentials/attachments.ts';
import { Broker, type BrokerPolicy, schemeFor } from '../../../../src/core/credentials/broker.ts';
import { encodeCredential } from '../../../../src/core/credentials/codec.ts';
import type { Attachment, Credential } from '../../../../src/core/credentials/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { KeyringError } from '../../../../src/core/errors.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { apiKey, bearer, hmacKey, signedJwt } from './samples.ts';

const url = 'https://example.com/mcp';
const at = Date.UTC(2026, 0, 1);
const toAuthorization: Attachment = { url, header: 'authorization', at };

/** A window: a vault and a broker of its own on a store that may be shared. */
async function openWindow({
  store = new FakeSecretStore(),
  clock = new FakeClock(),
  policy = {},
}: {
  readonly store?: FakeSecretStore;
  readonly clock?: FakeClock;
  readonly policy?: Partial<BrokerPolicy>;
} = {}) {
  const log = new FakeLog();
  const vault = new Vault(store, log);
  const broker = new Broker(vault, clock, log, () => ({
    clockToleranceSeconds: 60,
    automaticRenewal: true,
    ...policy,
  }));
  await vault.load();
  let renewals = 0;
  broker.onDidRenew(() => {
    renewals++;
  });
  return { store, clock, log, vault, broker, renewals: () => renewals };
}

async function windowWith(credential: Credential, options: Parameters<typeof openWindow>[0] = {}) {
  const window = await openWindow(options);
  await window.vault.putSigningKey(hmacKey());
  await window.vault.putCredential(credential);
  return window;
}

/** A token with these claims and a signature that nobody checks. */
function jwt(claims: object): string {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${segment({ alg: 'HS256', typ: 'JWT' })}.${segment(claims)}.c2lnbmF0dXJlLW9mLW5vdGhpbmc`;
}

async function refusal(work: Promise<unknown>): Promise<KeyringError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof KeyringError, String(error));
    return error;
  }
  throw new Error('nothing was refused');
}

/** What was written off the critical path is there after this. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

describe('broker', () => {
  describe('gives', () => {
    it('an API key in its own header, without a scheme', async () => {
      const { broker } = await windowWith(attach(apiKey(), { url, header: 'x-api-key', at }));
      const header = await broker.headerFor(url, 'X-Api-Key');
      assert.equal(header.name, 'X-Api-Key');
      assert.equal(header.value.reveal(), 'demo-key-not-a-secret');
      assert.equal(header.token.reveal(), 'demo-key-not-a-secret');
      assert.equal(header.expiresAt, undefined);
    });

    it('an opaque bearer token with its scheme', async () => {
      const { broker } = await windowWith(attach(bearer('b', 'dev-alice-token'), toAuthorization));
      const header = await broker.headerFor(url, 'authorization');
      assert.equal(header.value.reveal(), 'Bearer dev-alice-token');
      assert.equal(header.token.reveal(), 'dev-alice-token');
    });

    it('a signed JWT, signed when it is first asked for', async () => {
      const { broker, clock, vault } = await windowWith(attach(signedJwt('s'), toAuthorization));
      const header = await broker.headerFor(url, 'Authorization');
      const now = Math.floor(clock.now() / 1000);
      assert.deepEqual(decodeWithJose(header.token.reveal()), {
        iss: 'mcp-auth-server',
        sub: 'alice',
        role: 'viewer',
        iat: now,
        exp: now + 3600,
      });
      assert.equal(header.expiresAt, (now + 3600) * 1000);
      assert.equal(vault.credential('s')?.timesRenewed, 0);
    });

    it('the value for another way to write the same URL', async () => {
      const { broker } = await windowWith(attach(bearer('b', 'abc'), toAuthorization));
      for (const same of [
        'https://EXAMPLE.com/mcp',
        'https://example.com:443/mcp',
        'https://example.com/x/../mcp?a=1',
      ]) {
        assert.equal((await broker.headerFor(same, 'Authorization')).token.reveal(), 'abc', same);
      }
    });

    it('the credential attached last', async () => {
      const { broker, vault } = await windowWith(attach(bearer('viewer', 'v'), toAuthorization));
      await vault.putCredential(attach(bearer('admin', 'a'), { ...toAuthorization, at: at + 1 }));
      assert.equal((await broker.headerFor(url, 'Authorization')).token.reveal(), 'a');
      await vault.updateCredential('viewer', credential => attach(credential, { ...toAuthorization, at: at + 2 }));
      assert.equal((await broker.headerFor(url, 'Authorization')).token.reveal(), 'v');
    });

    it('another of the credentials that are attached, where it is named, and no other', async () => {
      const { broker, vault } = await windowWith(attach(bearer('viewer', 'v'), toAuthorization));
      await vault.putCredential(attach(bearer('admin', 'a'), { ...toAuthorization, at: at + 1 }));
      await vault.putCredential(
        attach(bearer('elsewhere', 'e'), { ...toAuthorization, url: 'https://other.example/' }),
      );
      assert.equal((await broker.headerFor(url, 'Authorization', 'viewer')).token.reveal(), 'v');
      assert.equal((await refusal(broker.headerFor(url, 'Authorization', 'elsewhere'))).code, 'no-credential');
      assert.equal((await refusal(broker.headerFor(url, 'X-API-Key', 'viewer'))).code, 'no-credential');
    });

    it('a token of other claims, which is stored nowhere', async () => {
      const { broker, store, vault, clock } = await windowWith(attach(signedJwt('s'), toAuthorization));
      const header = await broker.headerWithClaims(url, 'Authorization', 's', { sub: 'alice', role: 'admin' });
      const now = Math.floor(clock.now() / 1000);
      assert.deepEqual(decodeWithJose(header.token.reveal()), {
        sub: 'alice',
        role: 'admin',
        iat: now,
        exp: now + 3600,
      });
      assert.equal(header.value.reveal(), `Bearer ${header.token.reveal()}`);
      await settle();
      assert.ok(![...store.entries.values()].some(entry => entry.includes(header.token.reveal())));
      assert.equal(vault.credential('s')?.kind === 'signedJwt' && vault.credential('s')?.timesRenewed, 0);
    });

    it('no such token to where the credential may not go, and none of a credential that is not signed here', async () => {
      const { broker, vault } = await windowWith(attach(signedJwt('s'), toAuthorization));
      await vault.putCredential(attach(bearer('b', 'x'), toAuthorization));
      const codeOf = async (target: string, id: string) =>
        (await refusal(broker.headerWithClaims(target, 'Authorization', id, { role: 'admin' }))).code;
      assert.equal(await codeOf('https://other.example/mcp', 's'), 'no-credential');
      assert.equal(await codeOf('not a url', 's'), 'url-invalid');
      assert.equal(await codeOf(url, 'b'), 'cannot-renew');
      await vault.updateCredential('s', credential => ({ ...credential, revokedAt: at }));
      assert.equal(await codeOf(url, 's'), 'credential-revoked');
    });

    it('an API key with a scheme only where the header is Authorization', () => {
      assert.equal(schemeFor({ header: { name: 'X-API-Key', scheme: '' } }, 'x-api-key'), '');
      assert.equal(schemeFor({ header: { name: 'X-API-Key', scheme: '' } }, 'Authorization'), 'Bearer');
      assert.equal(schemeFor({ header: { name: 'Authorization', scheme: 'Bearer' } }, 'authorization'), 'Bearer');
      assert.equal(schemeFor({ header: { name: 'Authorization', scheme: 'Bearer' } }, 'X-MCP-Auth'), '');
      assert.equal(schemeFor({ header: { name: 'Authorization', scheme: '' } }, 'Authorization'), '');
    });
  });

  describe('renews', () => {
    it('once for a hundred that ask at the same time, before the first token and after', async () => {
      const { broker, clock, renewals } = await windowWith(attach(signedJwt('s'), toAuthorization));
      for (const expected of [1, 2]) {
        const headers = await Promise.all(
          Array.from({ length: 100 }, () => broker.headerFor(url, 'Authorization').then(h => h.token.reveal())),
        );
        assert.equal(new Set(headers).size, 1);
        assert.equal(renewals(), expected);
        clock.advance(3600_000);
      }
    });

    it('when the last minute begins, and not before', async () => {
      const { broker, clock, renewals } = await windowWith(attach(signedJwt('s'), toAuthorization));
      const first = (await broker.headerFor(url, 'Authorization')).token;
      clock.advance(3600_000 - 60_001);
      assert.ok((await broker.headerFor(url, 'Authorization')).token.equals(first));
      clock.advance(1);
      assert.ok(!(await broker.headerFor(url, 'Authorization')).token.equals(first));
      assert.equal(renewals(), 2);
    });

    it('a token of seconds when four fifths of its life are over', async () => {
      const clock = new FakeClock(Date.UTC(2026, 0, 2));
      const { broker, renewals } = await windowWith(attach(signedJwt('s', 'hmac-1', 10), toAuthorization), { clock });
      await broker.headerFor(url, 'Authorization');
      clock.advance(7999);
      await broker.headerFor(url, 'Authorization');
      assert.equal(renewals(), 1);
      clock.advance(1);
      await broker.headerFor(url, 'Authorization');
      assert.equal(renewals(), 2);
    });

    it('never a token that does not expire', async () => {
      const { broker, clock, renewals } = await windowWith(attach(signedJwt('s', 'hmac-1', null), toAuthorization));
      const first = await broker.headerFor(url, 'Authorization');
      clock.advance(10 * 365 * 86_400_000);
      assert.ok((await broker.headerFor(url, 'Authorization')).token.equals(first.token));
      assert.equal(first.expiresAt, undefined);
      assert.equal(renewals(), 1);
    });

    it('nothing that another window has renewed meanwhile', async () => {
      const store = new FakeSecretStore();
      const clock = new FakeClock();
      const first = await windowWith(attach(signedJwt('s'), toAuthorization), { store, clock });
      await first.broker.headerFor(url, 'Authorization');
      const second = await openWindow({ store, clock });
      clock.advance(3600_000);
      const renewed = await first.broker.headerFor(url, 'Authorization');
      assert.ok((await second.broker.headerFor(url, 'Authorization')).token.equals(renewed.token));
      assert.equal(second.renewals(), 0);
    });

    it('by hand, whatever the setting says, and counts it', async () => {
      const { broker, vault, clock } = await windowWith(signedJwt('s'), { policy: { automaticRenewal: false } });
      await broker.renew('s');
      clock.advance(1000);
      await Promise.all([broker.renew('s'), broker.renew('s')]);
      assert.equal(vault.credential('s')?.timesRenewed, 1);
      assert.deepEqual(
        vault.credential('s')?.history.map(entry => entry.event),
        ['signed', 'renewed'],
      );
    });

    it('again after a renewal has failed', async () => {
      const { broker, store } = await windowWith(attach(signedJwt('s'), toAuthorization));
      store.failWrites = true;
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'vault-unavailable');
      store.failWrites = false;
      assert.ok((await broker.headerFor(url, 'Authorization')).value.length > 0);
    });

    it('not by itself where the user has said so, and refuses once the old token is over', async () => {
      const { broker, clock, renewals } = await windowWith(attach(signedJwt('s'), toAuthorization), {
        policy: { automaticRenewal: false },
      });
      const first = await broker.headerFor(url, 'Authorization');
      clock.advance(3600_000 - 6000);
      assert.ok((await broker.headerFor(url, 'Authorization')).token.equals(first.token));
      clock.advance(6000);
      const error = await refusal(broker.headerFor(url, 'Authorization'));
      assert.equal(error.code, 'token-expired');
      assert.deepEqual(error.data, { id: 's', name: 's', url, at: first.expiresAt, renewable: true });
      assert.equal(renewals(), 1);
    });
  });

  describe('refuses', () => {
    const now = new FakeClock().now() / 1000;
    const cases: readonly [
      what: string,
      code: string,
      credential: Credential,
      ask?: { readonly url?: string; readonly header?: string; readonly policy?: Partial<BrokerPolicy> },
    ][] = [
      ['a URL that is none', 'url-invalid', attach(bearer('c', 'x'), toAuthorization), { url: 'example' }],
      ['a URL that is not http', 'url-invalid', attach(bearer('c', 'x'), toAuthorization), { url: 'file:///mcp' }],
      ['what is attached nowhere', 'no-credential', bearer('c', 'x')],
      ['another path', 'no-credential', attach(bearer('c', 'x'), toAuthorization), { url: `${url}/` }],
      [
        'another port',
        'no-credential',
        attach(bearer('c', 'x'), toAuthorization),
        { url: 'https://example.com:8443/mcp' },
      ],
      ['another scheme', 'no-credential', attach(bearer('c', 'x'), toAuthorization), { url: 'http://example.com/mcp' }],
      [
        'another host',
        'no-credential',
        attach(bearer('c', 'x'), toAuthorization),
        { url: 'https://example.com.evil.test/mcp' },
      ],
      ['another header', 'no-credential', attach(bearer('c', 'x'), toAuthorization), { header: 'X-API-Key' }],
      [
        'plain http to another computer',
        'insecure-url',
        attach(bearer('c', 'x'), { ...toAuthorization, url: 'http://example.com/mcp' }),
        { url: 'http://example.com/mcp' },
      ],
      ['a revoked credential', 'credential-revoked', { ...attach(bearer('c', 'x'), toAuthorization), revokedAt: at }],
      ['an expired bearer token', 'token-expired', attach(bearer('c', jwt({ exp: now - 1 })), toAuthorization)],
      ['a token in the second it expires', 'token-expired', attach(bearer('c', jwt({ exp: now })), toAuthorization)],
      ['a token from the future', 'token-not-yet-valid', attach(bearer('c', jwt({ nbf: now + 61 })), toAuthorization)],
      ['a token whose key is gone', 'signing-key-missing', attach(signedJwt('c', 'other-key'), toAuthorization)],
      ['a line end in a key', 'header-not-sendable', attach(bearer('c', 'a\r\nX-Evil: 1'), toAuthorization)],
      ['what is not ASCII', 'header-not-sendable', attach(bearer('c', 'schlüssel'), toAuthorization)],
    ];
    for (const [what, code, credential, ask = {}] of cases) {
      it(`${what}: ${code}, and records nothing`, async () => {
        const { broker, store } = await windowWith(credential);
        const before = store.entries.get('credential/c');
        const error = await refusal(broker.headerFor(ask.url ?? url, ask.header ?? 'Authorization'));
        assert.equal(error.code, code);
        await settle();
        assert.equal(store.entries.get('credential/c'), before);
      });
    }

    it('accepts plain http where the user has said yes', async () => {
      const plain = 'http://example.com/mcp';
      const { broker } = await windowWith(
        attach(bearer('c', 'x'), { ...toAuthorization, url: plain, insecureAllowed: true }),
      );
      assert.equal((await broker.headerFor(plain, 'Authorization')).token.reveal(), 'x');
    });

    it('accepts plain http to this computer, however it is named', async () => {
      for (const plain of ['http://127.0.0.1:3000/mcp', 'http://localhost/mcp', 'http://[::1]:8080/mcp']) {
        const { broker } = await windowWith(attach(bearer('c', 'x'), { ...toAuthorization, url: plain }));
        assert.equal((await broker.headerFor(plain, 'Authorization')).token.reveal(), 'x');
      }
    });

    it('accepts a token from the future within the tolerance', async () => {
      const { broker } = await windowWith(attach(bearer('c', jwt({ nbf: now + 60 })), toAuthorization));
      assert.ok(await broker.headerFor(url, 'Authorization'));
    });

    it('what another window has detached, though this one has not heard of it', async () => {
      const { broker, store, vault } = await windowWith(attach(bearer('c', 'x'), toAuthorization));
      // Past the events: the news is still on its way.
      store.entries.set(
        'credential/c',
        await encodeCredential(detach(attach(bearer('c', 'x'), toAuthorization), toAuthorization, at)),
      );
      assert.equal(vault.attachedTo(url, 'Authorization').length, 1);
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'no-credential');
      store.entries.delete('credential/c');
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'no-credential');
    });

    it('what another window has attached elsewhere instead, though this one has not heard of it', async () => {
      const { broker, store } = await windowWith(attach(bearer('c', 'x'), toAuthorization));
      for (const elsewhere of [
        { ...toAuthorization, url: 'https://elsewhere.example.com/mcp' },
        { ...toAuthorization, header: 'x-elsewhere' },
      ]) {
        store.entries.set('credential/c', await encodeCredential(attach(bearer('c', 'x'), elsewhere)));
        assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'no-credential');
      }
    });

    it('what another window has revoked or damaged', async () => {
      const { broker, store } = await windowWith(attach(bearer('c', 'x'), toAuthorization));
      store.entries.set(
        'credential/c',
        await encodeCredential({ ...attach(bearer('c', 'x'), toAuthorization), revokedAt: at }),
      );
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'credential-revoked');
      store.entries.set('credential/c', '{"version":1');
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'credential-damaged');
    });

    it('what another window detaches, as soon as two real vaults have talked', async () => {
      const store = new FakeSecretStore();
      const one = await windowWith(attach(bearer('c', 'x'), toAuthorization), { store });
      const two = await openWindow({ store });
      assert.ok(await two.broker.headerFor(url, 'Authorization'));
      await one.vault.updateCredential('c', credential => detach(credential, toAuthorization, at));
      assert.equal((await refusal(two.broker.headerFor(url, 'Authorization'))).code, 'no-credential');
    });

    it('to renew what comes from elsewhere, what is revoked and what is gone', async () => {
      const { broker, vault } = await windowWith(bearer('b', 'x'));
      await vault.putCredential({ ...signedJwt('revoked'), revokedAt: at });
      assert.equal((await refusal(broker.renew('b'))).code, 'cannot-renew');
      assert.equal((await refusal(broker.renew('revoked'))).code, 'credential-revoked');
      assert.equal((await refusal(broker.renew('gone'))).code, 'credential-not-found');
    });

    it('to touch the vault where secrets may not be', async () => {
      const store = new FakeSecretStore();
      await store.store('credential/c', await encodeCredential(attach(bearer('c', 'x'), toAuthorization)));
      const log = new FakeLog();
      const vault = new Vault(store, log, { allowed: () => false });
      const broker = new Broker(vault, new FakeClock(), log, () => ({
        clockToleranceSeconds: 60,
        automaticRenewal: true,
      }));
      assert.equal((await refusal(broker.headerFor(url, 'Authorization'))).code, 'workspace-not-trusted');
      assert.equal(store.reads, 0);
    });
  });

  describe('records', () => {
    it('a use, at most once a minute for each server', async () => {
      const { broker, clock, vault } = await windowWith(attach(bearer('c', 'x'), toAuthorization));
      await vault.updateCredential('c', c => attach(c, { ...toAuthorization, url: 'https://other.test/mcp' }));
      const uses = () =>
        vault
          .credential('c')
          ?.history.filter(entry => entry.event === 'used')
          .map(entry => entry.server);
      const first = clock.now();
      for (let use = 0; use < 20; use++) {
        await broker.headerFor(url, 'Authorization');
      }
      clock.advance(59_999);
      await broker.headerFor(url, 'Authorization');
      await settle();
      assert.deepEqual(uses(), [url]);
      assert.equal(vault.credential('c')?.lastUsedAt, first);
      await broker.headerFor('https://other.test/mcp', 'Authorization');
      clock.advance(1);
      await broker.headerFor(url, 'Authorization');
      await settle();
      assert.deepEqual(uses(), [url, 'https://other.test/mcp', url]);
    });

    it('no use that costs the value: a failed write loses a date alone', async () => {
      const { broker, store, log } = await windowWith(attach(bearer('c', 'hidden-token'), toAuthorization));
      store.failWrites = true;
      assert.equal((await broker.headerFor(url, 'Authorization')).token.reveal(), 'hidden-token');
      await settle();
      assert.match(log.lines.join('\n'), /use-not-recorded/);
      assert.doesNotMatch(log.lines.join('\n'), /hidden/);
    });
  });

  it('shows no secret in a log line, an error or a print of a header', async () => {
    const secrets = /hidden|protects|eyJ/;
    const expired = jwt({ exp: 1, sub: 'hidden' });
    const window = await windowWith(attach(signedJwt('s'), toAuthorization));
    await window.vault.putCredential(attach(bearer('b', expired), { ...toAuthorization, header: 'x-b' }));
    await window.vault.putCredential(attach(bearer('n', 'hidden\n'), { ...toAuthorization, header: 'x-n' }));
    const header = await window.broker.headerFor(url, 'Authorization');
    assert.doesNotMatch(inspect(header, { depth: 9 }) + JSON.stringify(header) + String(header.value), secrets);
    for (const name of ['x-b', 'x-n', 'x-none']) {
      const error = await refusal(window.broker.headerFor(url, name));
      assert.doesNotMatch(inspect(error, { depth: 9 }) + JSON.stringify(error) + String(error), secrets, name);
    }
    await window.broker.renew('s');
    await window.vault.updateCredential('s', c => (c.kind === 'signedJwt' ? { ...c, token: new Secret(expired) } : c));
    await window.broker.headerFor(url, 'Authorization');
    await settle();
    assert.ok(window.log.lines.length > 0);
    assert.doesNotMatch(window.log.lines.join('\n'), secrets);
  });
});
