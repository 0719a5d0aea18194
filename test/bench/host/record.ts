import { appendFileSync } from 'node:fs';

/** Where the measurements go: one JSON line each. */
export const benchFileVariable = 'MCP_KEYRING_BENCH_FILE';

/** Hands a measurement in ms to the script that started VS Code. */
export function record(name: string, milliseconds: number): void {
  appendFileSync(process.env[benchFileVariable] ?? '', `${JSON.stringify({ name, milliseconds })}\n`);
}
