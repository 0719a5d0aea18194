import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Nobody holds a lock for longer than a read and a write take, in ms. */
const staleAge = 10_000;
/** How long to wait for a lock before doing without, in ms: a lock keeps edits apart, it must not keep anybody from editing. */
const patience = 15_000;

/**
 * Runs an action while no other window or process of this user that asks for the same file does. A lock whose holder has
 * died is broken. The lock stands in the system's folder for temporary files, so that nothing appears beside the file.
 * @param path absolute, with all links resolved
 */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const held = await acquire(await lockFileFor(path));
  try {
    return await action();
  } finally {
    await held?.();
  }
}

async function lockFileFor(path: string): Promise<string | undefined> {
  try {
    const folder = join(tmpdir(), `mcp-keyring-${userInfo().uid}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.lock`);
  } catch {
    return undefined;
  }
}

/** Gives the function that releases the lock; undefined where none can be had. */
async function acquire(lock: string | undefined): Promise<(() => Promise<void>) | undefined> {
  if (lock === undefined) {
    return undefined;
  }
  const token = `${process.pid} ${randomUUID()}`;
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    try {
      await create(lock, token);
      return async () => {
        if ((await contentOf(lock)) === token) {
          await unlink(lock).catch(() => {});
        }
      };
    } catch (error) {
      // EPERM: on Windows, while another process is deleting it.
      if (!hasCode(error, 'EEXIST', 'EPERM')) {
        return undefined;
      }
    }
    await breakIfStale(lock);
    await new Promise(resolve => setTimeout(resolve, 2 + Math.random() * 8));
  }
  return undefined;
}

async function breakIfStale(lock: string): Promise<void> {
  if (!(await isStale(lock))) {
    return;
  }
  // One breaker at a time: a second one, late, would take away the lock that was made after the first broke the old one.
  const breaker = `${lock}.break`;
  try {
    await create(breaker, `${process.pid} `);
  } catch {
    if (await isStale(breaker)) {
      await unlink(breaker).catch(() => {});
    }
    return;
  }
  try {
    if (await isStale(lock)) {
      await unlink(lock).catch(() => {});
    }
  } finally {
    await unlink(breaker).catch(() => {});
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(lock)).mtimeMs;
    const pid = Number.parseInt((await contentOf(lock)) ?? '', 10);
    // A lock that says nothing yet is being made, or its maker died.
    return age > staleAge || (Number.isNaN(pid) ? age > 1000 : !isAlive(pid));
  } catch {
    return false;
  }
}

async function create(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Whether a process of this machine runs; of other users' processes too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, 'ESRCH');
  }
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(`${error.code}`);
}
