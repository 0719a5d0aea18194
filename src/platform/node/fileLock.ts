import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { acquireLockFile } from './lockFile.ts';

/** How long to wait for a lock before doing without, in ms: a lock keeps edits apart, it must not keep anybody from editing. */
const patience = 15_000;

/**
 * Runs an action while no other window or process of this user that asks for the same file does. A lock whose holder has
 * died is broken. The lock stands in the system's folder for temporary files, so that nothing appears beside the file.
 * @param path absolute, with all links resolved
 */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const lock = await lockFileFor(path);
  const held = lock === undefined ? undefined : await acquireLockFile(lock, patience);
  try {
    return await action();
  } finally {
    await held?.release();
  }
}

async function lockFileFor(path: string): Promise<string | undefined> {
  try {
    const { uid } = userInfo();
    const folder = join(tmpdir(), `mcp-keyring-${uid}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await isForUserAlone(folder, uid))) {
      return undefined;
    }
    return join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}.lock`);
  } catch {
    return undefined;
  }
}

/** Another user may have made it first, and with what he puts there keep us waiting for ever. On Windows each has a folder. */
async function isForUserAlone(folder: string, uid: number): Promise<boolean> {
  const stats = await lstat(folder);
  return process.platform === 'win32' || (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o022) === 0);
}
