import assert from 'node:assert/strict';
import { beginAuthorization, type PendingAuthorization } from '../../../../src/core/oauth/authorizationCode.ts';
import { BrowserSignIns } from '../../../../src/core/oauth/browserSignIns.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { type FakeServer, startFakeServer } from './fakeServer.ts';
import { clientOf, failureOf, networkContext, unwrap } from './setup.ts';

describe('OAuth: sign-ins that wait for the browser', () => {
  let server: FakeServer;
  let clock: FakeClock;
  let signIns: BrowserSignIns;

  beforeEach(async () => {
    server = await startFakeServer();
    server.json('/token', { access_token: 'fake-access', token_type: 'Bearer', expires_in: 60 });
    clock = new FakeClock(1_000_000);
    signIns = new BrowserSignIns(clock);
  });

  afterEach(() => server.close());

  const context = (signal?: AbortSignal) => networkContext({ now: () => clock.now(), ...(signal && { signal }) });

  async function begin(): Promise<PendingAuthorization> {
    const as = {
      issuer: server.origin,
      authorizationEndpoint: `${server.origin}/authorize`,
      tokenEndpoint: `${server.origin}/token`,
      pkce: true,
      issInResponse: true,
      metadataDocuments: false,
    };
    const request = { server: as, client: clientOf(as, 'x'), redirectUri: 'http://127.0.0.1:1/callback', scopes: [] };
    return unwrap(await beginAuthorization({ ...request, resource: undefined }, clock.now())).pending;
  }

  const answer = ({ state }: PendingAuthorization, changes: Record<string, string> = {}) =>
    new URLSearchParams({ state, iss: server.origin, code: 'fake-code', ...changes });

  it('the browser comes back, and learns how it ended', async () => {
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    const end = await signIns.deliver(answer(pending));
    assert.deepEqual(end, { kind: 'signed-in', issuer: server.origin });
    assert.equal(unwrap(await waiting).accessToken.reveal(), 'fake-access');
    assert.deepEqual(server.paths, ['/token']);
  });

  it('two at once, each gets its own', async () => {
    const [first, second] = [await begin(), await begin()];
    const waiting = [signIns.wait(context(), first), signIns.wait(context(), second)];
    server.answer('/token', (req, res) => {
      req.resume();
      res.end(JSON.stringify({ access_token: `fake-${server.paths.length}` }));
    });
    await signIns.deliver(answer(second));
    await signIns.deliver(answer(first));
    const tokens = (await Promise.all(waiting)).map(result => unwrap(result).accessToken.reveal());
    assert.deepEqual(tokens, ['fake-2', 'fake-1']);
  });

  it('a forged state ends nothing, a replayed one gets nothing', async () => {
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    for (const forged of ['', 'forged', `${pending.state}x`]) {
      const end = await signIns.deliver(answer(pending, { state: forged }));
      assert(end.kind === 'failed' && end.failure.code === 'callback-unknown');
    }
    assert.deepEqual(server.paths, []);
    await signIns.deliver(answer(pending));
    unwrap(await waiting);
    const replayed = await signIns.deliver(answer(pending));
    assert(replayed.kind === 'failed' && replayed.failure.code === 'callback-replayed');
    assert.deepEqual(server.paths, ['/token']);
  });

  it('a forged issuer ends the sign-in before anything is sent', async () => {
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    const end = await signIns.deliver(answer(pending, { iss: 'https://evil.example' }));
    assert(end.kind === 'failed' && end.failure.code === 'iss-mismatch');
    failureOf(await waiting, 'iss-mismatch');
    assert.deepEqual(server.paths, []);
  });

  it('nobody comes: it ends in time, and what comes later is refused', async () => {
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    assert.deepEqual(clock.scheduled, [pending.endsAt]);
    clock.advance(pending.endsAt - clock.now());
    assert.equal(failureOf(await waiting, 'sign-in-timeout').data.limit, 600_000);
    const late = await signIns.deliver(answer(pending));
    assert(late.kind === 'failed' && late.failure.code === 'callback-replayed');
    assert.deepEqual(server.paths, []);
  });

  it('cancelled while it waits, and before', async () => {
    const abort = new AbortController();
    const pending = await begin();
    const waiting = signIns.wait(context(abort.signal), pending);
    abort.abort();
    failureOf(await waiting, 'cancelled');
    failureOf(await signIns.wait(context(abort.signal), await begin()), 'cancelled');
    assert.deepEqual(clock.scheduled, [], 'no timer is left');
    const late = await signIns.deliver(answer(pending));
    assert(late.kind === 'failed' && late.failure.code === 'callback-replayed');
  });

  it('a refusal at the server is told with its reason, as text', async () => {
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    const refusal = new URLSearchParams({
      state: pending.state,
      iss: server.origin,
      error: 'access_denied',
      error_description: '<img src=x onerror=alert(1)>\u202e',
    });
    await signIns.deliver(refusal);
    assert.equal(failureOf(await waiting, 'access-denied').data.errorDescription, '<img src=x onerror=alert(1)>\ufffd');
  });

  it('the token endpoint fails: the page in the browser says so', async () => {
    server.json('/token', { error: 'invalid_grant' }, 400);
    const pending = await begin();
    const waiting = signIns.wait(context(), pending);
    const end = await signIns.deliver(answer(pending));
    assert(end.kind === 'failed' && end.failure.code === 'invalid-grant');
    failureOf(await waiting, 'invalid-grant');
  });
});
