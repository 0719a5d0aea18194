// Drives the workbench as a person would: npm run test:ui [-- --file NAME] [--grep PATTERN]
import { globSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { repoRoot } from '../host/paths.ts';
import { prepareServer } from '../host/prepareServer.ts';
import { stageExtension } from '../host/stage.ts';
import { runCounted } from '../runner/countedProcess.ts';
import { type Counts, endStage, sum } from '../runner/counts.ts';
import { runMocha } from '../runner/mochaRun.ts';
import { pictureAll, stagedVariable } from './harness/workbench.ts';

/** A test opens VS Code, and some wait for a token to run out. Longer than what a test waits for at most, so that says what. */
const testTimeout = 180_000;

/** How many files run at a time, each in a process of its own with its own VS Code and browser. */
const lanes = 2;

/**
 * How many files of a whole run may be run a second time. A hand that acts on a window which is just being drawn anew can miss,
 * and the CI's machine is not always quiet. What fails twice is a fault; what fails once is named at the end, to be mended.
 */
const secondRuns = 2;

const { values: wanted } = parseArgs({ options: { file: { type: 'string' }, grep: { type: 'string' } } });
endStage(wanted.file === undefined ? await runAll() : await runOne(wanted.file));

function runOne(name: string): Promise<Counts> {
  const spec = `test/ui/**/${name}.test.ts`;
  return runMocha({ spec, grep: wanted.grep, timeout: testTimeout, onFailure: pictureAll });
}

async function runAll(): Promise<Counts> {
  // Once for all of them.
  await prepareServer();
  const { path } = await stageExtension('none');
  const results: Counts[] = [];
  const waiting = filesBySize();
  const unsteady: string[] = [];
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        let counts = await runInProcess(name, path);
        if (counts.failed > 0 && unsteady.length < secondRuns) {
          unsteady.push(name);
          counts = await runInProcess(name, path);
        }
        results.push(counts);
      }
    }),
  );
  if (unsteady.length > 0) {
    console.log(`\nRun a second time, since a test of theirs failed: ${unsteady.join(', ')}`);
  }
  return sum(results);
}

/** Runs one file by itself, with the extension that has been built for all of them, and shows its output when it's done. */
async function runInProcess(name: string, extension: string): Promise<Counts> {
  const began = Date.now();
  const grep = wanted.grep === undefined ? [] : ['--grep', wanted.grep];
  const { counts, output } = await runCounted(['test/ui/run.ts', '--file', name, ...grep], {
    env: { [stagedVariable]: extension },
    isQuiet: true,
    mayBeEmpty: grep.length > 0,
  });
  if (counts.passed + counts.failed > 0) {
    console.log(`${output.trimEnd()}\n${name}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  }
  return counts;
}

/** The names of the test files, the largest first: these take longest, and at the end no lane should wait for the other. */
function filesBySize(): string[] {
  return globSync('test/ui/**/*.test.ts', { cwd: repoRoot })
    .map(file => ({ name: basename(file, '.test.ts'), size: statSync(join(repoRoot, file)).size }))
    .sort((a, b) => b.size - a.size)
    .map(({ name }) => name);
}
