import type { HeldLock, LockNote, Locks } from '../../core/ports.ts';

/** `navigator.locks`, as far as it is needed here. */
export interface WebLockManager {
  request<T>(name: string, options: { readonly signal: AbortSignal }, action: () => Promise<T>): Promise<T>;
}

/**
 * Locks among all tabs and workers of one origin (Web Locks API). The browser releases those of a tab that is closed, so
 * none is ever stale. What holders leave is known to this tab alone.
 */
export class WebLocks implements Locks {
  readonly #manager: WebLockManager;
  readonly #notes = new Map<string, LockNote>();

  constructor(manager: WebLockManager = (navigator as unknown as { readonly locks: WebLockManager }).locks) {
    this.#manager = manager;
  }

  async run<T>(name: string, patience: number, action: (held: HeldLock | undefined) => Promise<T>): Promise<T> {
    let wasHeld = false;
    try {
      return await this.#manager.request(
        `mcp-keyring/${name}`,
        { signal: AbortSignal.timeout(patience) },
        async (): Promise<T> => {
          wasHeld = true;
          const note = this.#notes.get(name);
          return action({
            ...(note && { note }),
            isHeld: async () => true,
            leave: async left => {
              if (left === undefined) {
                this.#notes.delete(name);
              } else {
                this.#notes.set(name, { text: left, at: Date.now(), beforeStart: false });
              }
            },
          });
        },
      );
    } catch (error) {
      if (wasHeld) {
        throw error;
      }
      return action(undefined);
    }
  }
}
