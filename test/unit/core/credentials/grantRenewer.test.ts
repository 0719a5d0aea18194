import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attach } from '../../../../src/core/credentials/attachments.ts';
import { Broker } from '../../../../src/core/credentials/broker.ts';
import { GrantRenewer } from '../../../../src/core/credentials/grantRenewer.ts';
import { currentToken } from '../../../../src/core/credentials/token.ts';
import { Vault } from '../../../../src/core/credentials/vault.ts';
import type { KeyringError } from '../../../../src/core/errors.ts';
import { failureFields, oauthFailure } from '../../../../src/core/oauth/failures.ts';
import { requestByRecipe, type TokenRecipe } from '../../../../src/core/oauth/tokenEndpoint.ts';
import type { TokenSet } from '../../../../src/core/oauth/tokens.ts';
import type { Locks } from '../../../../src/core/ports.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { StorageLocks } from '../../../../src/platform/node/storageLocks.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeLog } from '../../../fakes/log.ts';
import { FakeSecretStore } from '../../../fakes/secretStore.ts';
import {
  startTutorialServer,
  TUTORIAL_CLIENT_ID,
  TUTORIAL_CLIENT_SECRET,
  type TutorialServer,
} from '../../../servers/tutorialServer.ts';
import { networkContext, unwrap } from '../oauth/setup.ts';
import { oauth, recipeGrant } from './samples.ts';

const url = 'https://example.com/mcp';

describe('renewal of grants', () => {
  let server: TutorialServer;
  let folder: string;
  let clock: FakeClock;
  let store: FakeSecretStore;
  let recipe: TokenRecipe;

  beforeEach(async () => {
    server = await startTutorialServer();
    folder = mkdtempSync(join(tmpdir(), 'grants-'));
    clock = new FakeClock(Date.now());
    store = new FakeSecretStore();
    recipe = {
      ...recipeGrant().recipe,
      url: server.tokenUrl,
      clientId: TUTORIAL_CLIENT_ID,
      clientSecret: new Secret(TUTORIAL_CLIENT_SECRET),
    };
  });

  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function openWindow(locks: Locks = new StorageLocks(folder)) {
    const log = new FakeLog();
    const vault = new Vault(store, log, { locks: new StorageLocks(folder), settleTime: 200 });
    const contextFor = () => networkContext({ now: () => clock.now() });
    const renewer = new GrantRenewer({ vault, clock, log, locks, contextFor, random: () => 0.5 });
    const unstored: string[] = [];
    renewer.onDidNotStore(({ id }) => unstored.push(id));
    const broker = new Broker(vault, clock, log, () => ({ clockToleranceSeconds: 60, automaticRenewal: true }), {
      renewGrant: (id, evenIfFresh) => renewer.renewGrant(id, evenIfFresh),
      replaceGrant: (id, grant) => renewer.replaceGrant(id, grant),
      endGrant: (id, ask) => renewer.endGrant(id, ask),
      introspect: async () => undefined,
      accountToken: async ({ providerId }) => (providerId === 'github' ? new Secret('demo-session') : undefined),
    });
    const header = async () => (await broker.headerFor(url, 'Authorization')).token.reveal();
    return { vault, renewer, broker, log, unstored, header };
  }

  async function tokens(): Promise<TokenSet> {
    return unwrap(await requestByRecipe(networkContext({ now: () => clock.now() }), recipe));
  }

  /** A window with a credential whose tokens are good for an hour, and nothing yet in the server's book. */
  async function signedIn(changes: Partial<TokenSet> = {}) {
    const window = openWindow();
    await window.vault.load();
    const grant = recipeGrant({ recipe, tokens: { ...(await tokens()), ...changes } });
    await window.vault.putCredential(attach(oauth('o', grant), { url, header: 'authorization', at: 1 }));
    server.tokenRequests.length = 0;
    return { ...window, token: grant.tokens?.accessToken.reveal() ?? '' };
  }

  async function refusal(work: Promise<unknown>): Promise<KeyringError> {
    return work.then(
      () => assert.fail('nothing was refused'),
      error => error,
    );
  }

  const nearTheEnd = 55.5 * 60_000;

  it('hands out a token that is not due as it is, and one that is due after renewing it', async () => {
    const { header, token, broker, vault } = await signedIn();
    let renewals = 0;
    broker.onDidRenew(() => renewals++);
    assert.equal(await header(), token);
    assert.deepEqual(server.tokenRequests, []);
    clock.advance(nearTheEnd);
    const renewed = await header();
    assert.notEqual(renewed, token);
    assert.equal(server.tokenRequests.length, 1);
    assert.equal(await header(), renewed);
    assert.deepEqual([server.tokenRequests.length, renewals, vault.credential('o')?.timesRenewed], [1, 1, 1]);
    assert.equal(vault.credential('o')?.history.findLast(({ event }) => event === 'renewed')?.at, clock.now());
  });

  it('a sign-in anew waits for a renewal, and is what counts after it', async () => {
    const { broker, vault, header } = await signedIn();
    let renewals = 0;
    broker.onDidRenew(() => renewals++);
    const signedInAnew = recipeGrant({ recipe, tokens: await tokens() });
    const credential = await vault.readCredential('o');
    assert(credential.kind === 'oauth');
    const asked = server.tokenRequests.length;
    const renewing = broker.renew('o');
    while (server.tokenRequests.length === asked) {
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    await Promise.all([broker.replaceGrant(credential, signedInAnew), renewing]);
    assert.equal(await header(), signedInAnew.tokens?.accessToken.reveal());
    assert.equal(vault.credential('o')?.history.findLast(({ event }) => event !== 'used')?.event, 'signedIn');
    assert.equal(vault.credential('o')?.attachments.length, 1);
    assert.equal(renewals, 2);
  });

  it('a sign-in anew makes a revoked credential good, and a server is asked again that was not to be', async () => {
    const { broker, vault, header } = await signedIn();
    clock.advance(2 * 60 * 60_000);
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '600' });
    assert.equal((await refusal(header())).data.failure, 'rate-limited');
    await vault.updateCredential('o', current => ({ ...current, revokedAt: clock.now() }));
    const credential = await vault.readCredential('o');
    assert(credential.kind === 'oauth');
    await broker.replaceGrant(credential, recipeGrant({ recipe, tokens: await tokens() }));
    await header();
    assert.equal(vault.credential('o')?.revokedAt, undefined);
    await broker.renew('o');
  });

  it('renews once for calls at the same time, in one window and in two', async () => {
    const first = await signedIn();
    const second = openWindow();
    await second.vault.load();
    clock.advance(nearTheEnd);
    const headers = await Promise.all([first.header(), second.header(), first.header(), second.header()]);
    assert.equal(new Set(headers).size, 1);
    assert.equal(server.tokenRequests.length, 1);
  });

  it('keeps a good token when an early renewal fails, and says why when the person wanted it', async () => {
    const { header, token, broker } = await signedIn();
    clock.advance(nearTheEnd);
    server.misbehaviours.push({ kind: 'server-error' });
    assert.equal(await header(), token);
    // Not asked again before five seconds are over.
    assert.equal(await header(), token);
    assert.equal(server.tokenRequests.length, 1);
    server.misbehaviours.push({ kind: 'server-error' });
    assert.equal((await refusal(broker.renew('o'))).data.failure, 'server-error');
    clock.advance(13_000);
    assert.notEqual(await header(), token);
    assert.equal(server.tokenRequests.length, 3);
  });

  it('with a good token at hand waits twice as long after each failure', async () => {
    const { header, token, renewer } = await signedIn();
    clock.advance(nearTheEnd);
    for (const [attempt, wait] of [5000, 10_000, 20_000].entries()) {
      server.misbehaviours.push({ kind: 'server-error' });
      assert.equal(await header(), token);
      clock.advance(wait - 1);
      assert.equal(await header(), token);
      assert.equal(server.tokenRequests.length, attempt + 1);
      clock.advance(1);
    }
    server.misbehaviours.push({ kind: 'server-error' });
    assert.equal(await header(), token);
    renewer.forgetDelays();
    assert.notEqual(await header(), token);
    assert.equal(renewer.delayOf('o'), undefined);
  });

  it('without one, whoever asks is told the failure again for five seconds, and then it is tried anew', async () => {
    const { header, renewer } = await signedIn();
    clock.advance(2 * 3_600_000);
    for (const attempt of [0, 1, 2]) {
      server.misbehaviours.push({ kind: 'server-error' });
      assert.equal((await refusal(header())).data.failure, 'server-error');
      clock.advance(4999);
      assert.equal((await refusal(header())).data.failure, 'server-error');
      assert.equal(server.tokenRequests.length, attempt + 1);
      clock.advance(1);
    }
    await header();
    assert.equal(renewer.delayOf('o'), undefined);
  });

  it('a client that is refused is not shown again by itself while the token is good, nor for every start after it', async () => {
    const { header, token, vault, broker, renewer } = await signedIn();
    const withSecret = (clientSecret: string) =>
      vault.updateCredential('o', current =>
        current.kind === 'oauth' && current.grant.flow === 'tokenEndpoint'
          ? { ...current, grant: { ...current.grant, recipe: { ...recipe, clientSecret: new Secret(clientSecret) } } }
          : undefined,
      );
    await withSecret('wrong');
    clock.advance(nearTheEnd);
    assert.equal(await header(), token);
    const asked = server.tokenRequests.length;
    for (let minute = 0; minute < 4; minute++) {
      clock.advance(60_000);
      renewer.forgetDelays();
      assert.equal(await header(), token);
    }
    assert.equal(server.tokenRequests.length, asked);
    await withSecret(TUTORIAL_CLIENT_SECRET);
    assert.notEqual(currentToken(await broker.renew('o'))?.reveal(), token);
    assert.equal(renewer.delayOf('o'), undefined);
  });

  it('leaves a server alone for as long as it wants, in every window, also when a person is impatient', async () => {
    const first = await signedIn();
    const second = openWindow();
    await second.vault.load();
    clock.advance(2 * 3_600_000);
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '90' });
    assert.equal((await refusal(first.header())).data.failure, 'rate-limited');
    first.renewer.forgetDelays();
    for (const ask of [first.header, second.header, () => second.broker.renew('o')]) {
      const { data } = await refusal(ask());
      assert.deepEqual([data.failure, data.retryAfter], ['rate-limited', 90_000]);
    }
    assert.equal(server.tokenRequests.length, 1);
    clock.advance(90_001);
    assert.notEqual(await second.header(), first.token);
  });

  it('offline: keeps what is good, says so when nothing is, and goes on when the network is back', async () => {
    const { header, token, renewer, vault } = await signedIn();
    const offline = { ...recipe, url: 'http://127.0.0.1:1/token' };
    const moveTo = (to: TokenRecipe) =>
      vault.updateCredential('o', current =>
        current.kind === 'oauth' && current.grant.flow === 'tokenEndpoint'
          ? { ...current, grant: { ...current.grant, recipe: to } }
          : undefined,
      );
    await moveTo(offline);
    clock.advance(nearTheEnd);
    assert.equal(await header(), token);
    clock.advance(3_600_000);
    const { data } = await refusal(header());
    assert.deepEqual([data.failure, data.remedy], ['network', 'retry']);
    await moveTo(recipe);
    renewer.forgetDelays();
    assert.notEqual(await header(), token);
  });

  it('does not mind a clock that is wrong by an hour, or that is set right meanwhile', async () => {
    clock = new FakeClock(Date.now() + 3_600_000);
    const { header, token } = await signedIn();
    assert.equal(await header(), token);
    clock.advance(nearTheEnd);
    const renewed = await header();
    assert.notEqual(renewed, token);
    // Set back by an hour: the times that are stored mean nothing any more, so there are new ones.
    clock = new FakeClock(clock.now() - 3_600_000);
    const window = openWindow();
    await window.vault.load();
    assert.notEqual(await window.header(), renewed);
  });

  it('a token that does not say when it ends is used until somebody renews it', async () => {
    server.expiresIn = { value: undefined };
    const { vault, header, broker } = await signedIn();
    const { expiresAt: _, ...lasting } = await tokens();
    await vault.updateCredential('o', current =>
      current.kind === 'oauth'
        ? { ...current, grant: recipeGrant({ recipe, tokens: { ...lasting, lifetime: 'missing' } }) }
        : undefined,
    );
    server.tokenRequests.length = 0;
    clock.advance(365 * 86_400_000);
    assert.equal(await header(), lasting.accessToken.reveal());
    assert.deepEqual(server.tokenRequests, []);
    assert.notEqual(currentToken(await broker.renew('o'))?.reveal(), lasting.accessToken.reveal());
  });

  it('gets the first token of a grant that needs no person, and asks for a sign-in where one does', async () => {
    const { vault, header } = openWindow();
    await vault.load();
    const { tokens: _, ...none } = recipeGrant({ recipe });
    await vault.putCredential(attach(oauth('o', none), { url, header: 'authorization', at: 1 }));
    assert.notEqual(await header(), '');
    assert.equal(vault.credential('o')?.timesRenewed, 0);
    const account = { flow: 'vscodeAccount', providerId: 'github', scopes: [] } as const;
    await vault.putCredential(attach(oauth('a', account), { url, header: 'authorization', at: 2 }));
    assert.equal(await header(), 'demo-session');
    await vault.putCredential(
      attach(oauth('b', { ...account, providerId: 'microsoft' }), { url, header: 'authorization', at: 3 }),
    );
    assert.equal((await refusal(header())).code, 'sign-in-needed');
  });

  it('keeps tokens in memory that the vault does not keep, tells so, and stores them as soon as it can', async () => {
    const { header, vault, unstored, renewer, token } = await signedIn();
    const other = openWindow();
    await other.vault.load();
    clock.advance(nearTheEnd);
    const stored = store.store.bind(store);
    let writes = 0;
    // The mark is written, the tokens aren't.
    store.store = async (key, value) => (++writes > 1 ? undefined : stored(key, value));
    const renewed = await header();
    assert.notEqual(renewed, token);
    assert.deepEqual(unstored, ['o']);
    assert.equal(await header(), renewed);
    // Another window must not spend a refresh token that is spent.
    assert.equal(await other.header(), token);
    clock.advance(3_600_000);
    assert.equal((await refusal(other.header())).code, 'vault-behind');
    assert.equal(server.tokenRequests.length, 1);
    store.store = stored;
    while (!(await vault.readCredential('o').then(currentToken))?.equals(new Secret(renewed))) {
      clock.advance(60_000);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    assert.equal((await renewer.renewGrant('o', true)).timesRenewed, 2);
  });

  it('spends nothing when the vault cannot be written to', async () => {
    const { header, token, broker } = await signedIn();
    clock.advance(nearTheEnd);
    store.failWrites = true;
    assert.equal(await header(), token);
    assert.equal((await refusal(broker.renew('o'))).code, 'vault-unavailable');
    assert.deepEqual(server.tokenRequests, []);
  });

  it('spends nothing without the lock, nor once it has been lost', async () => {
    await signedIn();
    const without = openWindow({ run: (_name, _patience, action) => action(undefined) });
    assert.equal((await refusal(without.renewer.renewGrant('o', true))).code, 'renewal-locked');
    const lost = { isHeld: async () => false, leave: async () => undefined };
    const late = openWindow({ run: (_name, _patience, action) => action(lost) });
    assert.equal((await refusal(late.renewer.renewGrant('o', true))).code, 'oauth-failed');
    assert.deepEqual(server.tokenRequests, []);
  });

  it('renews nothing that is revoked or gone', async () => {
    const { broker, vault } = await signedIn();
    await vault.updateCredential('o', current => ({ ...current, revokedAt: 5 }));
    assert.equal((await refusal(broker.renew('o'))).code, 'credential-revoked');
    await vault.deleteCredential('o');
    assert.equal((await refusal(broker.renew('o'))).code, 'credential-not-found');
    assert.deepEqual(server.tokenRequests, []);
  });

  it('writes no token to the log, to notes or to lock files', async () => {
    const { header, token, log } = await signedIn();
    clock.advance(nearTheEnd);
    const renewed = await header();
    const lines = log.lines.join('\n');
    assert(!lines.includes(token) && !lines.includes(renewed));
  });

  it('writes to the log why a renewal failed, and nothing of what the server said in words', async () => {
    const { header, log } = await signedIn();
    clock.advance(nearTheEnd);
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '600' });
    await header();
    const failed = log.lines.find(line => line.includes('oauth-failed')) ?? '';
    for (const part of ['"o"', 'rate-limited', `${server.origin}/oauth/token`, '429']) {
      assert(failed.includes(part), `${part} in ${failed}`);
    }
    const { errorDescription, ...fields } = failureFields(
      oauthFailure('invalid-grant', { url: 'https://as.example/', errorDescription: 'a secret', scopes: ['a', 'b'] }),
    );
    assert.equal(errorDescription, undefined);
    assert.deepEqual(fields, { failure: 'invalid-grant', url: 'https://as.example/', scopes: 'a b' });
  });
});
