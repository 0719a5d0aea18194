import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { repoRoot } from '../host/paths.ts';
import { temporaryFolder } from '../host/temporaryFolder.ts';
import { type Counts, countsFileVariable } from './counts.ts';

/** How a command is run. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its output is kept rather than shown. */
  readonly isQuiet?: boolean;
  /** After so many milliseconds it is ended. */
  readonly timeout?: number;
}

export interface RunnerOptions extends ProcessOptions {
  /** Whether it may find no test to run, because only some are wanted. */
  readonly mayBeEmpty?: boolean;
}

/** How a runner that counts its tests went. */
export interface CountedRun {
  readonly counts: Counts;
  /** What it printed, if that was kept. */
  readonly output: string;
}

/**
 * Runs one of this project's runners in a process of its own, and reads what it counted.
 *
 * @param args Of Node: the runner's file, relative to the checkout, and its arguments.
 */
export async function runCounted(args: readonly string[], options: RunnerOptions = {}): Promise<CountedRun> {
  const folder = temporaryFolder('mcp-keyring-counts');
  const file = join(folder.path, 'counts.json');
  try {
    const { code, output } = await runProcess('node', args, {
      ...options,
      env: { ...options.env, [countsFileVariable]: file },
    });
    if (!existsSync(file)) {
      const said = `"${args.join(' ')}" ended with code ${code} before it had counted its tests.`;
      return { counts: { passed: 0, failed: 1 }, output: `${output}\n${said}\n` };
    }
    const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
    // A runner without any test, or one that fails without saying where, must not look like a success.
    const isEmpty = counts.failed === 0 && counts.passed === 0;
    const isUnexplained = isEmpty ? !options.mayBeEmpty : counts.failed === 0 && code !== 0;
    return { counts: isUnexplained ? { passed: counts.passed, failed: 1 } : counts, output };
  } finally {
    folder.remove();
  }
}

/** Runs a command in the checkout, with the tools of npm at hand. Never throws: a command that can't be run has no code. */
export function runProcess(
  command: string,
  args: readonly string[],
  { env = {}, isQuiet = false, timeout }: ProcessOptions = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const bin = join(repoRoot, 'node_modules', '.bin');
  const path = [bin, process.env.PATH].join(delimiter);
  return new Promise(resolve => {
    const child = spawn(command === 'node' ? process.execPath : command, args, {
      cwd: repoRoot,
      env: { ...process.env, PATH: path, ...env },
      stdio: isQuiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      // The tools of npm are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command !== 'node',
      timeout,
    });
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', data => {
        output += data;
      });
    }
    child.once('error', error => resolve({ code: null, output: `${output}${error.message}\n` }));
    child.once('close', code => {
      process.off('exit', end);
      resolve({ code, output });
    });
  });
}
