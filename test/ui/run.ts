// Drives the workbench as a person would: npm run test:ui [-- --file NAME] [--grep PATTERN]
import { parseArgs } from 'node:util';
import { endStage } from '../runner/counts.ts';
import { runMocha } from '../runner/mochaRun.ts';
import { pictureAll } from './harness/workbench.ts';

/** A test opens VS Code, and some wait for a token to run out. */
const testTimeout = 120_000;

const { values: wanted } = parseArgs({ options: { file: { type: 'string' }, grep: { type: 'string' } } });
const spec = wanted.file === undefined ? 'test/ui/**/*.test.ts' : `test/ui/**/${wanted.file}.test.ts`;
endStage(await runMocha({ spec, grep: wanted.grep, timeout: testTimeout, onFailure: pictureAll }));
