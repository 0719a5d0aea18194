import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { SuiteEvent } from '../../host/suiteProtocol.ts';
import { testEnvironment } from './testEnvironment.ts';

/** A test starts servers and waits for VS Code to connect to them; what takes longer sets its own limit. */
const testTimeout = 60_000;

/**
 * Makes the `run()` that VS Code calls in the bundle of a suite:
 *
 *     export const run = suite(() => [import('./first.test.ts'), import('./second.test.ts')]);
 *
 * The files are imported by a function because they use mocha's globals, which exist only once `run` is called.
 */
export function suite(importTests: () => Promise<unknown>[]): () => Promise<void> {
  return async () => {
    try {
      await runMocha(importTests);
    } catch (error) {
      report({ kind: 'failed', title: '(while the suite was loaded)', ...described(error) });
    }
    report({ kind: 'ended' });
  };
}

async function runMocha(importTests: () => Promise<unknown>[]): Promise<void> {
  // A test that skips itself is no test, so it fails.
  const mocha = new Mocha({ ui: 'bdd', timeout: testTimeout, reporter: Silent, forbidPending: true });
  const { grep } = testEnvironment();
  if (grep !== undefined) {
    mocha.grep(new RegExp(grep));
  }
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // One after the other, so that the order of the tests is the order in the list.
  for (const imported of importTests()) {
    await imported;
  }
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    report({ kind: 'started', pid: process.pid, total: runner.total });
    runner.on('test', test => report({ kind: 'running', title: test.fullTitle() }));
    runner.on('hook', hook => report({ kind: 'running', title: hook.fullTitle() }));
    runner.on('pass', test => report({ kind: 'passed', title: test.fullTitle(), milliseconds: test.duration ?? 0 }));
    runner.on('pending', test => report({ kind: 'skipped', title: test.fullTitle() }));
    runner.on('fail', (test, error) => report({ kind: 'failed', title: test.fullTitle(), ...described(error) }));
  });
}

/** Prints nothing: the runner outside VS Code tells the story. */
class Silent extends Mocha.reporters.Base {}

function described(error: unknown): { message: string; stack?: string | undefined } {
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

function report(event: SuiteEvent): void {
  // Synchronous, so that a line is in the file before anything else can happen to this process.
  appendFileSync(testEnvironment().resultsFile, `${JSON.stringify(event)}\n`);
}
