import { KeyringError } from '../errors.ts';
import { readTimes } from '../jwt/claims.ts';
import { isRenewable as isGrantRenewable, renewalTime } from '../oauth/grant.ts';
import type { Clock, Disposable, Log } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { isRefusal, renewalDueAt } from './renewal.ts';
import { currentToken, readToken } from './token.ts';
import type { Credential } from './types.ts';
import type { Vault } from './vault.ts';

/** After the first failure in a row, in ms; twice as much after each further one. */
const shortestPause = 5000;
const longestPause = 5 * 60_000;
/** However often somebody comes back to the window, what failed is tried again no more often than this, in ms. */
const wakePause = 30_000;
/** A timer that is so late has slept, in ms. */
const nap = 10_000;

export interface RenewalScheduleParts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  /** What the user has set for credentials that say nothing themselves. */
  readonly automaticRenewal: () => boolean;
  /** Whether a server of this window runs with the credential: without one, nobody needs a signed token yet. */
  readonly isInUse: (credentialId: string) => Promise<boolean>;
  /** Renews if nobody else has. Resolves also where an early renewal failed and the token at hand is kept. */
  readonly renew: (credentialId: string) => Promise<Credential>;
  /** Hears that what failed for want of a network may be tried again. */
  readonly onDidWake: () => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** What is remembered of a token: when to renew it, and how that went. */
interface Plan {
  readonly token: Secret;
  readonly random: number;
  attempts: number;
  /** Not before this, in ms. */
  notBefore: number;
  /** Whether a server has refused the client or the grant: that is for a person then. */
  refused: boolean;
}

/**
 * Renews tokens before they end, for credentials whose user wants it: a fraction of their life ahead, a little earlier or
 * later by chance so that not all windows come at once. One timer for the next of them; nothing is polled.
 */
export class RenewalSchedule implements Disposable {
  readonly #parts: RenewalScheduleParts;
  readonly #random: () => number;
  readonly #plans = new Map<string, Plan>();
  readonly #running = new Set<string>();
  readonly #subscription: Disposable;
  #timer: Disposable | undefined;
  #disposed = false;
  #lastWake = Number.NEGATIVE_INFINITY;

  constructor(parts: RenewalScheduleParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
    this.#subscription = parts.vault.onDidChange(() => this.plan());
    this.plan();
  }

  /** Looks at everything anew: a setting has changed, or a server was started. */
  plan(): void {
    if (this.#disposed) {
      return;
    }
    this.#timer?.dispose();
    this.#timer = undefined;
    const { vault, clock } = this.#parts;
    let next = Number.POSITIVE_INFINITY;
    for (const credential of vault.credentials) {
      next = Math.min(next, this.#dueAt(credential) ?? Number.POSITIVE_INFINITY);
    }
    if (Number.isFinite(next)) {
      const time = Math.max(next, clock.now());
      this.#timer = clock.at(time, () => {
        if (clock.now() - time > nap) {
          this.wake();
        }
        this.#renewDue();
      });
    }
  }

  /** The machine was asleep, or the network was gone: what failed for that need not wait any longer. */
  wake(): void {
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#lastWake) < wakePause) {
      return;
    }
    this.#lastWake = now;
    this.#parts.onDidWake();
    for (const plan of this.#plans.values()) {
      plan.notBefore = 0;
    }
    this.plan();
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#subscription.dispose();
  }

  #dueAt(credential: Credential): number | undefined {
    const token = currentToken(credential);
    if (!token || credential.revokedAt !== undefined || this.#running.has(credential.id)) {
      return undefined;
    }
    if (credential.kind !== 'oauth' && credential.kind !== 'signedJwt') {
      return undefined;
    }
    if (!(credential.automaticRenewal ?? this.#parts.automaticRenewal())) {
      return undefined;
    }
    const plan = this.#planOf(credential.id, token);
    if (plan.refused) {
      return undefined;
    }
    const time = timeOf(credential, token, plan.random);
    return time === undefined ? undefined : Math.max(time, plan.notBefore);
  }

  #planOf(id: string, token: Secret): Plan {
    let plan = this.#plans.get(id);
    if (!plan?.token.equals(token)) {
      plan = { token, random: this.#random(), attempts: 0, notBefore: 0, refused: false };
      this.#plans.set(id, plan);
    }
    return plan;
  }

  #renewDue(): void {
    const now = this.#parts.clock.now();
    for (const credential of this.#parts.vault.credentials) {
      const due = this.#dueAt(credential);
      if (due !== undefined && due <= now) {
        this.#running.add(credential.id);
        void this.#renew(credential).finally(() => {
          this.#running.delete(credential.id);
          this.plan();
        });
      }
    }
    this.plan();
  }

  async #renew(credential: Credential): Promise<void> {
    const { isInUse, renew, log, clock } = this.#parts;
    const { id } = credential;
    const plan = this.#plans.get(id);
    if (!plan) {
      return;
    }
    try {
      if (credential.kind === 'signedJwt' && !(await isInUse(id))) {
        // Whoever starts a server with it asks for it, and that is when it is signed.
        plan.notBefore = Number.POSITIVE_INFINITY;
        return;
      }
      const renewed = currentToken(await renew(id));
      if (renewed && !renewed.equals(plan.token)) {
        return;
      }
    } catch (error) {
      log.warn('renewal-ahead-failed', { id, error: String(error) });
      plan.refused = error instanceof KeyringError && isRefusal(error.data.remedy);
    }
    plan.attempts++;
    const pause = Math.min(shortestPause * 2 ** Math.min(plan.attempts - 1, 10), longestPause);
    plan.notBefore = clock.now() + pause * (0.8 + this.#random() * 0.4);
  }

  /** A server was started with the credential. */
  noteUse(credentialId: string): void {
    const plan = this.#plans.get(credentialId);
    if (plan && plan.notBefore === Number.POSITIVE_INFINITY) {
      plan.notBefore = 0;
    }
    this.plan();
  }
}

/** When a token is to be renewed, in ms; undefined if it needn't be, or can't. */
function timeOf(credential: Credential, token: Secret, random: number): number | undefined {
  if (credential.kind === 'oauth') {
    const { grant, attachments, automaticRenewal } = credential;
    // Nobody waits for the token of a credential that is attached to nothing, unless its user said so.
    const wanted = attachments.length > 0 || automaticRenewal === true;
    return wanted && grant.flow !== 'vscodeAccount' && isGrantRenewable(grant) ? renewalTime(grant, random) : undefined;
  }
  const content = readToken(token.reveal());
  const times = content.shape === 'jwt' ? readTimes(content.jwt.payload) : undefined;
  const end = times?.exp.at;
  if (end === undefined) {
    return undefined;
  }
  const due = renewalDueAt(times?.iat.at ?? end, end);
  return due - ((end - due) * random) / 2;
}
