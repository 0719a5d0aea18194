// A window in a process of its own, for the tests of renewal: a vault, locks and a broker that it shares with others through a
// folder. It does what its parent says: `ask` for headers again and again until `stop`, or `renew` once, with a kill of its
// own process at the step that is named.
import { Broker } from '../../../src/core/credentials/broker.ts';
import { GrantRenewer } from '../../../src/core/credentials/grantRenewer.ts';
import { Vault } from '../../../src/core/credentials/vault.ts';
import { KeyringError } from '../../../src/core/errors.ts';
import type { Http } from '../../../src/core/oauth/http.ts';
import type { SecretStore } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { StorageLocks } from '../../../src/platform/node/storageLocks.ts';
import { FakeLog } from '../../fakes/log.ts';
import { SharedSecretStore } from '../../fakes/sharedSecretStore.ts';

/** Where a process that renews is killed: before or after each thing that it does to the world, in this order. */
export type KillPoint =
  | 'before-mark'
  | 'after-mark'
  | 'before-request'
  | 'while-requested'
  | 'after-response'
  | 'before-store'
  | 'after-store'
  | 'after-renewal';

export type ProcessCommand =
  | { readonly command: 'ask'; readonly urls: readonly string[] }
  | { readonly command: 'stop' }
  | { readonly command: 'renew'; readonly credentialId: string; readonly killAt?: KillPoint };

export type ProcessAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped'; readonly asked: number; readonly failures: readonly string[] }
  | { readonly kind: 'renewed'; readonly token: string }
  | { readonly kind: 'failed'; readonly code: string; readonly failure: string; readonly after: string };

const [folder = '', delay = '0'] = process.argv.slice(2);
let killAt: KillPoint | undefined;
let writes = 0;

function reach(point: KillPoint): void {
  if (killAt === point) {
    process.kill(process.pid, 'SIGKILL');
    // A signal to oneself arrives at once, but not before the next turn.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  }
}

class WatchedStore extends SharedSecretStore {
  override async store(key: string, value: string): Promise<void> {
    writes++;
    reach(writes === 1 ? 'before-mark' : 'before-store');
    await super.store(key, value);
    reach(writes === 1 ? 'after-mark' : 'after-store');
  }
}

const http: Http = async (url, init) => {
  reach('before-request');
  if (killAt === 'while-requested') {
    setTimeout(() => reach('while-requested'), 3);
  }
  const response = await fetch(url, init as RequestInit);
  reach('after-response');
  return response;
};

const log = new FakeLog();
const locks = new StorageLocks(`${folder}/locks`);
const store: SecretStore = new WatchedStore(folder, Number(delay));
const vault = new Vault(store, log, { locks });
const renewer = new GrantRenewer({
  vault,
  clock: systemClock,
  log,
  locks,
  contextFor: () => ({ http, now: Date.now }),
});
const broker = new Broker(vault, systemClock, log, () => ({ clockToleranceSeconds: 60, automaticRenewal: true }), {
  renewGrant: (id, evenIfFresh) => renewer.renewGrant(id, evenIfFresh),
  replaceGrant: (id, grant) => renewer.replaceGrant(id, grant),
  endGrant: (id, ask) => renewer.endGrant(id, ask),
  introspect: async () => undefined,
  accountToken: async () => undefined,
});

function answer(message: ProcessAnswer): void {
  process.send?.(message);
}

let asking = false;

async function ask(urls: readonly string[]): Promise<void> {
  asking = true;
  const failures: string[] = [];
  let asked = 0;
  while (asking) {
    const results = await Promise.allSettled(urls.map(url => broker.headerFor(url, 'Authorization')));
    asked += urls.length;
    failures.push(...results.flatMap(result => (result.status === 'rejected' ? [String(result.reason)] : [])));
    await new Promise(resolve => setTimeout(resolve, 40));
  }
  answer({ kind: 'stopped', asked, failures });
}

async function renew(credentialId: string): Promise<void> {
  try {
    await vault.load();
    const renewed = await renewer.renewGrant(credentialId, true);
    reach('after-renewal');
    const token = renewed.grant.flow === 'vscodeAccount' ? undefined : renewed.grant.tokens?.accessToken;
    answer({ kind: 'renewed', token: token?.reveal() ?? '' });
  } catch (error) {
    const { code, data } = error instanceof KeyringError ? error : new KeyringError('vault-unavailable');
    answer({ kind: 'failed', code, failure: String(data.failure), after: String(data.after) });
  }
}

process.on('message', (message: ProcessCommand) => {
  switch (message.command) {
    case 'ask':
      void ask(message.urls);
      break;
    case 'stop':
      asking = false;
      break;
    case 'renew':
      killAt = message.killAt;
      void renew(message.credentialId);
      break;
  }
});
answer({ kind: 'ready' });
