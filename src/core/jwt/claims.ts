import type { JsonObject } from './types.ts';

/** A NumericDate claim (RFC 7519 section 2) as it stands in a token. */
export interface TimeClaim {
  readonly state: 'absent' | 'valid' | TimeProblem;
  /** In ms since the epoch; only where it's valid. */
  readonly at?: number;
}

export type TimeProblem = 'claim-not-a-number' | 'claim-negative' | 'claim-milliseconds' | 'claim-out-of-range';

export interface TokenTimes {
  readonly iat: TimeClaim;
  readonly nbf: TimeClaim;
  readonly exp: TimeClaim;
}

/** Seconds that lie beyond the year 5138, but within this one if they are milliseconds. */
const millisecondsFrom = 1e11;
/** The largest time that a Date holds, in seconds. */
const largest = 8.64e12;

/** When a token was issued and when it is good; a claim that isn't a sensible number of seconds says why. */
export function readTimes(payload: JsonObject): TokenTimes {
  return { iat: readTime(payload.iat), nbf: readTime(payload.nbf), exp: readTime(payload.exp) };
}

function readTime(value: unknown): TimeClaim {
  if (value === undefined) {
    return { state: 'absent' };
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return { state: 'claim-not-a-number' };
  }
  if (value < 0) {
    return { state: 'claim-negative' };
  }
  if (value > largest) {
    return { state: 'claim-out-of-range' };
  }
  return value >= millisecondsFrom ? { state: 'claim-milliseconds' } : { state: 'valid', at: value * 1000 };
}

/** Whom a token is meant for: `aud` is one string or several (RFC 7519 section 4.1.3). What is neither is left out. */
export function readAudience(payload: JsonObject): readonly string[] {
  return strings(payload.aud);
}

/** Scopes from wherever servers put them: `scope` (RFC 8693 section 4.2), `scp`, `permissions`; blank-separated or a list. */
export function readScopes(payload: JsonObject): readonly string[] {
  return [
    ...new Set([payload.scope, payload.scp, payload.permissions].flatMap(claim => strings(claim).flatMap(split))),
  ];
}

function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter(item => typeof item === 'string');
}

function split(text: string): string[] {
  return text.split(' ').filter(Boolean);
}
