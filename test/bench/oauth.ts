import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attach } from '../../src/core/credentials/attachments.ts';
import { Broker } from '../../src/core/credentials/broker.ts';
import { GrantRenewer } from '../../src/core/credentials/grantRenewer.ts';
import { Vault } from '../../src/core/credentials/vault.ts';
import type { RecipeGrant } from '../../src/core/oauth/grant.ts';
import { Secret } from '../../src/core/secret.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { StorageLocks } from '../../src/platform/node/storageLocks.ts';
import { FakeLog } from '../fakes/log.ts';
import { FakeSecretStore } from '../fakes/secretStore.ts';
import {
  startTutorialServer,
  TUTORIAL_CLIENT_ID,
  TUTORIAL_CLIENT_SECRET,
  type TutorialServer,
} from '../servers/tutorialServer.ts';
import { oauth, recipeGrant } from '../unit/core/credentials/samples.ts';
import { type Claim, compare } from './measure.ts';

const url = 'https://example.com/mcp';

/**
 * From a start to its header: with a token that is good, with one that is due, and in a window that has just been opened and
 * has none; each beside the bare HTTP call that gets a token.
 */
export async function oauthClaims(): Promise<Claim[]> {
  const server = await startTutorialServer();
  const folder = mkdtempSync(join(tmpdir(), 'bench-oauth-'));
  try {
    return await measure(server, folder);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server: TutorialServer, folder: string): Promise<Claim[]> {
  const sample = recipeGrant();
  const recipe = {
    ...sample.recipe,
    url: server.tokenUrl,
    clientId: TUTORIAL_CLIENT_ID,
    clientSecret: new Secret(TUTORIAL_CLIENT_SECRET),
  };
  const bareCall = (fields: object) =>
    fetch(server.tokenUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id: TUTORIAL_CLIENT_ID, client_secret: TUTORIAL_CLIENT_SECRET, ...fields }),
    }).then(response => response.json() as Promise<{ readonly refresh_token: string }>);
  const fresh = () => bareCall({ grant_type: 'client_credentials' });

  const { broker } = await openWindow(folder, { flow: 'tokenEndpoint', recipe });
  const header = () => broker.headerFor(url, 'Authorization');
  await header();
  const cached = await compare(header, fresh, 200);

  let refreshToken = (await fresh()).refresh_token;
  const due = await compare(
    () => broker.renew('bench'),
    async () => {
      refreshToken = (await bareCall({ grant_type: 'refresh_token', refresh_token: refreshToken })).refresh_token;
    },
    200,
  );

  const cold = await compare(
    async () => {
      const window = await openWindow(folder, { flow: 'tokenEndpoint', recipe });
      await window.broker.headerFor(url, 'Authorization');
    },
    fresh,
    100,
  );
  // On loopback a call is all but free, so what is seen here are the locks and the three writes and reads that lose no token.
  return [
    { what: 'OAuth header, token good, beside the bare HTTP call', ...cached, unit: 'ms', aim: 0.2 },
    { what: 'OAuth header, token due, beside the bare refresh', ...due, unit: 'ms', aim: 12 },
    { what: 'OAuth header, new window without a token, beside the bare HTTP call', ...cold, unit: 'ms', aim: 12 },
  ];
}

async function openWindow(folder: string, grant: RecipeGrant) {
  const log = new FakeLog();
  const store = new FakeSecretStore();
  // Each is the only window of its machine: what another has noted means nothing to it.
  const locks = new StorageLocks(join(folder, crypto.randomUUID()), Date.now());
  const setup = new Vault(store, log);
  await setup.putCredential(attach(oauth('bench', grant), { url, header: 'authorization', at: 1 }));
  const vault = new Vault(store, log, { locks, settleTime: 0 });
  const renewer = new GrantRenewer({
    vault,
    clock: systemClock,
    log,
    locks,
    contextFor: () => ({ http: (to, init) => fetch(to, init as RequestInit), now: Date.now }),
  });
  const broker = new Broker(vault, systemClock, log, () => ({ clockToleranceSeconds: 60, automaticRenewal: true }), {
    renewGrant: (id, evenIfFresh) => renewer.renewGrant(id, evenIfFresh),
    replaceGrant: (id, replacement) => renewer.replaceGrant(id, replacement),
    endGrant: (id, ask) => renewer.endGrant(id, ask),
    introspect: async () => undefined,
    accountToken: async () => undefined,
  });
  return { broker };
}
