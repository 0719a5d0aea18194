import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { testEnvironment } from './testEnvironment.ts';

/** A file that holds what it should not. */
export interface Hit {
  readonly needle: string;
  /** Relative to the folder that was searched, with `data/` or `profile/` before it. */
  readonly file: string;
}

/** How files are searched. */
export interface SearchOptions {
  /**
   * Whether to search where this host keeps secrets, too. In the VS Code server that is the browser's local storage,
   * unencrypted, so a token in a credential's entry is found there and means nothing.
   */
  readonly includeSecretStorage?: boolean;
}

/** The part of a long needle that is looked for on its own. */
const tailLength = 40;

/**
 * Searches everything that VS Code and its browser have written for texts that should be nowhere on disk.
 *
 * A needle counts as found when a file holds it in UTF-8 or UTF-16, or holds the last 40 characters of a longer
 * one: databases cut and compress values, and the end of a token is its signature, which nothing else contains.
 */
export function searchFiles(needles: readonly string[], options: SearchOptions = {}): Hit[] {
  const { dataDir, profileDir } = testEnvironment();
  const patterns = needles.map(needle => {
    const tail = needle.length > tailLength ? needle.slice(-tailLength) : needle;
    return { needle, encoded: [Buffer.from(tail, 'utf8'), Buffer.from(tail, 'utf16le')] };
  });
  const hits: Hit[] = [];
  const folders = dataDir === profileDir ? { data: dataDir } : { data: dataDir, profile: profileDir };
  for (const [name, folder] of Object.entries(folders)) {
    for (const file of filesBelow(folder)) {
      if (isSecretStorage(file) && !options.includeSecretStorage) {
        continue;
      }
      const content = contentOf(file);
      for (const { needle, encoded } of patterns) {
        if (encoded.some(bytes => content.includes(bytes))) {
          hits.push({ needle, file: `${name}/${relative(folder, file)}` });
        }
      }
    }
  }
  return hits;
}

function isSecretStorage(file: string): boolean {
  return /[\\/]Local Storage[\\/]/.test(file);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name));
}

/** What is in a file; nothing if it has vanished since it was listed, as files of a running browser do. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
