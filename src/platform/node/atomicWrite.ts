import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  access,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readWhole } from '../readWhole.ts';
import { withFileLock } from './fileLock.ts';
import { hasCode, isAlive } from './lockFile.ts';

export interface ReplaceOptions {
  /** What is written holds a secret: a file that is new is for its owner alone (mode 0600). */
  readonly secret?: boolean;
}

/** `conflict`: somebody else kept changing the file; nothing was written. */
export type ReplaceOutcome = 'written' | 'unchanged' | 'conflict';

const attempts = 5;

/**
 * Changes a file so that whoever reads it, and whatever is killed when, sees it as it was or as it is to be: what is new is
 * written beside it and takes its place at once. Links are followed; permissions and owner stay, and a new file has those
 * that the user gives to files (umask), or none for others if there is a secret in it. Changes of several windows and
 * processes come one after another, and of a program that knows no lock it is noticed when it was quicker: then the change
 * is computed anew.
 * @param path absolute
 * @param change from what the file holds (undefined where there is none) to what it is to hold; undefined to leave it.
 *   What it throws is passed on, and nothing is written.
 * @throws NodeJS.ErrnoException when the file can't be read or written
 */
export async function replaceFile(
  path: string,
  change: (before: Uint8Array | undefined) => Uint8Array | undefined,
  options: ReplaceOptions = {},
): Promise<ReplaceOutcome> {
  const target = await resolveLinks(path);
  return withFileLock(target, async () => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = await readWhole(() => read(target));
      const after = change(before);
      if (!after || (before && Buffer.compare(before, after) === 0)) {
        return 'unchanged';
      }
      if (await replace(target, before, after, options)) {
        return 'written';
      }
    }
    return 'conflict';
  });
}

/**
 * Runs an action while no other window or process of this user changes the file with {@link replaceFile} or this.
 * @param path absolute; links are followed
 */
export async function withLockedFile<T>(path: string, action: () => Promise<T>): Promise<T> {
  return withFileLock(await resolveLinks(path), action);
}

/** Gives false, and writes nothing, if the file isn't what it was. */
async function replace(
  target: string,
  before: Uint8Array | undefined,
  after: Uint8Array,
  { secret }: ReplaceOptions,
): Promise<boolean> {
  const old = before && (await stat(target));
  if (old) {
    // Renaming asks for no permission to write the file that is replaced.
    await access(target, constants.W_OK);
  } else {
    await mkdir(dirname(target), { recursive: true });
  }
  await removeLeftovers(target);
  const temporary = join(dirname(target), `${prefixOf(target)}${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  let isLeft = true;
  try {
    try {
      await write(temporary, after, old, secret ? 0o600 : 0o666);
    } catch (error) {
      // No file can be made there, or none with that owner: better not atomically than not at all.
      if (old && hasCode(error, 'EACCES', 'EPERM', 'EROFS')) {
        return await overwrite(target, before, after);
      }
      throw error;
    }
    if (!same(before, await read(target))) {
      return false;
    }
    try {
      await renameOver(temporary, target);
      isLeft = false;
    } catch (error) {
      // The file is a mount of its own, as in containers.
      if (old && hasCode(error, 'EBUSY', 'EXDEV')) {
        return await overwrite(target, before, after);
      }
      throw error;
    }
    await syncFolder(dirname(target));
    return true;
  } finally {
    if (isLeft) {
      await unlink(temporary).catch(() => {});
    }
  }
}

/** Where the content is, or is to be: a link may lead to a file that isn't there yet. */
async function resolveLinks(path: string): Promise<string> {
  let current = resolve(path);
  for (let links = 0; links < 40; links++) {
    try {
      return await realpath(current);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        throw error;
      }
    }
    const isLink = await lstat(current).then(
      stats => stats.isSymbolicLink(),
      () => false,
    );
    if (!isLink) {
      // The folder may be reached over a link too, and must have one name for the lock.
      const folder = await realpath(dirname(current)).catch(() => dirname(current));
      return join(folder, basename(current));
    }
    current = resolve(dirname(current), await readlink(current));
  }
  throw Object.assign(new Error(`too many links: ${path}`), { code: 'ELOOP' });
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

async function write(temporary: string, content: Uint8Array, old: Stats | undefined, modeOfNew: number): Promise<void> {
  // Nobody else may read it before it has the permissions of the file.
  const file = await open(temporary, 'wx', old ? 0o600 : modeOfNew);
  try {
    if (old) {
      await keepOwner(file, old);
      await file.chmod(old.mode & 0o7777);
    }
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keepOwner(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) {
    await file.chown(uid, gid);
  }
}

async function overwrite(target: string, before: Uint8Array | undefined, after: Uint8Array): Promise<boolean> {
  if (!same(before, await read(target))) {
    return false;
  }
  const file = await open(target, 'r+');
  try {
    await writeOver(file, after);
    await file.sync();
  } catch (error) {
    // What was there had room.
    await writeOver(file, before ?? new Uint8Array()).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

/** A full disk takes a part, and refuses the next. */
async function writeOver(file: FileHandle, content: Uint8Array): Promise<void> {
  for (let at = 0; at < content.length; ) {
    const { bytesWritten } = await file.write(content, at, content.length - at, at);
    at += bytesWritten;
  }
  await file.truncate(content.length);
}

/** On Windows a virus scanner or an indexer may have the file open for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let wait = 10; ; wait *= 2) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || wait > 1000 || !hasCode(error, 'EPERM', 'EACCES', 'EBUSY')) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
}

/** Without it, a crash of the system could bring the old file back. Some systems can't. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** What a process left behind that was killed; there may be a secret in it. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = prefixOf(target);
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) {
      const pid = Number.parseInt(name.slice(prefix.length), 10);
      if (!isAlive(pid)) {
        await unlink(join(dirname(target), name)).catch(() => {});
      }
    }
  }
}

function prefixOf(target: string): string {
  return `.${basename(target)}.keyring-`;
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a && b ? Buffer.compare(a, b) === 0 : a === b;
}
