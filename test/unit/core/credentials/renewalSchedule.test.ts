import assert from 'node:assert/strict';
import { attach } from '../../../../src/core/credentials/attachments.ts';
import { RenewalSchedule } from '../../../../src/core/credentials/renewalSchedule.ts';
import type { Credential } from '../../../../src/core/credentials/types.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import { oauthFailure } from '../../../../src/core/oauth/failures.ts';
import { oauthError } from '../../../../src/core/oauth/keyringError.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import { apiKey, codeGrant, oauth, signedJwt, tokenSet } from './samples.ts';

const hour = 3_600_000;

describe('renewal schedule', () => {
  let clock: FakeClock;
  let vault: Vault;
  let automatic: boolean;
  let inUse: boolean;
  let fails: boolean;
  let refuses: boolean;
  let renewed: string[];
  let woken: number;
  /** Renewals under way. */
  let busy = 0;

  beforeEach(async () => {
    clock = new FakeClock();
    vault = new Vault(new FakeSecretStore(), new FakeLog());
    await vault.load();
    [automatic, inUse, fails, refuses, renewed, woken] = [true, true, false, false, [], 0];
  });

  function start(random = 0): RenewalSchedule {
    return new RenewalSchedule({
      vault,
      clock,
      log: new FakeLog(),
      automaticRenewal: () => automatic,
      isInUse: async () => inUse,
      onDidWake: () => woken++,
      random: () => random,
      renew: async id => {
        renewed.push(id);
        busy++;
        try {
          if (refuses) {
            throw oauthError(oauthFailure('invalid-client'));
          }
          return await (fails
            ? vault.readCredential(id)
            : vault.updateCredential(id, current => withNewToken(current)));
        } finally {
          busy--;
        }
      },
    });
  }

  function withNewToken(current: Credential): Credential {
    const token = new Secret(`token-${renewed.length}`);
    return current.kind === 'oauth'
      ? { ...current, grant: codeGrant({ tokens: tokensFrom(clock.now(), token) }) }
      : { ...current, ...(current.kind === 'signedJwt' && { token: jwt(clock.now()) }) };
  }

  function tokensFrom(now: number, accessToken = new Secret('token-0'), life = hour) {
    return tokenSet({ accessToken, obtainedAt: now, expiresAt: now + life });
  }

  function jwt(now: number): Secret {
    const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(now / 1000);
    return new Secret(`${segment({ alg: 'HS256' })}.${segment({ iat, exp: iat + 3600 })}.c2lnbmF0dXJl`);
  }

  function attached<T extends Credential>(credential: T): T {
    return attach(credential, { url: `https://example.com/${credential.id}`, header: 'authorization', at: 1 });
  }

  async function put(credential: Credential): Promise<void> {
    await vault.putCredential(credential);
  }

  async function pass(milliseconds: number): Promise<void> {
    const end = clock.now() + milliseconds;
    while (clock.now() < end) {
      const next = Math.min(clock.scheduled[0] ?? end, end);
      clock.advance(Math.max(next - clock.now(), 0));
      for (let turn = 0; turn < 10 || busy > 0; turn++) {
        await new Promise(resolve => setImmediate(resolve));
      }
      if (next === end) {
        break;
      }
    }
  }

  it('sets one timer for the credential that is due first', async () => {
    await put(attached(oauth('late', codeGrant({ tokens: tokensFrom(clock.now(), undefined, 2 * hour) }))));
    await put(attached(oauth('soon', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    await put(apiKey());
    const schedule = start();
    assert.deepEqual(clock.scheduled, [clock.now() + hour - 5 * 60_000]);
    schedule.dispose();
    assert.deepEqual(clock.scheduled, []);
  });

  it('renews again and again before each expiry, never twice for one', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    const schedule = start(0.5);
    await pass(10 * hour);
    // Each token is renewed 6:15 minutes before its end.
    assert.equal(renewed.length, 11);
    schedule.dispose();
  });

  it('comes earlier by chance, so that not all windows come at once', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    const times = [0, 0.5, 1].map(random => {
      const schedule = start(random);
      const [time = 0] = clock.scheduled;
      schedule.dispose();
      return clock.now() + hour - time;
    });
    assert.deepEqual(times, [300_000, 375_000, 450_000]);
  });

  it('leaves alone what nobody wants renewed, what nobody can renew, and what is revoked', async () => {
    const now = clock.now();
    const grant = codeGrant({ tokens: tokensFrom(now) });
    const { refreshToken: _, ...withoutRefresh } = tokensFrom(now);
    const { expiresAt: __, ...lasting } = tokensFrom(now);
    await put(oauth('attached to nothing', grant));
    await put({ ...attached(oauth('not wanted', grant)), automaticRenewal: false });
    await put({ ...attached(oauth('revoked', grant)), revokedAt: now });
    await put(attached(oauth('no refresh token', codeGrant({ tokens: withoutRefresh }))));
    await put(attached(oauth('no end', codeGrant({ tokens: { ...lasting, lifetime: 'missing' } }))));
    await put(attached(oauth('account', { flow: 'vscodeAccount', providerId: 'github', scopes: [] })));
    await put(attached(signedJwt('never signed')));
    const schedule = start();
    assert.deepEqual(clock.scheduled, []);
    automatic = false;
    await put(attached(oauth('by setting', grant)));
    assert.deepEqual(clock.scheduled, []);
    await put({ ...oauth('wanted', grant), automaticRenewal: true });
    assert.equal(clock.scheduled.length, 1);
    schedule.dispose();
  });

  it('signs anew for servers that run, and waits for a start where none does', async () => {
    await put(attached({ ...signedJwt('s'), token: jwt(clock.now()) }));
    inUse = false;
    const schedule = start();
    await pass(3 * hour);
    assert.deepEqual(renewed, []);
    inUse = true;
    schedule.noteUse('s');
    await pass(1000);
    assert.deepEqual(renewed, ['s']);
    await pass(hour);
    assert.deepEqual(renewed, ['s', 's']);
    schedule.dispose();
  });

  it('after a failure tries again later and later, 5 s to 5 min, and not for ever at once', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    fails = true;
    const schedule = start();
    await pass(hour - 5 * 60_000 + 100);
    assert.equal(renewed.length, 1);
    await pass(hour);
    // 4 + 8 + 16 ... s, then every 4 min: with a random of 0 each pause is a fifth shorter.
    assert(renewed.length > 10 && renewed.length < 25, String(renewed.length));
    fails = false;
    await pass(5 * 60_000);
    const count = renewed.length;
    await pass(30 * 60_000);
    assert.equal(renewed.length, count);
    schedule.dispose();
  });

  it('does not ask again by itself who has refused, until there is another token', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    refuses = true;
    const schedule = start();
    await pass(hour);
    assert.deepEqual(renewed, ['o']);
    schedule.wake();
    schedule.noteUse('o');
    await pass(hour);
    assert.deepEqual(renewed, ['o']);
    refuses = false;
    await vault.updateCredential('o', withNewToken);
    await pass(hour);
    assert.deepEqual(renewed, ['o', 'o']);
    schedule.dispose();
  });

  it('knows by a timer that is late that the machine has slept, and renews at once', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    const schedule = start();
    clock.sleep(8 * hour);
    await pass(100);
    assert.deepEqual([renewed.length, woken], [1, 1]);
    // A timer that was merely a little late tells nothing, nor one for what was due before it was set.
    clock.sleep(55 * 60_000 + 5000);
    await pass(100);
    assert.deepEqual([renewed.length, woken], [2, 1]);
    clock.advance(5 * 60_000);
    await put(attached(oauth('overdue', codeGrant({ tokens: tokensFrom(clock.now() - hour + 60_000) }))));
    await pass(100);
    assert.deepEqual([renewed.length, woken], [3, 1]);
    schedule.dispose();
  });

  it('when somebody comes back renews what came due meanwhile, and at once what failed for want of a network', async () => {
    await put(attached(oauth('o', codeGrant({ tokens: tokensFrom(clock.now()) }))));
    fails = true;
    const schedule = start();
    await pass(hour + 10 * 60_000);
    const before = renewed.length;
    fails = false;
    schedule.wake();
    await pass(100);
    assert.equal(renewed.length, before + 1);
    assert.equal(woken, 1);
    // Whoever looks at the window every second doesn't make it ask every second.
    schedule.wake();
    assert.equal(woken, 1);
    schedule.dispose();
  });
});
