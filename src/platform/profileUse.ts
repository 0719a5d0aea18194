import { parseConfig } from '../core/config/parse.ts';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { Disposable, Log } from '../core/ports.ts';
import type { ConfigLocation } from './configLocations.ts';
import { mcpLenses } from './mcpLenses.ts';

/** When VS Code is asked again after it has shown no lens, in ms: it may not have read the file yet. */
const patience = [500, 3000, 15_000];

interface Answer {
  readonly text: string;
  /** undefined while VS Code hasn't said. */
  used?: boolean;
}

/**
 * Which of the user's `mcp.json` VS Code reads in this window: each profile has one, and no API names the current
 * profile. VS Code draws its lenses on the servers of a file that it reads, and on no other.
 */
export class ProfileUse implements Disposable {
  readonly #answers = new Map<string, Answer>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #changed: () => void;
  readonly #log: Log;

  /** @param changed hears that another file is known to be read or not */
  constructor(changed: () => void, log: Log) {
    this.#changed = changed;
    this.#log = log;
  }

  /** Takes notice of what the user's files say now, and asks VS Code about those that say something new. */
  note(place: ConfigLocation, source: ConfigSource | undefined): void {
    const text = source?.content.state === 'text' ? source.content.text : '';
    if (this.#answers.get(place.key)?.text === text) {
      return;
    }
    const before = this.#answers.get(place.key)?.used;
    const answer: Answer = { text, ...(before !== undefined && { used: before }) };
    this.#answers.set(place.key, answer);
    // Without a server there is no lens, and nothing to show or hide.
    if (parseConfig(text, place.format).servers.length > 0) {
      this.#ask(place, answer, patience);
    }
  }

  /**
   * The files that are read: those of other profiles aren't, and the default profile's isn't where another one's is.
   * While VS Code hasn't said, it's the default profile's.
   */
  isRead({ key, profile }: ConfigLocation): boolean {
    const used = this.#answers.get(key)?.used;
    const another = [...this.#answers].some(([other, answer]) => other !== key && answer.used === true);
    return profile === undefined ? used !== false || !another : used === true;
  }

  dispose(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
  }

  #ask(place: ConfigLocation, answer: Answer, [wait, ...later]: readonly number[]): void {
    mcpLenses(place.uri).then(
      lenses => {
        if (this.#answers.get(place.key) !== answer) {
          return;
        }
        const used = lenses.some(({ id }) => id.startsWith('mcp.config.usr'));
        if (used !== answer.used) {
          answer.used = used;
          this.#changed();
        }
        if (!used && wait !== undefined) {
          const timer = setTimeout(() => {
            this.#timers.delete(timer);
            this.#ask(place, answer, later);
          }, wait);
          this.#timers.add(timer);
        }
      },
      error => this.#log.error('profile-unknown', error, { file: place.uri.path }),
    );
  }
}
