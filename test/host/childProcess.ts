import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

/** What {@link runTool} and {@link startTree} leave out of the environment of a VS Code that they start. */
const inheritedFromAnotherVsCode = /^(VSCODE_(?!PATH$)|ELECTRON_RUN_AS_NODE$|NODE_OPTIONS$)/;

/**
 * The environment for a VS Code or a tool. When the tests are started from a terminal inside VS Code, its
 * variables would make the child attach to that window.
 */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !inheritedFromAnotherVsCode.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/** Runs a command to its end, its output kept. Throws with that output when it fails. */
export async function runTool(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell can start; all arguments here are our own constants.
    const shell = process.platform === 'win32';
    const child = spawn(command, args, { cwd, shell, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', data => {
      output += data;
    });
    child.stderr.on('data', data => {
      output += data;
    });
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) {
        resolve(output);
      } else {
        reject(new Error(`"${command} ${args.join(' ')}" ended with code ${code}:\n${output.trim()}`));
      }
    });
  });
}

const running = new Set<ChildProcess>();
let watchingForTheEnd = false;

/**
 * Starts a process that has children of its own, and sees to it that none of them outlives this one.
 * Stop it with {@link stopTree}.
 */
export function startTree(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  watchForTheEnd();
  const child = spawn(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: then one signal reaches the extension hosts and terminals below it, too.
    detached: process.platform !== 'win32',
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** Ends a process of {@link startTree} and everything below it; resolves when it is gone. */
export async function stopTree(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    killTree(child, 'SIGKILL');
    return;
  }
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  killTree(child, 'SIGTERM');
  const impatience = setTimeout(() => killTree(child, 'SIGKILL'), 3000);
  await gone;
  clearTimeout(impatience);
  // The leader is gone; what it left behind in its group goes with it.
  killTree(child, 'SIGKILL');
}

function killTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    if (process.platform === 'win32') {
      spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    } else {
      process.kill(-child.pid, signal);
    }
  } catch {
    // Already gone.
  }
}

/** Sees to it that processes of {@link startTree} are ended with this one, however it ends. */
export function watchForTheEnd(): void {
  if (watchingForTheEnd) {
    return;
  }
  watchingForTheEnd = true;
  process.once('exit', () => {
    for (const child of running) {
      killTree(child, 'SIGKILL');
    }
  });
  // Without a listener these end the process without the 'exit' event.
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => process.exit(code));
  }
}
