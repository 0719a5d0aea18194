import * as vscode from 'vscode';
import { currentToken, isRenewable } from '../../core/credentials/token.ts';
import { settingsSection } from '../../ids.ts';
import { runCommand } from '../../platform/commands.ts';
import { type Holder, holdersOf, runState } from '../../platform/holders.ts';
import { inertText, namesOf } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';

/** How long VS Code may take to see that a config file has changed, in ms. */
const fileChangePatience = 5000;

/**
 * Brings a renewed token to the servers that run with the one before: by a restart, if the user wants that. A server that
 * doesn't run is left alone; it gets the new token when it starts.
 */
export class RunningServers {
  readonly #services: Services;
  /** Servers that the user is being asked about. */
  readonly #asking = new Map<string, Holder>();
  #prompting = false;
  #working: Promise<void> = Promise.resolve();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Whether a server runs that was given the credential's token in this window. */
  async isInUse(credentialId: string): Promise<boolean> {
    for (const holder of this.#holdersOf(credentialId)) {
      if (await this.#isRunning(holder)) {
        return true;
      }
    }
    return false;
  }

  /** Servers that were given another token than their credential has now. */
  bringNewTokens(): void {
    this.#working = this.#working
      .then(() => this.#bringNewTokens())
      .catch(error => this.#services.log.error('token-not-brought', error));
  }

  /** Where the token stands in clear it is replaced, and what ran with the old one is started again. */
  rewrite(credentialId: string): void {
    const { log } = this.#services;
    // Not in turn, so that what is renewed together is written together.
    const rewritten = this.#rewrite(credentialId).catch((error): readonly Holder[] => {
      log.error('literal-not-rewritten', error, { id: credentialId });
      return [];
    });
    this.#working = this.#working
      .then(async () => this.#restartAsWanted(await rewritten))
      .catch(error => log.error('token-not-brought', error));
  }

  /** Gives the servers that ran. */
  async #rewrite(credentialId: string): Promise<readonly Holder[]> {
    const literal = this.#holdersOf(credentialId).filter(holder => holder.isLiteral);
    const running = await this.#running(literal);
    await this.#services.deliverer.rewriteLiterals(credentialId);
    return running;
  }

  async #bringNewTokens(): Promise<void> {
    const { broker, vault } = this.#services;
    const isStale = (place: string) => {
      const { credentialId, token } = broker.handedOut.get(place) ?? {};
      const credential = credentialId === undefined ? undefined : vault.credential(credentialId);
      // Whoever replaces a token by hand is told and asked there.
      const now =
        credential && isRenewable(credential) && credential.revokedAt === undefined
          ? currentToken(credential)
          : undefined;
      return token !== undefined && now !== undefined && !now.equals(token);
    };
    for (const [place, { credentialId, url }] of [...broker.handedOut].filter(([place]) => isStale(place))) {
      const holders = this.#holdersOf(credentialId).filter(holder => !holder.isLiteral && holder.url === url);
      const running = await this.#running(holders);
      // A start that is under way renews first and is given the new token then.
      if (isStale(place)) {
        // Told once: the next start hands out the new one.
        broker.forgetHandedOut(place);
        await this.#restartAsWanted(running);
      }
    }
  }

  async #running(holders: readonly Holder[]): Promise<Holder[]> {
    const running: Holder[] = [];
    for (const holder of holders) {
      if (await this.#isRunning(holder)) {
        running.push(holder);
      }
    }
    return running;
  }

  async #isRunning({ target }: Holder): Promise<boolean> {
    return (await runState(this.#services, target)) === 'running';
  }

  async #restartAsWanted(running: readonly Holder[]): Promise<void> {
    if (running.length === 0) {
      return;
    }
    switch (this.#services.settings.restartServers) {
      case 'always':
        return this.#restart(running);
      case 'ask':
        for (const holder of running) {
          this.#asking.set(JSON.stringify(holder.target), holder);
        }
        // Not waited for: nobody may ever look at the message.
        void this.#ask();
        return;
      case 'never':
        this.#services.log.info('server-keeps-old-token', { servers: running.length });
    }
  }

  /** One message at a time, however often tokens are renewed until somebody answers it. */
  async #ask(): Promise<void> {
    if (this.#prompting) {
      return;
    }
    this.#prompting = true;
    try {
      const names = namesOf([...this.#asking.values()].map(({ target }) => target.server));
      const restart = vscode.l10n.t('Restart');
      const always = vscode.l10n.t('Always Restart');
      const never = vscode.l10n.t('Never Restart');
      const chosen = await vscode.window.showInformationMessage(
        inertText(vscode.l10n.t('{0} runs with a token that has been renewed. Restart it to use the new one?', names)),
        restart,
        always,
        never,
      );
      const meant = [...this.#asking.values()];
      this.#asking.clear();
      if (chosen === always || chosen === never) {
        await vscode.workspace
          .getConfiguration(settingsSection)
          .update('restartServers', chosen === always ? 'always' : 'never', vscode.ConfigurationTarget.Global);
      }
      if (chosen === restart || chosen === always) {
        // VS Code has stopped those whose file was rewritten.
        const [literal, others] = [meant.filter(holder => holder.isLiteral), meant.filter(holder => !holder.isLiteral)];
        await this.#restart([...literal, ...(await this.#running(others))]);
      }
    } finally {
      this.#prompting = false;
    }
  }

  async #restart(running: readonly Holder[]): Promise<void> {
    for (const holder of running) {
      const { target } = holder;
      if (holder.isLiteral) {
        await this.#stopped(holder);
      }
      this.#services.log.info('server-restarted', { server: target.server });
      await runCommand('mcpKeyring.servers.start', target);
    }
  }

  /** VS Code stops a server when it sees that its file has changed: one that was started before that would stop again. */
  async #stopped(holder: Holder): Promise<void> {
    const deadline = performance.now() + fileChangePatience;
    while (performance.now() < deadline && (await this.#isRunning(holder))) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  /** Servers that it is attached to: what stands elsewhere by hand is not ours to restart. */
  #holdersOf(credentialId: string): Holder[] {
    const credential = this.#services.vault.credential(credentialId);
    return credential ? holdersOf(this.#services, credential).filter(holder => holder.isAttached) : [];
  }
}
