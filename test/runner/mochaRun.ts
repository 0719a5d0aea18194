import { globSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { repoRoot } from '../host/paths.ts';
import type { Counts } from './counts.ts';

/** Which tests mocha runs in this process. */
export interface MochaRequest {
  /** The files, relative to the checkout. */
  readonly spec: string;
  /** Only tests whose full title matches this regular expression. */
  readonly grep?: string | undefined;
  /** How long one test may take, in milliseconds. */
  readonly timeout?: number;
  /** Called after each test that failed, before its suite tidies up. */
  readonly onFailure?: (title: string) => Promise<void>;
}

/** Runs test files in this process, with mocha's own output. A hook that fails counts as a failure, and so does a test that skips itself. */
export async function runMocha({ spec, grep, timeout = 5000, onFailure }: MochaRequest): Promise<Counts> {
  const rootHooks: Mocha.RootHookObject = {
    async afterEach(this: Mocha.Context) {
      if (this.currentTest?.state === 'failed') {
        await onFailure?.(this.currentTest.fullTitle());
      }
    },
  };
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout, rootHooks, forbidPending: true });
  for (const file of globSync(spec, { cwd: repoRoot }).sort()) {
    mocha.addFile(join(repoRoot, file));
  }
  if (grep !== undefined) {
    mocha.grep(new RegExp(grep));
  }
  await mocha.loadFilesAsync();
  return new Promise(resolve => {
    const runner = mocha.run(failed => resolve({ passed: runner.stats?.passes ?? 0, failed }));
  });
}
