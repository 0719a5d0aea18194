import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What VS Code loads to activate the extension: the entry and every chunk that it requires at once. A chunk behind a
 * dynamic import is not among them.
 * @param entry path of `extension.cjs`
 * @returns absolute paths
 */
export function eagerBundle(entry: string): string[] {
  const found = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) {
      continue;
    }
    found.add(path);
    const text = readFileSync(path, 'utf8');
    // esbuild writes a dynamic import as a require inside an arrow function; a static one is at the file's top level.
    const late = new Set(
      [...text.matchAll(/=>\s*(?:__toESM\()?[\w$]*\(?require\("(\.[^"]+)"\)/g)].map(match => match[1]),
    );
    for (const [, chunk = ''] of text.matchAll(/require\("(\.[^"]+)"\)/g)) {
      if (!late.has(chunk)) {
        waiting.push(join(dirname(path), chunk));
      }
    }
  }
  return [...found];
}
