import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter } from '../../src/core/emitter.ts';
import type { SecretStore } from '../../src/core/ports.ts';

interface Write {
  readonly at: number;
  readonly by: number;
  readonly value: string;
}

interface Entry {
  readonly key: string;
  /** Oldest first. */
  readonly writes: readonly Write[];
}

/**
 * SecretStorage in a folder, for several processes: the store of several windows. As in VS Code, the others see a write only
 * after a moment.
 */
export class SharedSecretStore implements SecretStore {
  readonly #folder: string;
  readonly #delay: number;
  readonly #changed = new Emitter<string>();
  readonly onDidChange = this.#changed.event;

  /** @param delay after which a write is seen by others, in ms */
  constructor(folder: string, delay = 0) {
    this.#folder = folder;
    this.#delay = delay;
  }

  async keys(): Promise<readonly string[]> {
    return readdirSync(this.#folder)
      .filter(name => name.endsWith('.json'))
      .map(name => (JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Entry).key);
  }

  async get(key: string): Promise<string | undefined> {
    const seen = Date.now() - this.#delay;
    return this.#read(key).findLast(({ at, by }) => by === process.pid || at <= seen)?.value;
  }

  async store(key: string, value: string): Promise<void> {
    const path = this.#pathOf(key);
    const kept = this.#read(key).filter(({ at }) => at > Date.now() - this.#delay - 60_000);
    const entry: Entry = { key, writes: [...kept.slice(-20), { at: Date.now(), by: process.pid, value }] };
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(entry));
    renameSync(`${path}.${process.pid}`, path);
    this.#changed.fire(key);
  }

  async delete(key: string): Promise<void> {
    rmSync(this.#pathOf(key), { force: true });
    this.#changed.fire(key);
  }

  #read(key: string): readonly Write[] {
    try {
      return (JSON.parse(readFileSync(this.#pathOf(key), 'utf8')) as Entry).writes;
    } catch {
      return [];
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 16)}.json`);
  }
}
