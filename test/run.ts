// npm test: everything that a checkout can run. Goes on after a stage that fails, so that one run shows all.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { repoRoot } from './host/paths.ts';
import { type Counts, countsFileVariable, inWords, sum } from './runner/counts.ts';

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

const folder = mkdtempSync(join(tmpdir(), 'mcp-keyring-counts-'));
const results: { readonly name: string; readonly counts: Counts; readonly seconds: number }[] = [];
for (const stage of stages) {
  console.log(`\n=== ${stage.name} ===`);
  const began = Date.now();
  const counts = await run(stage);
  results.push({ name: stage.name, counts, seconds: (Date.now() - began) / 1000 });
}
rmSync(folder, { recursive: true, force: true });

console.log('\n=== all stages ===');
for (const { name, counts, seconds } of results) {
  console.log(`${name.padEnd(20)} ${inWords(counts)} in ${seconds.toFixed(0)} s`);
}
const total = sum(results.map(({ counts }) => counts));
console.log(`\n${inWords(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function run(stage: Stage): Promise<Counts> {
  const countsFile = join(folder, `${stage.name.replaceAll(' ', '-')}.json`);
  const code = await exitCodeOf(stage.command, countsFile);
  if (stage.isOneTest) {
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  }
  const counts = readCounts(countsFile);
  if (counts === undefined) {
    console.log(`The stage "${stage.name}" ended with code ${code} before it had counted its tests.`);
    return { passed: 0, failed: 1 };
  }
  // A stage without any test, or one that fails without saying where, must not look like a success.
  const isUnexplained = counts.failed === 0 && (counts.passed === 0 || code !== 0);
  return isUnexplained ? { passed: counts.passed, failed: 1 } : counts;
}

function exitCodeOf([command, ...args]: Stage['command'], countsFile: string): Promise<number | null> {
  const bin = join(repoRoot, 'node_modules', '.bin');
  const path = [bin, process.env.PATH].join(delimiter);
  return new Promise(resolve => {
    const child = spawn(command === 'node' ? process.execPath : command, args, {
      cwd: repoRoot,
      env: { ...process.env, PATH: path, [countsFileVariable]: countsFile },
      stdio: ['ignore', 'inherit', 'inherit'],
      // The tools of npm are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command !== 'node',
      timeout: stageLimit,
    });
    child.once('error', error => {
      console.log(error.message);
      resolve(null);
    });
    child.once('exit', resolve);
  });
}

function readCounts(file: string): Counts | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Counts) : undefined;
}
