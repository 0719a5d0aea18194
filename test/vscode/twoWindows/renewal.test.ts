import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Credential } from '../../../src/core/credentials/types.ts';
import type { OAuthGrant } from '../../../src/core/oauth/grant.ts';
import type { LogFields } from '../../../src/core/ports.ts';
import type { AddServerResult } from '../../../src/ids.ts';
import { signInToGrant } from '../../servers/oauthGrant.ts';
import { type OAuthServerChild, startOAuthServerChild } from '../../servers/oauthServerChild.ts';
import { forgetAll, services } from '../harness/inside.ts';
import { addServer, pause, start, stop, until, writeText } from '../harness/keyring.ts';
import { putGrant } from '../harness/oauth.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';
import { both, giveUpAfterFailure, hasCome, own } from './meeting.ts';

const renewals = Number(process.env.MCP_KEYRING_RENEWALS);
/** Each has a family of tokens of its own at the provider, which would be revoked whole if one were spent twice. */
const families = 4;
/** In seconds. */
const lifetime = 2;
/** Part of its life that a token has at least had when it is renewed: it is due with a fifth left, or half of that sooner. */
const leastAge = 0.7;

interface Renewal {
  readonly id: string;
  /** When its tokens were obtained, in ms. */
  readonly at: number;
}

// Runs in two windows at the same time, which have one keyring.
describe('Renewal in two windows', function () {
  this.timeout(500_000);
  let provider: OAuthServerChild;
  const made: Renewal[] = [];

  before(async () => {
    const { log, vault } = await services();
    const info = log.info.bind(log);
    Object.assign(log, {
      info: (event: string, fields: LogFields = {}) => {
        if (event === 'grant-renewal' && fields.status === 'renewed') {
          const id = String(fields.id);
          made.push({ id, at: grantIn(vault.credential(id))?.tokens?.obtainedAt ?? 0 });
        }
        info(event, fields);
      },
    });
    if (own === 1) {
      provider = await startOAuthServerChild(join(testEnvironment().repoRoot, 'test/servers/oauthServerProcess.ts'), {
        authorizationServer: { lifetimes: { accessToken: lifetime } },
        mcpServer: { scopesSupported: ['notes:read'] },
      });
    }
  });

  giveUpAfterFailure();

  after(async () => {
    if (own === 1) {
      await provider.close();
      await forgetAll();
    }
  });

  /** Asks for the headers of all servers again and again, as servers that start would. */
  async function ask(urls: readonly string[]): Promise<string[]> {
    const { broker } = await services();
    const failures: string[] = [];
    while (!hasCome('enough', 1)) {
      const results = await Promise.allSettled(urls.map(url => broker.headerFor(url, 'Authorization')));
      failures.push(...results.flatMap(result => (result.status === 'rejected' ? [String(result.reason)] : [])));
      await pause(100);
    }
    return failures;
  }

  async function refreshes() {
    const { events, authorizationServer } = await provider.send({ command: 'record' });
    const tokens = authorizationServer.flatMap(({ path, parameters }) =>
      path === '/token' && parameters.refresh_token ? [parameters.refresh_token] : [],
    );
    return { events, tokens };
  }

  /** Starts a server in both windows, and looks with which tokens they came. */
  async function startInBoth(credential: Credential): Promise<void> {
    let added: AddServerResult | undefined;
    if (own === 1) {
      writeText('.vscode/mcp.json', '{ "servers": {} }\n');
      await provider.send({ command: 'forget' });
      added = await addServer({
        name: 'notes',
        url: provider.mcpUrl,
        file: '.vscode/mcp.json',
        delivery: 'reference',
        credential: { kind: 'existing', credentialId: credential.id },
      });
    }
    const [server] = await both('written', added ?? null);
    assert.ok(server);
    // The other window hears of what stands in the keyring and in the file a moment later.
    const { vault, inventory } = await services();
    await until('the server in this window', () => {
      const { servers = [] } = inventory.snapshot.files.find(({ source }) => source.uri === server.file) ?? {};
      const url = servers[0]?.url;
      return url !== undefined && vault.attachedTo(url, 'Authorization').length > 0;
    });
    await start(server);
    if (own === 1) {
      const answered = async () => {
        const { mcpServer } = await provider.send({ command: 'record' });
        return mcpServer.filter(({ path, status }) => path === '/mcp' && status === 200);
      };
      await until(
        'the tools in both windows',
        async () => (await answered()).filter(({ rpcMethod }) => rpcMethod === 'tools/list').length >= 2,
      );
      const token = grantIn(credential)?.tokens?.accessToken.reveal();
      assert.deepEqual(
        [...new Set((await answered()).map(({ headers }) => headers.authorization))],
        [`Bearer ${token}`],
      );
    }
    await both('looked');
    await stop(server);
  }

  it(`${renewals} of tokens of ${lifetime} seconds: one refresh per expiry, no family revoked, and both hand out the same`, async () => {
    const { vault, broker } = await services();
    const urls = Array.from({ length: families }, (_, number) => `https://family-${number}.example/mcp`);
    if (own === 1) {
      const grants = await Promise.all(urls.map(() => signInToGrant(provider.mcpUrl)));
      await provider.send({ command: 'forget' });
      for (const [number, grant] of grants.entries()) {
        const url = urls[number] ?? '';
        await putGrant(`family ${number}`, grant, [{ url, header: 'authorization', at: Date.now() }]);
      }
    }
    await until('the credentials in this window', () => vault.credentials.length === families);
    const ids = vault.credentials.map(({ id }) => id);
    await both('keyring');

    const asking = ask(urls);
    if (own === 1) {
      const wanted = async () => {
        const { events } = await refreshes();
        return events.length >= renewals || events.some(({ event }) => event !== 'refreshed');
      };
      await until(`${renewals} renewals`, wanted, 400);
      // What is renewed next lasts, so that there is an end that both windows can look at.
      await provider.send({ command: 'lifetimes', lifetimes: { accessToken: 3600 } });
      await both('enough');
    } else {
      await until('the end', () => hasCome('enough', 1), 400);
      await both('enough');
    }
    assert.deepEqual(await asking, []);
    const lasts = (id: string) => (grantIn(vault.credential(id))?.tokens?.expiresAt ?? 0) > Date.now() + 60_000;
    await until('the last renewals to be seen in this window', () => ids.every(lasts));
    // One that this window is still at comes to its end: there is nothing to renew any more.
    await Promise.all(ids.map(id => broker.renewIfDue(id)));
    const headers = await Promise.all(urls.map(url => broker.headerFor(url, 'Authorization')));
    const handedOut = headers.map(({ token }) => createHash('sha256').update(token.reveal()).digest('hex'));
    const [first, second] = await both('settled', { made, handedOut });

    assert.deepEqual(first.handedOut, second.handedOut);
    assert.equal(new Set(first.handedOut).size, families);
    assert.ok(first.made.length > 0 && second.made.length > 0, `${first.made.length} and ${second.made.length}`);
    const all = [...first.made, ...second.made];
    for (const id of ids) {
      const times = all.flatMap(renewal => (renewal.id === id ? [renewal.at] : [])).sort((a, b) => a - b);
      const ages = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      assert.ok(
        ages.every(age => age >= leastAge * lifetime * 1000),
        `renewed after ${ages.join(', ')} ms`,
      );
    }
    if (own === 1) {
      const { events, tokens } = await refreshes();
      assert.deepEqual(
        events.filter(({ event }) => event !== 'refreshed'),
        [],
      );
      assert.ok(events.length >= renewals);
      assert.equal(events.length, all.length);
      assert.equal(new Set(tokens).size, tokens.length, 'a refresh token was sent twice');
      assert.equal(tokens.length, events.length);
      const stored = await Promise.all(ids.map(id => vault.readLatestCredential(id)));
      assert.equal(
        stored.reduce((total, { timesRenewed }) => total + timesRenewed, 0),
        events.length,
      );
    }
    const [credential] = vault.credentials;
    assert.ok(credential);
    await startInBoth(credential);
  });
});

function grantIn(credential: Credential | undefined): OAuthGrant | undefined {
  return credential?.kind === 'oauth' && credential.grant.flow !== 'vscodeAccount' ? credential.grant : undefined;
}
