/** One claim: ours beside the yardstick, measured in the same run, since machines are noisy and ratios are not. */
export interface Claim {
  readonly what: string;
  /** In `unit`. */
  readonly ours: number;
  readonly yardstick: number;
  readonly unit: 'ms' | 'µs' | 'kB';
  /** The largest ratio (or, for sizes, the yardstick itself is the limit). */
  readonly aim: number;
}

/** The median time of one call in ms, both taken in turns so that whatever else the machine does happens to both. */
export async function compare(
  ours: () => unknown,
  yardstick: () => unknown,
  rounds: number,
): Promise<{ readonly ours: number; readonly yardstick: number }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let warm = 0; warm < Math.min(rounds, 20); warm++) {
    await ours();
    await yardstick();
  }
  for (let round = 0; round < rounds; round++) {
    b.push(await timed(yardstick));
    a.push(await timed(ours));
  }
  return { ours: median(a), yardstick: median(b) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function printClaims(claims: readonly Claim[]): void {
  const rows = claims.map(({ what, ours, yardstick, unit, aim }) => {
    const ratio = ours / yardstick;
    return [
      what,
      `${number(ours)} ${unit}`,
      `${number(yardstick)} ${unit}`,
      ratio.toFixed(2),
      `<= ${aim}`,
      ratio <= aim ? 'ok' : 'MISSED',
    ];
  });
  const header = ['what', 'ours', 'beside', 'ratio', 'aim', ''];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map(row => row[column]?.length ?? 0)));
  for (const row of [header, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}
