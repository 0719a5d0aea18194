import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import { levelDbText } from './levelDb.ts';

/** One way in which a secret may have been written. */
interface Pattern {
  readonly name: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

export interface Hit {
  readonly secret: string;
  readonly encoding: string;
  readonly place: string;
  readonly file: string;
}

/** A place that was searched. */
export interface Searched {
  readonly place: string;
  readonly files: number;
  readonly bytes: number;
}

/** Shorter pieces turn up by accident. */
const pieceLength = 20;

/** Clear, URL-encoded, in UTF-16, in hexadecimal, and in base64 at each of the three offsets that a text may have in it. */
export function patternsOf(name: string, value: string): Pattern[] {
  // Of a token its end: the signature is its own, while tokens of one credential begin alike.
  const piece = value.length > 2 * pieceLength ? value.slice(-2 * pieceLength) : value;
  const clear = Buffer.from(piece, 'utf8');
  const hex = clear.toString('hex');
  const patterns: Pattern[] = [
    { name, encoding: 'clear', bytes: clear },
    { name, encoding: 'utf-16', bytes: Buffer.from(piece, 'utf16le') },
    { name, encoding: 'hex', bytes: Buffer.from(hex) },
    { name, encoding: 'hex', bytes: Buffer.from(hex.toUpperCase()) },
  ];
  const encoded = encodeURIComponent(piece);
  if (encoded !== piece) {
    patterns.push({ name, encoding: 'url', bytes: Buffer.from(encoded) });
  }
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), clear])
      .toString('base64')
      .replace(/=+$/, '');
    // What depends on the neighbours is cut off on both sides.
    const inner = text.slice(offset === 0 ? 0 : 4, text.length - (text.length % 4 === 0 ? 4 : text.length % 4));
    patterns.push({ name, encoding: 'base64', bytes: Buffer.from(inner) });
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    if (url !== inner) {
      patterns.push({ name, encoding: 'base64url', bytes: Buffer.from(url) });
    }
  }
  return patterns;
}

/** Searches a folder with all below it; what is compressed is searched as it is and unpacked. */
export function searchFolder(
  place: string,
  folder: string,
  patterns: readonly Pattern[],
  leaveOut: (path: string) => boolean,
): { readonly searched: Searched; readonly hits: Hit[] } {
  const hits: Hit[] = [];
  let files = 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const file = relative(folder, path);
    if (!entry.isFile() || leaveOut(file)) {
      continue;
    }
    const content = readFileSync(path);
    files++;
    for (const part of [content, ...unpacked(path, content)]) {
      bytes += part.length;
      hits.push(
        ...find(part, patterns).map(pattern => ({ secret: pattern.name, encoding: pattern.encoding, place, file })),
      );
    }
  }
  return { searched: { place, files, bytes }, hits };
}

/** Searches every object of a git repository, also those that no branch leads to. */
export function searchGit(
  folder: string,
  patterns: readonly Pattern[],
): { readonly searched: Searched; readonly hits: Hit[] } {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', folder, ...args], { maxBuffer: 1024 ** 3, stdio: ['ignore', 'pipe', 'ignore'] });
  const ids = git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)')
    .toString()
    .trim()
    .split('\n');
  const hits: Hit[] = [];
  let bytes = 0;
  for (const line of ids) {
    const [id = '', type = ''] = line.split(' ');
    const content = git('cat-file', type, id);
    bytes += content.length;
    hits.push(
      ...find(content, patterns).map(({ name, encoding }) => ({
        secret: name,
        encoding,
        place: 'git',
        file: `${type} ${id}`,
      })),
    );
  }
  return { searched: { place: 'git', files: ids.length, bytes }, hits };
}

function find(content: Buffer, patterns: readonly Pattern[]): Pattern[] {
  return patterns.filter(({ bytes }) => content.includes(bytes));
}

function unpacked(path: string, content: Buffer): Buffer[] {
  if (path.endsWith('.ldb')) {
    return [levelDbText(content)];
  }
  try {
    if (content[0] === 0x1f && content[1] === 0x8b) {
      return [gunzipSync(content)];
    }
    if (content[0] === 0x78) {
      return [inflateSync(content)];
    }
  } catch {
    // It only began like one.
  }
  return [];
}
