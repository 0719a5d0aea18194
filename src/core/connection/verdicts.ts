import { Emitter } from '../emitter.ts';
import type { Event } from '../ports.ts';
import type { CauseId, Certainty, Offer } from './diagnosis/types.ts';

/** What the last test of a server found, in words. */
export interface Verdict {
  readonly healthy: boolean;
  readonly sentence: string;
  readonly cause?: CauseId;
  readonly certainty?: Certainty;
  /** What can be done about it. */
  readonly fixes: readonly Offer[];
  /** ms since the epoch */
  readonly at: number;
  /** When it says nothing any more, in ms: who was away may be back. Absent for what only a change can mend. */
  readonly until?: number;
}

/** What a verdict is about. With any of it, the verdict goes. */
export interface VerdictSubject {
  /** Canonical. */
  readonly url: string;
  /** The header that authenticates, as the file has it. */
  readonly header?: { readonly name: string; readonly value: string };
  /** The credential's token. */
  readonly token?: string;
}

/** More verdicts than these nobody looks at. */
const limit = 200;

/**
 * The last verdict on each server, until its URL, its header or its token changes. In memory alone, under what it is about:
 * anything else has none.
 */
export class Verdicts {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #changed = new Emitter<void>();

  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Whether there is any: what it takes to ask for one needn't be computed otherwise. */
  get isEmpty(): boolean {
    return this.#verdicts.size === 0;
  }

  of(subject: VerdictSubject): Verdict | undefined {
    return this.#verdicts.size === 0 ? undefined : this.#verdicts.get(keyOf(subject));
  }

  set(subject: VerdictSubject, verdict: Verdict): void {
    const key = keyOf(subject);
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    for (const oldest of [...this.#verdicts.keys()].slice(0, -limit)) {
      this.#verdicts.delete(oldest);
    }
    this.#changed.fire();
  }
}

function keyOf({ url, header, token }: VerdictSubject): string {
  return JSON.stringify([url, header?.name.toLowerCase() ?? '', header?.value ?? '', token ?? '']);
}
