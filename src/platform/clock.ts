import type { Clock, Disposable } from '../core/ports.ts';

/** Timers count no time asleep and hold at most 2^31 ms, so a far one is set in steps that look at the clock again. */
const longestStep = 60_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, callback): Disposable {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const left = time - Date.now();
      timer =
        left <= 0 ? setTimeout(callback) : setTimeout(left > longestStep ? arm : check, Math.min(left, longestStep));
    };
    // A timer may fire a little early.
    const check = () => (Date.now() >= time ? callback() : arm());
    arm();
    return { dispose: () => clearTimeout(timer) };
  },
};
