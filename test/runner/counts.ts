import { writeFileSync } from 'node:fs';

/** How many tests passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Names the file into which a stage of `npm test` writes its counts, so that its output can stay made for people. */
export const countsFileVariable = 'MCP_KEYRING_COUNTS_FILE';

/** The sum of counts. */
export function sum(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
  };
}

/** `3 passed, 1 failed` */
export function inWords({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

/**
 * Ends a stage: says how it went, hands the counts to `npm test` if that started it, and ends the process. Whatever
 * a test left open doesn't keep it alive.
 */
export function endStage(counts: Counts): never {
  console.log(`\n${inWords(counts)}`);
  const file = process.env[countsFileVariable];
  if (file !== undefined) {
    writeFileSync(file, JSON.stringify({ passed: counts.passed, failed: counts.failed }));
  }
  process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
}
