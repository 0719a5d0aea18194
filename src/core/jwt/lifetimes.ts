import { fail, ok, type Result } from '../result.ts';

// A map: a person's word is looked up, and an object would know `constructor` too.
const secondsOf = new Map(
  Object.entries({
    second: 1,
    minute: 60,
    hour: 3600,
    day: 86_400,
    week: 7 * 86_400,
    // As calendars go; a token isn't that exact.
    month: 30 * 86_400,
    year: 365 * 86_400,
  }),
);
const unitOf = new Map(
  Object.entries({
    ...{ s: 'second', sec: 'second', secs: 'second', m: 'minute', min: 'minute', mins: 'minute' },
    ...{ h: 'hour', hr: 'hour', hrs: 'hour', d: 'day', w: 'week', y: 'year' },
  }),
);

/** What a person chooses from first, in seconds; null for a token that doesn't expire. */
export const offeredLifetimes: readonly (number | null)[] = [900, 3600, 7200, 30 * 86_400, null];

/**
 * Reads a lifetime as a person says it: `15 minutes`, `1 hour`, `1h 30m`, `30 days`, `2 weeks`, `never`.
 * @returns seconds, or null for never
 */
export function parseLifetime(
  text: string,
): Result<number | null, 'empty' | 'not-a-lifetime' | 'unit-missing' | 'not-positive' | 'too-long'> {
  const words = text.trim().toLowerCase();
  if (words === '') {
    return fail('empty');
  }
  if (/^(?:never|none|indefinite(?:ly)?|unlimited|no expiry|forever)$/.test(words)) {
    return ok(null);
  }
  if (/^[\d.]+$/.test(words)) {
    return fail('unit-missing');
  }
  const pieces = words.replace(/\band\b|,/g, ' ').match(/\d+(?:\.\d+)?\s*[a-z]+|an?\s+[a-z]+|\S+/g) ?? [];
  let seconds = 0;
  for (const piece of pieces) {
    const [, number = '', name = ''] = /^(\d+(?:\.\d+)?|an?(?=\s))\s*([a-z]+)$/.exec(piece) ?? [];
    const unit = secondsOf.get(unitOf.get(name) ?? name.replace(/s$/, ''));
    if (number === '' || unit === undefined) {
      return fail('not-a-lifetime');
    }
    seconds += (number.startsWith('a') ? 1 : Number(number)) * unit;
  }
  const whole = Math.round(seconds);
  if (whole <= 0) {
    return fail('not-positive');
  }
  // A hundred years: beyond, somebody means never, and milliseconds are near.
  return whole > 100 * 365 * 86_400 ? fail('too-long') : ok(whole);
}

/**
 * A word of advice on a lifetime: `never-expires`; `very-long` from more than 90 days; `long` from more than a day, though
 * a new one is signed whenever it's needed; `very-short` below the tolerance that clocks need. Undefined for a good one.
 */
export function adviseLifetime(
  seconds: number | null,
  toleranceSeconds = 60,
): 'never-expires' | 'very-long' | 'long' | 'very-short' | undefined {
  if (seconds === null) {
    return 'never-expires';
  }
  if (seconds > 90 * 86_400) {
    return 'very-long';
  }
  if (seconds > 86_400) {
    return 'long';
  }
  return seconds < toleranceSeconds ? 'very-short' : undefined;
}
