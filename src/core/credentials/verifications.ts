import { Emitter } from '../emitter.ts';
import type { Verification } from '../jwt/verify.ts';
import type { Event } from '../ports.ts';

/** What a verification found, and what it was made with. */
export interface VerificationRecord {
  readonly result: Verification;
  /** ms since the epoch */
  readonly at: number;
  /** The signing key of the keyring that it was made with: when that changes, the result says nothing any more. */
  readonly keyId?: string;
  /** A name or URL of what it was made with, for the screen. */
  readonly source: string;
}

/** More results than these nobody looks at. */
const limit = 200;

/**
 * The results of verifying tokens, until the token or the key changes. In memory alone, under the token itself: another
 * token has no result.
 */
export class Verifications {
  readonly #records = new Map<string, VerificationRecord>();
  readonly #changed = new Emitter<void>();

  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  of(token: string): VerificationRecord | undefined {
    return this.#records.size === 0 ? undefined : this.#records.get(token);
  }

  set(token: string, record: VerificationRecord): void {
    this.#records.delete(token);
    this.#records.set(token, record);
    for (const oldest of [...this.#records.keys()].slice(0, -limit)) {
      this.#records.delete(oldest);
    }
    this.#changed.fire();
  }

  /** Forgets what was found with keys that aren't among these any more. Objects are compared: a changed key is another one. */
  keepKeys(isCurrent: (keyId: string, verifiedAt: number) => boolean): void {
    const stale = [...this.#records].filter(([, { keyId, at }]) => keyId !== undefined && !isCurrent(keyId, at));
    for (const [token] of stale) {
      this.#records.delete(token);
    }
    if (stale.length > 0) {
      this.#changed.fire();
    }
  }
}
