import { l10n, type Uri } from 'vscode';
import type { Verdicts } from '../core/connection/verdicts.ts';
import { currentToken } from '../core/credentials/token.ts';
import type { Vault } from '../core/credentials/vault.ts';
import type { Inventory } from '../core/inventory/inventory.ts';
import type { Log } from '../core/ports.ts';
import { plainText } from '../core/text.ts';
import type { McpServers } from './mcpServers.ts';
import { findServer } from './serverTargets.ts';

/** What is looked at here of the services. */
interface Needs {
  readonly mcp: McpServers;
  readonly inventory: Inventory;
  readonly vault: Vault;
  readonly verdicts: Verdicts;
  readonly log: Log;
}

/**
 * When VS Code is looked at after it was given a header, in seconds: it tells nobody when it has given up. It says that a
 * server runs before it has had an answer, and as long as its dialogs about OAuth stand open.
 */
const looks = [2, 5, 10, 15, 20, 30, 40, 50, 60, 90, 120, 180];

/** How long it is worth saying that a start failed, in ms. */
const passing = 10 * 60_000;

/** Of each server that is watched, its last start. */
const watched = new Map<string, object>();

/**
 * VS Code was given a header because it starts a server. Where it then reports an error, which its own dialog puts down to
 * OAuth whatever the reason was, the tree and the Problems view say so and where the reason is to be found. What a test has
 * found already is not written over.
 */
export async function watchStart(services: Needs, file: Uri, server: string): Promise<void> {
  const key = `${file}\n${server}`;
  const start = {};
  watched.set(key, start);
  try {
    let before = 0;
    for (const at of looks) {
      await new Promise(resolve => setTimeout(resolve, (at - before) * 1000));
      before = at;
      const state = await services.mcp.find(file, server);
      if (watched.get(key) !== start) {
        return;
      }
      if (state?.failed) {
        noteFailure(services, file, server);
        return;
      }
      const isStopped = state?.running === false;
      if (isStopped && at > 5) {
        return;
      }
    }
  } catch (error) {
    services.log.error('start-not-watched', error, { server });
  } finally {
    if (watched.get(key) === start) {
      watched.delete(key);
    }
  }
}

function noteFailure({ inventory, vault, verdicts, log }: Needs, file: Uri, server: string): void {
  const found = findServer(inventory.snapshot, { file: file.toString(), server });
  const { url, verdict } = found?.server ?? {};
  log.info('start-failed', { server });
  if (url === undefined || verdict?.healthy === false) {
    return;
  }
  const { header } = found ?? {};
  const credential = header?.credentialId === undefined ? undefined : vault.credential(header.credentialId);
  const token = credential && currentToken(credential)?.reveal();
  const now = Date.now();
  verdicts.set(
    {
      url,
      ...(header && { header: { name: header.parsed.name, value: header.parsed.value ?? '' } }),
      ...(token !== undefined && { token }),
    },
    {
      healthy: false,
      sentence: l10n.t(
        'VS Code could not start “{0}” with this credential. Test Connection finds out why.',
        plainText(server),
      ),
      certainty: 'likely',
      fixes: [{ kind: 'testAgain' }],
      at: now,
      until: now + passing,
    },
  );
}
