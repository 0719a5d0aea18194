import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { KeyringError } from '../../../src/core/errors.ts';
import type { RecipeGrant, StandardGrant } from '../../../src/core/oauth/grant.ts';
import { snakeCaseNames } from '../../../src/core/oauth/tokenEndpoint.ts';
import { standardFields } from '../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../src/core/secret.ts';
import { startRenewal } from '../../../src/features/renewal/renewal.ts';
import { freePort } from '../../host/freePort.ts';
import { type FakeServer, startFakeServer } from '../../unit/core/oauth/fakeServer.ts';
import { forgetAll, logText, services } from '../harness/inside.ts';
import { until } from '../harness/keyring.ts';
import { Messages } from '../harness/messages.ts';
import { putGrant } from '../harness/oauth.ts';

// The token is due and still good for a minute when its renewal fails; nobody does anything.
describe('Renewal that fails', function () {
  this.timeout(60_000);
  const servers: FakeServer[] = [];
  const messages = new Messages();

  beforeEach(() => messages.catch());

  afterEach(async () => {
    messages.release();
    messages.shown.length = 0;
    await forgetAll();
    await Promise.all(servers.splice(0).map(server => server.close()));
  });

  async function serve(port?: number): Promise<FakeServer> {
    const server = await startFakeServer(port);
    servers.push(server);
    return server;
  }

  /** @param life what the token had and has left, in ms: it is due with a fifth of both left, or half of that sooner */
  function grantFrom(url: string, [had, left]: readonly [number, number]): RecipeGrant {
    const now = Date.now();
    return {
      flow: 'tokenEndpoint',
      recipe: {
        url,
        body: 'form',
        names: snakeCaseNames,
        clientId: 'app',
        clientSecret: new Secret('fake-client-secret'),
        grantType: 'client_credentials',
        scopes: [],
        extra: {},
        fields: standardFields,
        refresh: undefined,
      },
      tokens: {
        accessToken: new Secret('fake-old'),
        obtainedAt: now - had,
        expiresAt: now + left,
        lifetime: 'expires_in',
      },
    };
  }

  const serverOf = (name: string) => `https://${name}.example/mcp`;

  async function putDue(
    name: string,
    url: string,
    life: readonly [number, number] = [240_000, 60_000],
  ): Promise<string> {
    const { id } = await putGrant(name, grantFrom(url, life), [
      { url: serverOf(name), header: 'authorization', at: Date.now() },
    ]);
    return id;
  }

  async function tokenFor(name: string): Promise<string> {
    return (await (await services()).broker.headerFor(serverOf(name), 'Authorization')).token.reveal();
  }

  function failureOf(id: string, code: string): Promise<unknown> {
    const line = new RegExp(`grant-renewal .*"${id}".*"status":"kept","failure":"${code}"`);
    return until(`the failure ${code}`, () => line.test(logText()));
  }

  it('429 with Retry-After, 500, no network: the token at hand is used, and a new one comes by itself', async () => {
    const server = await serve();
    const asked = { busy: [] as number[], broken: [] as number[] };
    const good = { access_token: 'fake-new', expires_in: 3600 };
    server.answer('/busy', (_, res) => {
      const isFirst = asked.busy.push(Date.now()) === 1;
      res.writeHead(isFirst ? 429 : 200, { 'Content-Type': 'application/json', 'Retry-After': '8' });
      res.end(JSON.stringify(isFirst ? {} : good));
    });
    server.answer('/broken', (_, res) => {
      const isFirst = asked.broken.push(Date.now()) === 1;
      res.writeHead(isFirst ? 500 : 200).end(isFirst ? '<h1>oops</h1>' : JSON.stringify(good));
    });
    const port = await freePort();
    const busy = await putDue('busy', `${server.origin}/busy`);
    const broken = await putDue('broken', `${server.origin}/broken`);
    const gone = await putDue('gone', `http://127.0.0.1:${port}/token`);
    await Promise.all([failureOf(busy, 'rate-limited'), failureOf(broken, 'server-error'), failureOf(gone, 'network')]);
    const names = ['busy', 'broken', 'gone'];
    assert.deepEqual(await Promise.all(names.map(tokenFor)), ['fake-old', 'fake-old', 'fake-old']);
    (await serve(port)).json('/token', good);
    const { vault } = await services();
    await until(
      'three new tokens',
      () => [busy, broken, gone].every(id => vault.credential(id)?.timesRenewed === 1),
      30,
    );
    assert.deepEqual(await Promise.all(names.map(tokenFor)), ['fake-new', 'fake-new', 'fake-new']);
    const [first = 0, second = 0, ...more] = asked.busy;
    assert.ok(second - first >= 8000, `asked again after ${second - first} ms`);
    assert.deepEqual([more, asked.broken.length], [[], 2]);
    assert.deepEqual(messages.shown, []);
  });

  it('a grant that the server has ended: “sign in again” in the view, no message, and the token at hand to its end', async () => {
    const server = await serve();
    server.json('/token', { error: 'invalid_grant' }, 400);
    const { origin } = server;
    const { tokens } = grantFrom('', [32_000, 8000]);
    assert.ok(tokens);
    const grant: StandardGrant = {
      flow: 'authorizationCode',
      server: {
        issuer: origin,
        tokenEndpoint: `${origin}/token`,
        pkce: true,
        issInResponse: false,
        metadataDocuments: false,
      },
      client: { issuer: origin, clientId: 'app', source: 'preregistered', authMethod: 'none' },
      scopes: [],
      tokens: { ...tokens, refreshToken: new Secret('fake-refresh') },
    };
    const { id } = await putGrant('ended', grant, [
      { url: serverOf('ended'), header: 'authorization', at: Date.now() },
    ]);
    const { vault, inventory, broker } = await services();
    await until('the refusal', () => vault.credential(id)?.history.at(-1)?.event === 'refused');
    const statusNow = () => inventory.snapshot.credentials.find(({ credential }) => credential.id === id)?.status;
    await until('the status', () => statusNow() === 'signIn');
    assert.equal(await tokenFor('ended'), 'fake-old');
    await until('its end', () => Date.now() >= (tokens.expiresAt ?? 0));
    await assert.rejects(broker.headerFor(serverOf('ended'), 'Authorization'), ({ code, data }: KeyringError) => {
      assert.deepEqual([code, data.failure, data.after], ['oauth-failed', 'sign-in-needed', 'refused']);
      return true;
    });
    assert.deepEqual(server.paths, ['/token']);
    assert.deepEqual(messages.shown, []);
  });

  it('a person who comes back to the window after it was offline need not wait for it', async () => {
    const all = await services();
    const focus = new vscode.EventEmitter<vscode.WindowState>();
    const { onDidChangeWindowState } = vscode.window;
    // No suite can take the focus from its window.
    Object.assign(vscode.window, { onDidChangeWindowState: focus.event });
    const renewal = startRenewal(all);
    Object.assign(vscode.window, { onDidChangeWindowState });
    try {
      const port = await freePort();
      const id = await putDue('away', `http://127.0.0.1:${port}/token`);
      let failures = 0;
      // One that meets a renewal of the schedule ends as that does: with the token at hand.
      await until('four failures', async () => {
        await all.broker.renew(id).catch(() => failures++);
        return failures === 4;
      });
      assert.equal(await tokenFor('away'), 'fake-old');
      (await serve(port)).json('/token', { access_token: 'fake-new', expires_in: 3600 });
      // By itself it would be tried again half a minute later.
      focus.fire({ focused: true, active: true });
      await until('the new token', () => all.vault.credential(id)?.timesRenewed === 1, 15);
      assert.equal(await tokenFor('away'), 'fake-new');
    } finally {
      renewal.dispose();
      focus.dispose();
    }
  });
});
