import type { Remedy } from '../oauth/failures.ts';

/**
 * When a token that can be renewed is due, in ms: once four fifths of its life are over, but no earlier than a minute
 * before the end for a long one, so that a token isn't replaced hours before anybody needs it.
 *
 * The fraction serves tokens of seconds, the minute leaves time to start a server with tokens of hours.
 */
export function renewalDueAt(issuedAt: number, expiresAt: number): number {
  const life = Math.max(0, expiresAt - issuedAt);
  return expiresAt - Math.min(life / 5, 60_000);
}

/** Whether a server has refused who asks. It could lock out whoever asks again without anything having changed. */
export function isRefusal(remedy: unknown): boolean {
  return remedy === ('client' satisfies Remedy) || remedy === ('sign-in' satisfies Remedy);
}
