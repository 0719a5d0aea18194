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

/** A test opens VS Code, and some wait for a token to run out. */
const testTimeout = 120_000;

/** How many files run at a time, each in a process of its own with its own VS Code and browser. */
const lanes = 2;

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
  const grep = wanted.grep === undefined ? [] : ['--grep', wanted.grep];
  const results: Counts[] = [];
  const waiting = filesBySize();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const began = Date.now();
        const { counts, output } = await runCounted(['test/ui/run.ts', '--file', name, ...grep], {
          env: { [stagedVariable]: path },
          isQuiet: true,
          mayBeEmpty: grep.length > 0,
        });
        if (counts.passed + counts.failed > 0) {
          console.log(`${output.trimEnd()}\n${name}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
        }
        results.push(counts);
      }
    }),
  );
  return sum(results);
}

/** The names of the test files, the largest first: these take longest, and at the end no lane should wait for the other. */
function filesBySize(): string[] {
  return globSync('test/ui/**/*.test.ts', { cwd: repoRoot })
    .map(file => ({ name: basename(file, '.test.ts'), size: statSync(join(repoRoot, file)).size }))
    .sort((a, b) => b.size - a.size)
    .map(({ name }) => name);
}
