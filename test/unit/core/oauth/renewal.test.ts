import assert from 'node:assert/strict';
import { type OAuthGrant, type RecipeGrant, renewalDue, renewalTime } from '../../../../src/core/oauth/grant.ts';
import { decodeGrant, encodeGrant } from '../../../../src/core/oauth/grantCodec.ts';
import { type GrantStore, renewGrant } from '../../../../src/core/oauth/renewal.ts';
import {
  camelCaseNames,
  refreshByRecipe,
  requestByRecipe,
  type TokenRecipe,
} from '../../../../src/core/oauth/tokenEndpoint.ts';
import { readLifetime, standardFields, type TokenSet } from '../../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { startOAuthServer } from '../../../servers/oauthServer.ts';
import {
  startTutorialServer,
  TUTORIAL_CLIENT_ID,
  TUTORIAL_CLIENT_SECRET,
  type TutorialServer,
} from '../../../servers/tutorialServer.ts';
import { postInitialize } from '../../servers/clients.ts';
import { startFakeServer } from './fakeServer.ts';
import { clientOf, failureOf, networkContext, unwrap } from './setup.ts';

/** A vault for one grant that keeps what it is given as JSON, and every step in order. */
class FakeGrantStore implements GrantStore {
  readonly steps: string[] = [];
  failWrites = false;
  dropWrites = false;
  #json: string;

  constructor(grant: OAuthGrant) {
    this.#json = JSON.stringify(encodeGrant(grant));
  }

  get grant(): OAuthGrant {
    const decoded = decodeGrant(JSON.parse(this.#json));
    assert(decoded.ok);
    return decoded.value;
  }

  async load(): Promise<OAuthGrant> {
    this.steps.push('load');
    return this.grant;
  }

  async store(grant: OAuthGrant): Promise<void> {
    this.steps.push(grant.renewingSince === undefined ? 'store' : 'mark');
    if (this.failWrites) {
      throw new Error('the keyring is locked');
    }
    if (!this.dropWrites) {
      this.#json = JSON.stringify(encodeGrant(grant));
    }
  }
}

describe('OAuth: tutorial style and renewal', () => {
  let server: TutorialServer;
  let recipe: TokenRecipe;
  const context = networkContext();
  const always = () => true;

  beforeEach(async () => {
    server = await startTutorialServer();
    recipe = {
      url: server.camelTokenUrl,
      body: 'json',
      names: camelCaseNames,
      clientId: TUTORIAL_CLIENT_ID,
      clientSecret: new Secret(TUTORIAL_CLIENT_SECRET),
      grantType: 'client_credentials',
      scopes: [],
      extra: { audience: 'demo' },
      fields: { accessToken: 'accessToken', refreshToken: 'refreshToken', expiresIn: 'expiresIn' },
      refresh: { grantType: 'refresh_token' },
    };
  });

  afterEach(() => server.close());

  const ask = () => requestByRecipe(context, recipe);

  async function grantWithTokens(): Promise<RecipeGrant & { readonly tokens: TokenSet }> {
    return { flow: 'tokenEndpoint', recipe, tokens: unwrap(await ask()) };
  }

  it('asks in the words of the server and refreshes', async () => {
    const tokens = unwrap(await ask());
    assert.deepEqual(server.tokenRequests[0], {
      clientId: TUTORIAL_CLIENT_ID,
      clientSecret: TUTORIAL_CLIENT_SECRET,
      grantType: 'client_credentials',
      audience: 'demo',
    });
    assert.equal(tokens.lifetime, 'expires_in');
    const headers = { Authorization: `Bearer ${tokens.accessToken.reveal()}` };
    assert.equal((await postInitialize(server.url, headers)).status, 200);
    assert(tokens.refreshToken);
    unwrap(await refreshByRecipe(context, recipe, tokens.refreshToken));
    failureOf(await refreshByRecipe(context, recipe, tokens.refreshToken), 'invalid-grant');
    const standard = { ...recipe, url: server.tokenUrl, names: { ...camelCaseNames, clientId: 'client_id' } };
    failureOf(await requestByRecipe(context, { ...standard, fields: standardFields }), 'invalid-client');
    failureOf(await requestByRecipe(context, { ...recipe, grantType: 'password' }), 'unsupported-grant-type');
    failureOf(await requestByRecipe(context, { ...recipe, body: 'form' }), 'invalid-request');
    failureOf(await requestByRecipe(context, { ...recipe, fields: standardFields }), 'token-invalid');
    failureOf(await requestByRecipe(context, { ...recipe, url: `${server.origin}/nothing` }), 'endpoint-missing');
  });

  it('tells trouble that passes from trouble that stays', async () => {
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '3' });
    const limited = failureOf(await ask(), 'rate-limited');
    assert.deepEqual([limited.remedy, limited.retryAfter], ['retry', 3000]);
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: new Date(Date.now() + 60_000).toUTCString() });
    const until = failureOf(await ask(), 'rate-limited').retryAfter ?? 0;
    assert(until > 50_000 && until <= 61_000, String(until));
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: 'soon' });
    assert.equal(failureOf(await ask(), 'rate-limited').retryAfter, undefined);
    server.misbehaviours.push({ kind: 'rate-limit', retryAfter: '999999999' });
    assert.equal(failureOf(await ask(), 'rate-limited').retryAfter, 3_600_000);
    server.misbehaviours.push({ kind: 'server-error' });
    assert.equal(failureOf(await ask(), 'server-error').remedy, 'retry');
    unwrap(await ask());
    server.misbehaviours.push({ kind: 'html' });
    assert.equal(failureOf(await ask(), 'not-json').data.html, true);
    server.misbehaviours.push({ kind: 'redirect', location: 'https://evil.example/?code=x' });
    assert.equal(failureOf(await ask(), 'redirected').data.to, 'https://evil.example/');
  });

  it('stops at answers that are too large, endless or late', async () => {
    server.misbehaviours.push({ kind: 'huge' }, { kind: 'endless' }, { kind: 'endless' }, { kind: 'silent' });
    failureOf(await ask(), 'too-large');
    failureOf(await requestByRecipe(networkContext({ sizeLimit: 300 }), recipe), 'too-large');
    failureOf(await requestByRecipe(networkContext({ timeLimit: 200 }), recipe), 'timeout');
    const abort = new AbortController();
    const asking = requestByRecipe(networkContext({ signal: abort.signal }), recipe);
    setTimeout(() => abort.abort(), 50);
    assert.equal(failureOf(await asking, 'cancelled').remedy, 'none');
    const offline = { ...recipe, url: 'http://127.0.0.1:1/token' };
    assert.equal(failureOf(await requestByRecipe(context, offline), 'network').remedy, 'retry');
    failureOf(await requestByRecipe(context, { ...recipe, url: 'http://example.com/token' }), 'url-forbidden');
  });

  it('lifetimes as servers write them', async () => {
    const cases: [unknown, number | 'missing' | 'invalid'][] = [
      [3600, 3600],
      ['3600', 3600],
      [' 60 ', 60],
      [1.9, 1],
      ['15m', 900],
      ['1h', 3600],
      [undefined, 'missing'],
      [null, 'missing'],
      ['', 'missing'],
      [-1, 'invalid'],
      ['-5', 'invalid'],
      [0, 'invalid'],
      [Number.NaN, 'invalid'],
      ['soon', 'invalid'],
      [true, 'invalid'],
      [[60], 'invalid'],
      [1e15, 'invalid'],
    ];
    for (const [value, expected] of cases) {
      assert.equal(readLifetime(value), expected, JSON.stringify(value));
    }
    for (const value of ['120', -1, undefined]) {
      server.expiresIn = { value };
      const tokens = unwrap(await ask());
      assert.equal(tokens.expiresAt === undefined, value !== '120');
    }
  });

  it('is due with a fifth of the life left, at most five minutes, earlier by chance', () => {
    const grant = (life: number): OAuthGrant => ({
      flow: 'tokenEndpoint',
      recipe,
      tokens: { accessToken: new Secret('x'), obtainedAt: 0, expiresAt: life, lifetime: 'expires_in' },
    });
    assert.equal(renewalTime(grant(20_000), 0), 16_000);
    assert.equal(renewalTime(grant(20_000), 1), 14_000);
    assert.equal(renewalTime(grant(24 * 3_600_000), 0), 24 * 3_600_000 - 300_000);
    assert(!renewalDue(grant(20_000), 15_000, 0));
    assert(renewalDue(grant(20_000), 15_000, 1));
    assert(renewalDue(grant(20_000), 16_000, 0));
    assert(renewalDue(grant(20_000), -3_600_000, 0), 'the clock was set back');
    assert(renewalDue({ flow: 'tokenEndpoint', recipe }, 0, 0), 'no tokens yet');
    const lasting = { accessToken: new Secret('x'), obtainedAt: 0, lifetime: 'missing' } as const;
    assert(!renewalDue({ flow: 'tokenEndpoint', recipe, tokens: lasting }, 1e15, 0));
  });

  it('marks, spends, stores, reads back, in this order', async () => {
    const store = new FakeGrantStore(await grantWithTokens());
    const before = store.grant.tokens;
    const http: typeof context.http = (url, init) => {
      store.steps.push('spend');
      return context.http(url, init);
    };
    const outcome = await renewGrant(networkContext({ http }), store, always);
    assert.equal(outcome.status, 'renewed');
    assert.deepEqual(store.steps, ['load', 'mark', 'spend', 'store', 'load']);
    assert.equal(store.grant.renewingSince, undefined);
    assert(!before?.refreshToken?.equals(store.grant.tokens?.refreshToken ?? new Secret('')));
  });

  it('does nothing where another window was faster, and spends nothing that could not be stored', async () => {
    const store = new FakeGrantStore(await grantWithTokens());
    server.tokenRequests.length = 0;
    assert.equal((await renewGrant(context, store, () => false)).status, 'fresh');
    store.failWrites = true;
    await assert.rejects(renewGrant(context, store, always), /locked/);
    assert.deepEqual(server.tokenRequests, []);
  });

  it('gives out tokens that the vault did not keep', async () => {
    const grant = await grantWithTokens();
    const store = new FakeGrantStore(grant);
    store.dropWrites = true;
    const outcome = await renewGrant(context, store, always);
    assert.equal(outcome.status, 'not-stored');
    assert.equal(outcome.failure?.code, 'not-stored');
    assert(!outcome.grant.tokens?.accessToken.equals(grant.tokens.accessToken));
  });

  it('keeps a good token when a renewal fails, and has none when it has ended', async () => {
    const store = new FakeGrantStore(await grantWithTokens());
    server.misbehaviours.push({ kind: 'server-error' });
    const kept = await renewGrant(context, store, always);
    assert.deepEqual([kept.status, kept.failure?.code], ['kept', 'server-error']);
    assert.equal((await renewGrant(context, store, always)).status, 'renewed');
    server.misbehaviours.push({ kind: 'server-error' });
    const later = networkContext({ now: () => Date.now() + 7_200_000 });
    assert.equal((await renewGrant(later, store, always)).status, 'failed');
  });

  it('tells a grant that we lost from one that was ended', async () => {
    const as = await startOAuthServer();
    const issuer = { issuer: as.issuer };
    const tokens: TokenSet = {
      accessToken: new Secret('demo-access'),
      refreshToken: new Secret('demo-refresh'),
      obtainedAt: Date.now(),
      lifetime: 'missing',
    };
    const grant: OAuthGrant = {
      flow: 'authorizationCode',
      server: {
        ...issuer,
        tokenEndpoint: `${as.issuer}/token`,
        pkce: true,
        issInResponse: true,
        metadataDocuments: false,
      },
      client: clientOf(issuer, 'native-app'),
      scopes: [],
      tokens,
    };
    const refused = new FakeGrantStore(grant);
    const outcome = await renewGrant(context, refused, always);
    assert.deepEqual([outcome.status, outcome.failure?.data.after], ['kept', 'refused']);
    assert.equal(refused.grant.ended, 'refused');
    assert.equal(refused.grant.tokens?.refreshToken, undefined);
    const again = await renewGrant(context, refused, always);
    assert.deepEqual([again.failure?.code, again.failure?.data.after], ['sign-in-needed', 'refused']);

    const interrupted = new FakeGrantStore({ ...grant, renewingSince: 1 });
    assert.equal((await renewGrant(context, interrupted, always)).failure?.data.after, 'interrupted');
    assert.equal(interrupted.grant.ended, 'interrupted');
    await as.close();
  });

  it('an answer lost on the way leaves a mark; where no person is needed, the next run gets over it', async () => {
    const store = new FakeGrantStore(await grantWithTokens());
    server.misbehaviours.push({ kind: 'spend-and-drop' });
    const lost = await renewGrant(context, store, always);
    assert.deepEqual([lost.status, lost.failure?.code], ['kept', 'network']);
    assert(store.grant.renewingSince !== undefined);
    assert.equal((await renewGrant(context, store, always)).status, 'renewed');
    assert.equal(store.grant.renewingSince, undefined);
  });

  it('a refresh token that is refused in whatever words: the grant is asked for anew where no person is needed', async () => {
    const free = await startFakeServer();
    try {
      const refusals = [
        [401, { error: 'Invalid refresh token' }],
        [403, { message: 'expired' }],
        [400, { error: 'invalid_request' }],
      ] as const;
      for (const [status, refusal] of refusals) {
        const store = new FakeGrantStore({
          ...(await grantWithTokens()),
          recipe: { ...recipe, url: `${free.origin}/t` },
        });
        let asked = 0;
        free.answer('/t', (_, res) => {
          const isFirst = ++asked === 1;
          const fresh = { accessToken: 'fake-fresh', expiresIn: 60 };
          res.writeHead(isFirst ? status : 200).end(JSON.stringify(isFirst ? refusal : fresh));
        });
        assert.equal((await renewGrant(context, store, always)).status, 'renewed');
        assert.deepEqual([asked, store.grant.tokens?.refreshToken], [2, undefined]);
      }
      const store = new FakeGrantStore({
        ...(await grantWithTokens()),
        recipe: { ...recipe, url: `${free.origin}/t` },
      });
      let asked = 0;
      free.answer('/t', (_, res) => {
        asked++;
        res.writeHead(429).end();
      });
      assert.equal((await renewGrant(context, store, always)).failure?.code, 'rate-limited');
      assert.equal(asked, 1, 'who is busy is not asked for more');
    } finally {
      await free.close();
    }
  });

  it('a refresh that names no scopes leaves those that were granted', async () => {
    const free = await startFakeServer();
    try {
      const server = {
        issuer: free.origin,
        tokenEndpoint: `${free.origin}/t`,
        pkce: true,
        issInResponse: false,
        metadataDocuments: false,
      };
      const tokens: TokenSet = {
        accessToken: new Secret('fake-access'),
        refreshToken: new Secret('fake-refresh'),
        obtainedAt: 0,
        scopes: ['notes:read'],
        lifetime: 'missing',
      };
      const client = clientOf(server, 'app');
      const scopes = ['notes:read', 'notes:write'];
      const grants: OAuthGrant[] = [
        { flow: 'deviceCode', server, client, scopes, tokens },
        {
          flow: 'tokenEndpoint',
          recipe: { ...recipe, url: `${free.origin}/t`, scopes, fields: standardFields },
          tokens,
        },
      ];
      for (const grant of grants) {
        const store = new FakeGrantStore(grant);
        free.json('/t', { access_token: 'fake-fresh' });
        assert.equal((await renewGrant(context, store, always)).status, 'renewed');
        assert.deepEqual(store.grant.tokens?.scopes, ['notes:read']);
        free.json('/t', { access_token: 'fake-fresh', scope: 'notes:list' });
        assert.equal((await renewGrant(context, store, always)).status, 'renewed');
        assert.deepEqual(store.grant.tokens?.scopes, ['notes:list']);
      }
    } finally {
      await free.close();
    }
  });

  it('a grant survives the vault and prints nothing secret; damaged ones are told', async () => {
    const grant = await grantWithTokens();
    const decoded = decodeGrant(JSON.parse(JSON.stringify(encodeGrant(grant))));
    assert(decoded.ok);
    assert.deepEqual(encodeGrant(decoded.value), encodeGrant(grant));
    assert(!JSON.stringify(grant).includes(TUTORIAL_CLIENT_SECRET));
    assert(!JSON.stringify(grant).includes(grant.tokens.accessToken.reveal()));
    for (const value of [
      null,
      [],
      {},
      { flow: 'x' },
      { flow: 'clientCredentials' },
      { ...encodeGrant(grant), tokens: 1 },
    ]) {
      assert.deepEqual(decodeGrant(value), { ok: false, error: 'wrong-shape' });
    }
  });
});
