import { fail, ok, type Result } from '../result.ts';
import type { PendingAuthorization } from './authorizationCode.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';

/** How many states of answered or abandoned sign-ins are remembered, to tell a replay from a forgery. */
const memory = 100;

/**
 * The sign-ins under way in this window, any number at a time. An answer finds its sign-in by `state`, and each is given out
 * once: what comes a second time, or from nowhere, finds none.
 */
export class SignIns {
  readonly #pending = new Map<string, PendingAuthorization>();
  readonly #over = new Set<string>();

  add(pending: PendingAuthorization): void {
    this.#pending.set(pending.state, pending);
  }

  /** A sign-in that nobody waits for any more: its answer will be refused. */
  abandon(pending: PendingAuthorization): void {
    this.#end(pending.state);
  }

  /**
   * The sign-in that an answer belongs to, which is over with that. Fails with `callback-unknown`, `callback-replayed`,
   * `callback-late`.
   * @param now in ms
   */
  take(callback: URLSearchParams, now: number): Result<PendingAuthorization, OAuthFailure> {
    const state = callback.get('state') ?? '';
    const pending = this.#pending.get(state);
    if (!pending) {
      return fail(oauthFailure(this.#over.has(state) ? 'callback-replayed' : 'callback-unknown'));
    }
    this.#end(state);
    return now > pending.endsAt
      ? fail(oauthFailure('callback-late', { issuer: pending.server.issuer, at: pending.endsAt }))
      : ok(pending);
  }

  get size(): number {
    return this.#pending.size;
  }

  #end(state: string): void {
    this.#pending.delete(state);
    this.#over.add(state);
    for (const oldest of this.#over) {
      if (this.#over.size <= memory) {
        break;
      }
      this.#over.delete(oldest);
    }
  }
}
