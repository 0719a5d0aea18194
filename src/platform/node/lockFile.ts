import { randomUUID } from 'node:crypto';
import { open, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';

/** How often a holder shows that it's alive, in ms. */
const beat = 2000;
/** A holder that hasn't shown itself for so long has died, in ms. */
const silence = 10_000;
/** What one look at a lock counts for at most, in ms: while the machine sleeps nobody shows himself. */
const longestLook = 100;
/** How long one who comes gives way to one who waits, in ms: longer than between two tries of his. */
const courtesy = 250;
/** By so much a lock's maker may be behind with writing who he is, in ms. */
const anonymity = 1000;

export interface LockFile {
  release(): Promise<void>;
  isHeld(): Promise<boolean>;
}

/**
 * Takes a lock by making a file that must not be there. It names its maker, who touches it for as long as he holds it; one
 * whose maker is no more, or has been silent for long, is broken.
 * @param path in a folder that exists
 * @param patience in ms
 * @returns undefined where the lock cannot be had in time, or no file can be made
 */
export async function acquireLockFile(path: string, patience: number): Promise<LockFile | undefined> {
  const token = `${process.pid} ${hostname()} ${randomUUID()}`;
  const deadline = performance.now() + patience;
  await giveWay(path);
  const watch = new Watch(path);
  let waits = false;
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
    try {
      await create(path, token);
      if (waits) {
        await unlink(wantedPath(path)).catch(() => {});
      }
      return hold(path, token);
    } catch (error) {
      // EPERM: on Windows, while another process is deleting it.
      if (!hasCode(error, 'EEXIST', 'EPERM')) {
        return undefined;
      }
    }
    const announced = await create(wantedPath(path), token).then(
      () => true,
      () => false,
    );
    waits ||= announced;
    if (await watch.seesDead()) {
      await breakLock(path, watch.seen);
    }
    if (performance.now() >= deadline) {
      if (waits) {
        await unlink(wantedPath(path)).catch(() => {});
      }
      return undefined;
    }
    await new Promise(resolve => setTimeout(resolve, pause * (0.5 + Math.random())));
  }
}

/** Beside the lock, made by one who waits for it. */
function wantedPath(path: string): string {
  return `${path}.wanted`;
}

/** One who lets the lock go and wants it again would nearly always be quicker than those who look now and then. */
async function giveWay(path: string): Promise<void> {
  const wanted = wantedPath(path);
  const deadline = performance.now() + courtesy;
  for (;;) {
    const content = await contentOf(wanted);
    if (content === undefined) {
      return;
    }
    if (isGone(content) || performance.now() >= deadline) {
      // Who still waits says so again.
      await unlink(wanted).catch(() => {});
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

function hold(path: string, token: string): LockFile {
  const isHeld = async () => (await contentOf(path)) === token;
  const timer = setInterval(async () => {
    const now = new Date();
    if (await isHeld()) {
      await utimes(path, now, now).catch(() => {});
    }
  }, beat);
  timer.unref();
  return {
    isHeld,
    async release() {
      clearInterval(timer);
      if (await isHeld()) {
        await unlink(path).catch(() => {});
      }
    },
  };
}

/** Looks at a lock again and again. It counts how long it has looked on, not what the clock says: that goes on in sleep. */
class Watch {
  readonly #path: string;
  #state = '';
  #unchanged = 0;
  #last = performance.now();
  seen = '';

  constructor(path: string) {
    this.#path = path;
  }

  async seesDead(): Promise<boolean> {
    const content = await contentOf(this.#path);
    const changed = await stat(this.#path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    const now = performance.now();
    const looked = Math.min(now - this.#last, longestLook);
    this.#last = now;
    if (content === undefined || changed === undefined) {
      this.#state = '';
      return false;
    }
    const state = `${changed} ${content}`;
    this.#unchanged = state === this.#state ? this.#unchanged + looked : 0;
    this.#state = state;
    this.seen = content;
    if (content === '') {
      return this.#unchanged > anonymity;
    }
    return isGone(content) || this.#unchanged > silence;
  }
}

/** Whether the maker of a lock was a process of this machine and is no more. */
function isGone(content: string): boolean {
  const [pid = '', host] = content.split(' ');
  return host === hostname() && /^\d+$/.test(pid) && !isAlive(Number(pid));
}

/** One breaker at a time: a second one, late, would take away the lock that was made after the first broke the old one. */
async function breakLock(path: string, seen: string): Promise<void> {
  const breaker = `${path}.break`;
  try {
    await create(breaker, `${process.pid} ${hostname()} `);
  } catch {
    const age = await stat(breaker).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (isGone((await contentOf(breaker)) ?? '') || age > silence) {
      await unlink(breaker).catch(() => {});
    }
    return;
  }
  try {
    if ((await contentOf(path)) === seen) {
      await unlink(path).catch(() => {});
    }
  } finally {
    await unlink(breaker).catch(() => {});
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
