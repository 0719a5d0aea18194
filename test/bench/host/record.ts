import { appendFileSync } from 'node:fs';

/** Where the measurements go: one JSON line each. */
export const benchFileVariable = 'MCP_KEYRING_BENCH_FILE';

/** Hands a measurement in ms to the script that started VS Code. */
export function record(name: string, milliseconds: number): void {
  appendFileSync(process.env[benchFileVariable] ?? '', `${JSON.stringify({ name, milliseconds })}\n`);
}

/** Which of the starts of VS Code this is, counted from 0. */
export const benchStartVariable = 'MCP_KEYRING_BENCH_START';

export function benchStart(): number {
  return Number(process.env[benchStartVariable] ?? 0);
}
