import { env, l10n } from 'vscode';
import type { Clock, Disposable } from '../core/ports.ts';

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

/** Sees to it that durations on screen stay true: calls back when the first of them would read differently. */
export class DurationWatch implements Disposable {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #timer: Disposable | undefined;
  #next = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Says that the time until or since a moment (ms) is being shown. */
  shows(at: number): void {
    const now = this.#clock.now();
    const next = now + untilNextText(at - now);
    if (next < this.#next) {
      this.#timer?.dispose();
      this.#next = next;
      this.#timer = this.#clock.at(next, () => {
        this.#next = Number.POSITIVE_INFINITY;
        this.#changed();
      });
    }
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}

/** How long {@link durationText} stays as it is, in ms; seconds are counted in fives. */
function untilNextText(left: number): number {
  const length = Math.abs(left);
  const unit = length < minute ? 5 * second : length < 2 * hour ? minute : length < 2 * day ? hour : day;
  // One more than to the boundary, where the text is still the old one.
  return left > 0 ? (length % unit) + 1 : unit - (length % unit);
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

/** A token's lifetime as a person says it: `15 minutes`, `1 hour`, `never`. @param seconds null for never */
export function lifetimeText(seconds: number | null): string {
  if (seconds === null) {
    return l10n.t('never');
  }
  const days = seconds / 86_400;
  const hours = seconds / 3600;
  const minutes = seconds / 60;
  if (Number.isInteger(days)) {
    return days === 1 ? l10n.t('1 day') : l10n.t('{0} days', days);
  }
  if (Number.isInteger(hours)) {
    return hours === 1 ? l10n.t('1 hour') : l10n.t('{0} hours', hours);
  }
  return Number.isInteger(minutes) ? l10n.t('{0} minutes', minutes) : l10n.t('{0} seconds', seconds);
}
