import type { OAuthFailure } from '../oauth/failures.ts';
import { isRefusal } from './renewal.ts';

/** After the first failure in a row, in ms; twice as much after each further one. */
const shortest = 5000;
const longest = 5 * 60_000;

/** When a renewal that failed may be tried again. */
export interface RetryDelay {
  readonly failure: OAuthFailure;
  /** How many have failed in a row. */
  readonly attempts: number;
  /** Nobody but a person tries before this as long as there is a good token, in ms since the epoch; infinite after a refusal. */
  readonly notBefore: number;
  /** Who has none doesn't try before this: no later than {@link notBefore}, and no sooner than the server wants. */
  readonly soonest: number;
  /** Whether the server itself wants it so. */
  readonly asked: boolean;
  /** Whether trying without somebody having changed something is of any use. */
  readonly byItself: boolean;
}

/**
 * How long to wait after a failure: as long as the server wants, else five seconds, ten, twenty, up to five minutes, each
 * a little more or less so that many windows don't come at once. A refusal is left to a person as long as there is a good
 * token. Whoever has none may try after five seconds: the network may be back, and nobody tells.
 * @param before of the failure before, if there was no success in between
 * @param random from 0 to 1
 */
export function retryDelay(
  failure: OAuthFailure,
  before: RetryDelay | undefined,
  now: number,
  random: number,
): RetryDelay {
  const attempts = (before?.attempts ?? 0) + 1;
  const passing = failure.remedy === 'retry';
  const backoff = Math.min(shortest * 2 ** Math.min(attempts - 1, 10), longest) * (0.8 + random * 0.4);
  const wait = failure.retryAfter ?? (passing ? backoff : shortest);
  return {
    failure,
    attempts,
    notBefore: isRefusal(failure.remedy) ? Number.POSITIVE_INFINITY : now + wait,
    soonest: now + (failure.retryAfter ?? Math.min(wait, shortest)),
    asked: failure.retryAfter !== undefined,
    byItself: passing,
  };
}
