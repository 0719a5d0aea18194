import type { Credential, HistoryEntry } from './types.ts';

/** How many events a credential remembers. Older ones go first; the count keeps an entry at a few KB. */
export const historyLimit = 100;

/** The credential with one more event in its history. */
export function withEvent<T extends Credential>(credential: T, entry: HistoryEntry): T {
  return { ...credential, history: [...credential.history, entry].slice(-historyLimit) };
}
