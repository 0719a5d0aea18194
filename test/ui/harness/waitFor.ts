import { setTimeout as sleep } from 'node:timers/promises';

/** How long a person waits for the workbench to react, in milliseconds, however busy the machine. */
export const patience = 30_000;

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
    await sleep(100);
  }
}
