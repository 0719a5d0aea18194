import { type ExecFileException, execFile, spawn } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** Git asks nobody anything, takes no locks, and starts nothing that a repository names in its configuration. */
const options = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath='];

/**
 * What a partial clone lacks stays away: fetching it would run what the repository names as its remote, and not only for a
 * history: an index may be sparse. Older versions of git know no such wish, but take no way to a remote then.
 */
const environment = { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '' };

/** In ms. A file system that hangs must not hang us. */
const patience = 10_000;

/** So many processes at a time: a window may have files in a thousand folders. */
const atOnce = 4;

/**
 * Which of these files git has in its index; none where there is no repository, and no git. One process for each folder.
 *
 * The folder goes in as an argument: as the process' own, Windows would look for a `git.exe` there.
 * @param paths absolute, on this machine
 */
export async function trackedByGit(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const tracked = new Set<string>();
  const folders = [...Map.groupBy(paths, path => dirname(path))];
  const next = async (): Promise<void> => {
    for (let group = folders.pop(); group; group = folders.pop()) {
      const [folder, files] = group;
      const names = new Set(
        await indexed(
          folder,
          files.map(path => basename(path)),
        ),
      );
      for (const path of files.filter(path => names.has(basename(path)))) {
        tracked.add(path);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return tracked;
}

/** Those of a folder's names that are in the index. */
function indexed(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const args = [...options, '-C', folder, 'ls-files', '-z', '--', ...names.map(name => `:(literal)${name}`)];
  return new Promise(resolve => {
    execFile(
      'git',
      args,
      { env: environment, timeout: patience, windowsHide: true },
      (error: ExecFileException | null, stdout: string) => resolve(error === null ? stdout.split('\0') : []),
    );
  });
}

/** Commits that changed lines with a text in them. */
export interface GitHistory {
  readonly commits: number;
  /** The newest of them, as an abbreviated hash and a date (`2026-03-01`). */
  readonly newest?: { readonly hash: string; readonly date: string };
  /** Whether there was a history to look through. */
  readonly searched: boolean;
}

/** In ms. */
const searchPatience = 60_000;

/**
 * Looks for a text in everything that any branch ever had in a file. The text itself is given to nobody: as an argument of
 * `git log -S`, other users of the computer could read it in the list of processes.
 * @param path absolute, on this machine
 */
export function searchGitHistory(path: string, text: string): Promise<GitHistory> {
  const args = [
    'log',
    '--all',
    '--follow',
    '-p',
    // Whatever the repository's attributes call binary.
    '--text',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-show-signature',
  ];
  const git = spawn('git', [...options, '-C', dirname(path), ...args, '--format=%x00%h %cs', '--', basename(path)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment,
    timeout: searchPatience,
    windowsHide: true,
  });
  return new Promise(resolve => {
    const hits: string[] = [];
    let commit = '';
    let seen = false;
    createInterface({ input: git.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => {
      if (line.startsWith('\0')) {
        commit = line.slice(1);
        seen = true;
      } else if (/^[+-]/.test(line) && line.includes(text) && hits.at(-1) !== commit) {
        hits.push(commit);
      }
    });
    git.on('error', () => resolve({ commits: 0, searched: false }));
    git.on('close', code => {
      const [hash, date] = hits[0]?.split(' ') ?? [];
      resolve({
        commits: hits.length,
        ...(hash !== undefined && date !== undefined && { newest: { hash, date } }),
        searched: seen && code === 0,
      });
    });
  });
}
