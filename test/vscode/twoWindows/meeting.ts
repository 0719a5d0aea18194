import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { inWorkspace, until } from '../harness/keyring.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

const failure = 'failure';

/** Which of the two windows this is: 1 or 2. */
export const own = testEnvironment().window;

/**
 * Waits until both windows have come to this point.
 * @param told what this window tells the other one
 * @returns what each of them has told
 */
export async function both<T = null>(point: string, told?: T): Promise<readonly [T, T]> {
  const fresh = inWorkspace(`${point}-${own}.fresh`);
  writeFileSync(fresh, JSON.stringify(told ?? null));
  renameSync(fresh, pathOf(point, own));
  const windows = [1, 2] as const;
  const haveCome = () => {
    if (windows.some(window => hasCome(failure, window))) {
      throw new Error(`A test has failed in one of the windows, so they don't meet at ${point}.`);
    }
    return windows.every(window => hasCome(point, window));
  };
  await until(`the other window at ${point}`, haveCome, 240);
  const [first, second] = windows.map(window => JSON.parse(readFileSync(pathOf(point, window), 'utf8')) as T);
  return [first as T, second as T];
}

/** Lets the other window know when a test of the suite fails in this one, so that it waits for nobody. */
export function giveUpAfterFailure(): void {
  afterEach(function () {
    if (this.currentTest?.state === 'failed') {
      writeFileSync(pathOf(failure, own), 'null');
    }
  });
}

/** Whether a window has come to a point. */
export function hasCome(point: string, window: 1 | 2): boolean {
  return existsSync(pathOf(point, window));
}

function pathOf(point: string, window: number): string {
  return inWorkspace(`${point}-${window}.json`);
}
