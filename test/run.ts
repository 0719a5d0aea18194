// npm test: everything that a checkout can run. Goes on after a stage that fails, so that one run shows all.
import { runCounted, runProcess } from './runner/countedProcess.ts';
import { type Counts, inWords, sum } from './runner/counts.ts';

interface Stage {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Whether the command is one test in itself, rather than a runner that counts. */
  readonly isOneTest?: boolean;
}

const stages: readonly Stage[] = [
  { name: 'types', command: ['tsc'], isOneTest: true },
  { name: 'lint', command: ['biome', 'ci', '--error-on-warnings'], isOneTest: true },
  { name: 'unit tests', command: ['node', 'test/runner/unit.ts'] },
  { name: 'suites in VS Code', command: ['node', 'test/vscode/run.ts'] },
  { name: 'UI tests', command: ['node', 'test/ui/run.ts'] },
  { name: 'package and smoke', command: ['node', 'test/smoke/run.ts'] },
];

/** A stage that hangs is ended; what it started ends with it. */
const stageLimit = 30 * 60_000;

const results: { readonly name: string; readonly counts: Counts; readonly seconds: number }[] = [];
for (const stage of stages) {
  console.log(`\n=== ${stage.name} ===`);
  const began = Date.now();
  const counts = await run(stage);
  results.push({ name: stage.name, counts, seconds: (Date.now() - began) / 1000 });
}

console.log('\n=== all stages ===');
for (const { name, counts, seconds } of results) {
  console.log(`${name.padEnd(20)} ${inWords(counts)} in ${seconds.toFixed(0)} s`);
}
const total = sum(results.map(({ counts }) => counts));
console.log(`\n${inWords(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function run({ command: [command, ...args], isOneTest }: Stage): Promise<Counts> {
  if (!isOneTest) {
    const { counts, output } = await runCounted(args, { timeout: stageLimit });
    process.stdout.write(output);
    return counts;
  }
  const { code, output } = await runProcess(command, args, { timeout: stageLimit });
  process.stdout.write(output);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
