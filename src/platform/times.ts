import { env, l10n } from 'vscode';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time as a person says it: `42 min`, `3 h`, `5 days`. Rounded down, so that nothing is promised. */
export function durationText(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < minute) {
    return l10n.t('{0} s', Math.floor(length / second));
  }
  if (length < 2 * hour) {
    return l10n.t('{0} min', Math.floor(length / minute));
  }
  if (length < 2 * day) {
    return l10n.t('{0} h', Math.floor(length / hour));
  }
  return l10n.t('{0} days', Math.floor(length / day));
}

/** A moment seen from now: `in 42 min`, `3 h ago`. */
export function relativeTime(at: number, now = Date.now()): string {
  return at >= now ? l10n.t('in {0}', durationText(at - now)) : l10n.t('{0} ago', durationText(now - at));
}

/** A moment in local time, in the language of VS Code, with the zone. */
export function absoluteTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? String(at)
    : new Intl.DateTimeFormat(env.language, { dateStyle: 'medium', timeStyle: 'long' }).format(date);
}
