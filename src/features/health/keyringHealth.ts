import * as vscode from 'vscode';
import type { DamagedEntry } from '../../core/credentials/types.ts';
import { KeyringError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/inventory/types.ts';
import type { Disposable, Log } from '../../core/ports.ts';
import { healthKeys, views } from '../../ids.ts';
import type { Services } from '../../services.ts';

type Needs = Pick<Services, 'context' | 'inventory' | 'broker'> & { readonly log: Log };

/** What VS Code's documentation says about keyrings. */
const documentation = 'https://code.visualstudio.com/docs/configure/settings-sync#_troubleshooting-keychain-issues';

/** Tells, once each, of secrets that did not outlive a restart, of entries that can't be read, and of writes that failed. */
export function watchKeyring(services: Needs): Disposable {
  const { inventory, broker, log } = services;
  let checking = Promise.resolve();
  let markerChecked = false;
  const check = (snapshot: Snapshot) => {
    // One after another: two would tell the same thing.
    checking = checking
      .then(async () => {
        await tellDamage(services, snapshot.damaged);
        if (!markerChecked) {
          markerChecked = await checkMarker(services, snapshot);
        }
      })
      .catch(error => log.error('health-not-checked', error));
  };
  let writeFailureTold = false;
  const failures = broker.onDidFailToWrite(error => {
    if (!writeFailureTold) {
      writeFailureTold = true;
      tellWriteFailure(error);
    }
  });
  check(inventory.snapshot);
  return vscode.Disposable.from(failures, inventory.onDidChange(check));
}

/**
 * No API says whether secrets are kept in memory only. So a marker is left in the extension's state and among the secrets
 * as soon as there is something to lose; if after a restart the state has it and the secrets don't, nothing else of them
 * has lasted either.
 * @returns whether that's settled for this run of VS Code
 */
async function checkMarker({ context, log }: Needs, { vault, credentials }: Snapshot): Promise<boolean> {
  const { globalState, secrets } = context;
  const expected = globalState.get<string>(healthKeys.marker);
  if (vault !== 'ready' || (expected === undefined && credentials.length === 0)) {
    return false;
  }
  if (expected !== undefined) {
    const lasted = (await secrets.get(healthKeys.marker)) === expected;
    const told = globalState.get<boolean>(healthKeys.lossTold) === true;
    log.info('keyring-checked', { lasted });
    if (lasted) {
      await globalState.update(healthKeys.lossTold, undefined);
      return true;
    }
    if (!told) {
      await globalState.update(healthKeys.lossTold, true);
      tellLoss();
    }
  }
  const marker = expected ?? crypto.randomUUID();
  await secrets.store(healthKeys.marker, marker);
  await globalState.update(healthKeys.marker, marker);
  return true;
}

function tellLoss(): void {
  const more = vscode.l10n.t('Learn More');
  void vscode.window
    .showWarningMessage(
      vscode.l10n.t(
        'The credentials that MCP Keyring stored earlier are gone: VS Code has no keyring here and keeps secrets only until it is closed, or its keyring was reset. Until a keyring is set up, add them again after each start.',
      ),
      more,
    )
    .then(chosen => {
      if (chosen === more) {
        void vscode.env.openExternal(vscode.Uri.parse(documentation));
      }
    });
}

async function tellDamage({ context }: Needs, damaged: readonly DamagedEntry[]): Promise<void> {
  const { globalState } = context;
  const told = new Set(globalState.get<readonly string[]>(healthKeys.damageTold, []));
  const fresh = damaged.filter(({ key, reason }) => !told.has(`${key} ${reason}`));
  // What has been mended or deleted is forgotten, so that it's told again should it come back.
  const now = damaged.map(({ key, reason }) => `${key} ${reason}`);
  if (now.length !== told.size || fresh.length > 0) {
    await globalState.update(healthKeys.damageTold, now);
  }
  if (fresh.length === 0) {
    return;
  }
  const show = vscode.l10n.t('Show Credentials');
  const newer = fresh.every(({ reason }) => reason === 'newer-version');
  const message = newer
    ? vscode.l10n.t(
        'The keyring has entries that were written by a newer MCP Keyring ({0}). They are kept as they are; update the extension to use them.',
        fresh.length,
      )
    : vscode.l10n.t(
        'The keyring has entries that cannot be read ({0}), so the servers that use them get no credential. They are kept until you delete them in the Credentials view.',
        fresh.length,
      );
  void vscode.window.showWarningMessage(message, show).then(chosen => {
    if (chosen === show) {
      void vscode.commands.executeCommand(`${views.credentials}.focus`);
    }
  });
}

function tellWriteFailure(error: unknown): void {
  const dropped = error instanceof KeyringError && error.code === 'vault-not-persisted';
  void vscode.window.showWarningMessage(
    dropped
      ? vscode.l10n.t(
          'The keyring accepts entries but does not keep them; it may be full. Credentials that are in it still work, new ones and new tokens would be lost.',
        )
      : vscode.l10n.t(
          'The keyring cannot be written to; it may be locked. Credentials that are in it still work, new ones and new tokens cannot be stored.',
        ),
  );
}
