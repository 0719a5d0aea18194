import type { Clock, Disposable } from '../../src/core/ports.ts';

/** A clock that stands still until it is told to move; what was scheduled runs on the way. */
export class FakeClock implements Clock {
  #now: number;
  readonly #scheduled = new Set<{ readonly time: number; readonly callback: () => void }>();

  constructor(now = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): Disposable {
    const entry = { time, callback };
    this.#scheduled.add(entry);
    return { dispose: () => this.#scheduled.delete(entry) };
  }

  get scheduled(): readonly number[] {
    return [...this.#scheduled].map(entry => entry.time).sort((a, b) => a - b);
  }

  advance(milliseconds: number): void {
    const target = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#scheduled].sort((a, b) => a.time - b.time)[0];
      if (!next || next.time > target) {
        break;
      }
      this.#scheduled.delete(next);
      this.#now = Math.max(this.#now, next.time);
      next.callback();
    }
    this.#now = target;
  }

  /** The machine sleeps: time goes on and nothing runs; what came due meanwhile runs late, after it. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    this.advance(0);
  }
}
