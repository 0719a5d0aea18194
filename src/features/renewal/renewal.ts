import * as vscode from 'vscode';
import { RenewalSchedule } from '../../core/credentials/renewalSchedule.ts';
import { currentToken } from '../../core/credentials/token.ts';
import type { Vault } from '../../core/credentials/vault.ts';
import type { Disposable } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { Services } from '../../services.ts';
import { RunningServers } from './runningServers.ts';

/** Renews tokens before they end, and brings them to the servers that run with the old ones. */
export function startRenewal(services: Services): Disposable {
  const { vault, clock, log, settings, broker } = services;
  const servers = new RunningServers(services);
  // Whichever window got the new token: a file may be open in this one alone.
  let known = tokensOf(vault);
  const rewriteChanged = () => {
    const before = known;
    known = tokensOf(vault);
    for (const [id, token] of known) {
      const old = before.get(id);
      if (old && token && !old.equals(token)) {
        servers.rewrite(id);
      }
    }
  };
  const schedule = new RenewalSchedule({
    vault,
    clock,
    log,
    automaticRenewal: () => settings.automaticRenewal,
    isInUse: id => servers.isInUse(id),
    renew: id => broker.renewIfDue(id),
    onDidWake: () => services.forgetRenewalDelays(),
  });
  return vscode.Disposable.from(
    schedule,
    broker.onDidHandOut(({ credentialId }) => schedule.noteUse(credentialId)),
    vault.onDidChange(() => {
      rewriteChanged();
      servers.bringNewTokens();
    }),
    settings.onDidChange(() => schedule.plan()),
    // Nobody tells that the machine is awake again, or the network back; a person who looks at VS Code comes close.
    vscode.window.onDidChangeWindowState(state => state.focused && schedule.wake()),
  );
}

function tokensOf({ credentials }: Vault): ReadonlyMap<string, Secret | undefined> {
  return new Map(credentials.map(credential => [credential.id, currentToken(credential)]));
}
