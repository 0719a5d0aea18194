import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldLock, LockNote, Locks } from '../../core/ports.ts';
import { acquireLockFile } from './lockFile.ts';

/** When this process started, in ms since the epoch. */
const processStart = Date.now() - performance.now();

/**
 * Locks among all windows that share a folder: a file for each that is held, and one beside it for what the last holder
 * left. Names are hashed, so that any text will do.
 * @param folder absolute; made when it's needed
 * @param startedAt when this window started, in ms since the epoch
 */
export class StorageLocks implements Locks {
  readonly #folder: string;
  readonly #startedAt: number;
  /** The last who waits for each name: those of one window queue here and not at the file. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(folder: string, startedAt: number = processStart) {
    this.#folder = folder;
    this.#startedAt = startedAt;
  }

  async run<T>(name: string, patience: number, action: (held: HeldLock | undefined) => Promise<T>): Promise<T> {
    const path = join(this.#folder, createHash('sha256').update(name).digest('hex').slice(0, 32));
    const before = this.#queues.get(path) ?? Promise.resolve();
    const result = before.then(() => this.#run(path, patience, action));
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#queues.set(path, settled);
    void settled.then(() => {
      if (this.#queues.get(path) === settled) {
        this.#queues.delete(path);
      }
    });
    return result;
  }

  async #run<T>(path: string, patience: number, action: (held: HeldLock | undefined) => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 }).catch(() => {});
    const lock = await acquireLockFile(`${path}.lock`, patience);
    if (!lock) {
      return action(undefined);
    }
    try {
      const note = await readNote(`${path}.note`, this.#startedAt);
      return await action({
        ...(note && { note }),
        isHeld: () => lock.isHeld(),
        leave: text => writeNote(`${path}.note`, text),
      });
    } finally {
      await lock.release();
    }
  }
}

async function readNote(path: string, startedAt: number): Promise<LockNote | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { text: await readFile(path, 'utf8'), at: mtimeMs, beforeStart: mtimeMs < startedAt };
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a process may be killed at any time. */
async function writeNote(path: string, text: string | undefined): Promise<void> {
  if (text === undefined) {
    await rm(path, { force: true });
    return;
  }
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, path);
}
