import { type EnvironmentVariableCollection, l10n } from 'vscode';
import type { Broker } from '../core/credentials/broker.ts';
import { renewalDueAt } from '../core/credentials/renewal.ts';
import { currentToken, isRenewable } from '../core/credentials/token.ts';
import type { Credential } from '../core/credentials/types.ts';
import type { Vault } from '../core/credentials/vault.ts';
import type { Clock, Disposable, Log } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

/** What new terminals get of a credential. */
interface Shown {
  readonly credentialId: string;
  /** When it has to be looked at again although nothing has changed, in ms. */
  readonly dueAt: number;
  /** The token that was put there. */
  readonly token: Secret;
}

/** Tokens that VS Code keeps, and of which nobody says when they end, are asked for this often, in ms. */
const askInterval = 600_000;
/** Never sooner than this, so that a token that can't be renewed isn't asked for all the time. */
const shortestWait = 5000;

/**
 * The tokens of those credentials that the user wants in VS Code's terminals, as environment variables: nothing of it is
 * kept when the window closes. What is revoked, detached from every server or has run out is taken out at once; terminals
 * that are open keep what they were started with, which VS Code marks.
 */
export class TerminalEnvironment implements Disposable {
  readonly #collection: EnvironmentVariableCollection;
  readonly #vault: Vault;
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #shown = new Map<string, Shown>();
  readonly #subscription: Disposable;
  #refreshing = Promise.resolve();
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(parts: {
    readonly collection: EnvironmentVariableCollection;
    readonly vault: Vault;
    readonly broker: Broker;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#collection = parts.collection;
    this.#vault = parts.vault;
    this.#broker = parts.broker;
    this.#clock = parts.clock;
    this.#log = parts.log;
    // Before anything is in it: VS Code would write it to disk.
    this.#collection.persistent = false;
    this.#subscription = this.#vault.onDidChange(() => this.#soon());
    this.#soon();
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#timer?.dispose();
    this.#shown.clear();
    this.#collection.clear();
  }

  /** One after another, so that an older look never overtakes a newer one. */
  #soon(): void {
    this.#refreshing = this.#refreshing
      .then(() => this.#refresh())
      .catch(error => this.#log.error('terminal-environment', error));
  }

  async #refresh(): Promise<void> {
    const wanted = this.#vault.credentials.filter(({ terminal, revokedAt }) => terminal && revokedAt === undefined);
    const variables = new Set<string>();
    for (const credential of wanted) {
      const variable = credential.terminal?.variable ?? '';
      if (!variables.has(variable) && (await this.#show(variable, credential))) {
        variables.add(variable);
      }
    }
    if (this.#disposed) {
      return;
    }
    for (const variable of [...this.#shown.keys()].filter(name => !variables.has(name))) {
      this.#collection.delete(variable);
      this.#shown.delete(variable);
    }
    this.#collection.description =
      variables.size === 0 ? undefined : l10n.t('Tokens from the keyring: {0}', [...variables].sort().join(', '));
    this.#wait();
  }

  /** Gives whether the variable has a token now. */
  async #show(variable: string, credential: Credential): Promise<boolean> {
    const before = this.#shown.get(variable);
    const now = this.#clock.now();
    const target = credential.attachments.findLast(
      ({ url, header }) => this.#vault.attachedTo(url, header)[0]?.credentialId === credential.id,
    );
    if (!target) {
      return false;
    }
    const current = currentToken(credential)?.reveal();
    const same = before?.credentialId === credential.id && (current === undefined || current === before.token.reveal());
    if (same && now < before.dueAt) {
      return true;
    }
    try {
      const { token, expiresAt } = await this.#broker.headerFor(target.url, target.header);
      if (this.#disposed) {
        return false;
      }
      if (before?.token.reveal() !== token.reveal()) {
        this.#collection.replace(variable, token.reveal());
      }
      this.#shown.set(variable, { credentialId: credential.id, token, dueAt: dueAt(credential, now, expiresAt) });
      return true;
    } catch (error) {
      this.#log.error('terminal-token-missing', error, { id: credential.id });
      return false;
    }
  }

  #wait(): void {
    this.#timer?.dispose();
    const next = Math.min(...[...this.#shown.values()].map(shown => shown.dueAt));
    if (Number.isFinite(next)) {
      this.#timer = this.#clock.at(Math.max(next, this.#clock.now() + shortestWait), () => this.#soon());
    }
  }
}

function dueAt(credential: Credential, now: number, expiresAt: number | undefined): number {
  if (expiresAt === undefined) {
    return currentToken(credential) ? Number.POSITIVE_INFINITY : now + askInterval;
  }
  return isRenewable(credential) ? renewalDueAt(now, expiresAt) : expiresAt;
}
