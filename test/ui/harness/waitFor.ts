import { setTimeout as sleep } from 'node:timers/promises';

/** How long a person waits for the workbench to react, in milliseconds, however busy the machine. */
export const patience = 60_000;

/**
 * Asks again and again until there is an answer.
 *
 * @param what For the message: what was waited for.
 * @throws Error when there's none in time.
 */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>, limit = patience): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited ${limit / 1000} s in vain for ${what}.`);
    }
    await sleep(50);
  }
}

/**
 * Makes assertions about what is on screen again and again until they hold: parts of the window are drawn one after another,
 * and that one shows something doesn't mean that all do.
 *
 * @throws What the assertions say at last, when they don't hold in time.
 */
export async function eventually<T>(assertions: () => Promise<T>, limit = patience): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      return await assertions();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
    }
    await sleep(50);
  }
}

/** Whether something comes true within a few seconds. For what is done again where it didn't help. */
export function soon(isTrue: () => Promise<boolean>, limit = 3000): Promise<boolean> {
  return waitFor('it', async () => (await isTrue()) || undefined, limit).catch(() => false);
}
