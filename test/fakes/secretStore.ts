import { Emitter } from '../../src/core/emitter.ts';
import type { SecretStore } from '../../src/core/ports.ts';

/** SecretStorage in memory, with the faults that the real one has. Several vaults on one store are several windows. */
export class FakeSecretStore implements SecretStore {
  readonly entries = new Map<string, string>();
  reads = 0;
  /** Every `store` and `delete` rejects. */
  failWrites = false;
  /** Every `get` of a key in here rejects. */
  readonly unreadable = new Set<string>();
  /** `store` resolves and nothing is kept, as in a browser over quota. */
  dropWrites = false;
  readonly #changed = new Emitter<string>();
  readonly onDidChange = this.#changed.event;

  async keys(): Promise<readonly string[]> {
    return [...this.entries.keys()];
  }

  async get(key: string): Promise<string | undefined> {
    this.reads++;
    if (this.unreadable.has(key)) {
      throw new Error('cannot decrypt');
    }
    return this.entries.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    if (this.failWrites) {
      throw new Error('the keyring is locked');
    }
    if (!this.dropWrites) {
      this.entries.set(key, value);
      this.#changed.fire(key);
    }
  }

  async delete(key: string): Promise<void> {
    if (this.failWrites) {
      throw new Error('the keyring is locked');
    }
    this.entries.delete(key);
    this.#changed.fire(key);
  }
}
