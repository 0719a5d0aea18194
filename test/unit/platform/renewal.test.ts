import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { attach } from '../../../src/core/credentials/attachments.ts';
import { GrantRenewer } from '../../../src/core/credentials/grantRenewer.ts';
import { currentToken } from '../../../src/core/credentials/token.ts';
import type { OAuthCredential } from '../../../src/core/credentials/types.ts';
import { Vault } from '../../../src/core/credentials/vault.ts';
import type { KeyringError } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { StorageLocks } from '../../../src/platform/node/storageLocks.ts';
import { FakeLog } from '../../fakes/log.ts';
import { SharedSecretStore } from '../../fakes/sharedSecretStore.ts';
import type { HttpMcpServer } from '../../servers/httpMcpServer.ts';
import { signInToGrant } from '../../servers/oauthGrant.ts';
import { startOAuthMcpServer } from '../../servers/oauthMcpServer.ts';
import { type OAuthServer, startOAuthServer } from '../../servers/oauthServer.ts';
import { oauth } from '../core/credentials/samples.ts';
import { networkContext } from '../core/oauth/setup.ts';
import { postInitialize } from '../servers/clients.ts';
import type { KillPoint, ProcessAnswer, ProcessCommand } from './renewingProcess.ts';

/** How late a window sees what another has written, in ms; VS Code takes about a tenth of a second. */
const storeDelay = 150;

describe('renewal by several processes', function () {
  this.timeout(300_000);
  let folder: string;
  let script: string;
  let as: OAuthServer;
  let mcp: HttpMcpServer;
  let vault: Vault;
  const windows: ChildProcess[] = [];

  before(() => {
    // Built once: reading TypeScript is most of what a process takes to start.
    script = join(mkdtempSync(join(tmpdir(), 'renewing-')), 'renewingProcess.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'renewingProcess.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
  });

  after(() => rmSync(dirname(script), { recursive: true, force: true }));

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'renewal-'));
    as = await startOAuthServer();
    mcp = await startOAuthMcpServer({ authorizationServer: as, scopesSupported: ['notes:read'] });
    vault = openHere(0).vault;
  });

  afterEach(async () => {
    for (const window of windows.splice(0)) {
      window.kill('SIGKILL');
    }
    await Promise.all([as.close(), mcp.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A credential of a grant, and so of a token family, of its own. */
  async function signIn(id: string): Promise<OAuthCredential> {
    const credential = oauth(id, await signInToGrant(mcp.url));
    await vault.putCredential(attach(credential, { url: urlOf(id), header: 'authorization', at: 1 }));
    return credential;
  }

  async function openWindow(): Promise<ChildProcess> {
    const child = fork(script, [folder, String(storeDelay)]);
    windows.push(child);
    await next(child);
    return child;
  }

  it('200 renewals of tokens of 2 seconds by two windows at once: one refresh per expiry, no family revoked', async () => {
    const families = 20;
    const each = 10;
    as.lifetimes.accessToken = 2;
    const both = await Promise.all([openWindow(), openWindow()]);
    const ids = await Promise.all(
      Array.from({ length: families }, async (_, number) => (await signIn(`c${number}`)).id),
    );
    // What was written just now is not seen yet.
    await new Promise(resolve => setTimeout(resolve, storeDelay));
    as.events.length = 0;
    for (const window of both) {
      tell(window, { command: 'ask', urls: ids.map(urlOf) });
    }
    const refreshes = () => as.events.filter(({ event }) => event === 'refreshed').length;
    while (refreshes() < families * each && as.events.every(({ event }) => event === 'refreshed')) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    const ends = await Promise.all(
      both.map(window => {
        tell(window, { command: 'stop' });
        return next(window);
      }),
    );
    assert.deepEqual(
      as.events.filter(({ event }) => event !== 'refreshed'),
      [],
    );
    assert(refreshes() >= families * each);
    for (const end of ends) {
      assert(end.kind === 'stopped' && end.asked > 0);
      assert.deepEqual(end.failures, []);
    }
    // One refresh, one new token in the vault: had two windows refreshed for one expiry, there would be more of them.
    const stored = await Promise.all(ids.map(id => vault.readLatestCredential(id)));
    assert.equal(
      stored.reduce((sum, { timesRenewed }) => sum + timesRenewed, 0),
      refreshes(),
    );
    for (const id of ids) {
      const sent = as.requests.filter(({ path, parameters }) => path === '/token' && parameters.refresh_token);
      const tokens = sent.map(({ parameters }) => parameters.refresh_token);
      assert.equal(new Set(tokens).size, tokens.length, `a refresh token of ${id} was sent twice`);
    }
  });

  const points: readonly KillPoint[] = [
    'before-mark',
    'after-mark',
    'before-request',
    'while-requested',
    'after-response',
    'before-store',
    'after-store',
    'after-renewal',
  ];

  it('56 processes killed at every step: what the server had not spent works, what it had asks for a sign-in', async () => {
    const outcomes: Record<string, { works: number; signIn: number }> = {};
    for (const killAt of points) {
      const credentials = await Promise.all(Array.from({ length: 7 }, (_, run) => signIn(`${killAt}-${run}`)));
      await Promise.all(credentials.map(({ id }) => killWhileRenewing(id, killAt)));
      await new Promise(resolve => setTimeout(resolve, storeDelay));
      // A window that starts now, and so knows that what it doesn't find is lost.
      const heir = openHere(Date.now());
      const tally = { works: 0, signIn: 0 };
      outcomes[killAt] = tally;
      const restart = async (credential: OAuthCredential) => {
        const spent = as.requests.some(
          ({ path, parameters, status }) =>
            path === '/token' && status === 200 && parameters.refresh_token === refreshTokenOf(credential),
        );
        const kept = (await heir.vault.readLatestCredential(credential.id)).timesRenewed > 0;
        const renewal = heir.renewer.renewGrant(credential.id, true);
        if (spent && !kept) {
          tally.signIn++;
          await assert.rejects(renewal, ({ code, data }: KeyringError) => {
            assert.deepEqual([code, data.failure, data.after], ['oauth-failed', 'invalid-grant', 'interrupted']);
            return true;
          });
        } else {
          tally.works++;
          assert.equal(await statusWith(currentToken(await renewal)?.reveal() ?? ''), 200);
        }
      };
      await Promise.all(credentials.map(restart));
    }
    for (const point of ['before-mark', 'after-mark', 'before-request', 'after-store', 'after-renewal']) {
      assert.deepEqual(outcomes[point], { works: 7, signIn: 0 }, point);
    }
    for (const point of ['after-response', 'before-store']) {
      assert.deepEqual(outcomes[point], { works: 0, signIn: 7 }, point);
    }
  });

  async function killWhileRenewing(credentialId: string, killAt: KillPoint): Promise<void> {
    const victim = await openWindow();
    const died = new Promise(resolve => victim.once('exit', resolve));
    tell(victim, { command: 'renew', credentialId, killAt });
    await died;
    assert.equal(victim.signalCode, 'SIGKILL', killAt);
  }

  function openHere(startedAt: number) {
    const log = new FakeLog();
    const locks = new StorageLocks(`${folder}/locks`, startedAt);
    const vault = new Vault(new SharedSecretStore(folder, storeDelay), log, { locks, settleTime: 4 * storeDelay });
    const renewer = new GrantRenewer({
      vault,
      clock: systemClock,
      log,
      locks,
      contextFor: () => networkContext(),
    });
    return { vault, renewer };
  }

  async function statusWith(token: string): Promise<number> {
    return (await postInitialize(mcp.url, { Authorization: `Bearer ${token}` })).status;
  }
});

function refreshTokenOf({ grant }: OAuthCredential): string | undefined {
  return grant.flow === 'vscodeAccount' ? undefined : grant.tokens?.refreshToken?.reveal();
}

function urlOf(id: string): string {
  return `https://example.com/${id}`;
}

function tell(child: ChildProcess, command: ProcessCommand): void {
  child.send(command);
}

function next(child: ChildProcess): Promise<ProcessAnswer> {
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as ProcessAnswer));
    child.once('exit', code => reject(new Error(`The window ended with code ${code}.`)));
  });
}
