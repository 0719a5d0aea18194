import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { repoRoot } from './paths.ts';

/** Frames of Node and of VS Code itself, which say nothing about a test. */
const foreignFrame = /^\s+at .*(node:internal|\/out\/vs\/|loadSuite\.cjs)/;

/** A stack trace from a bundle with its places put back to the sources, relative to the checkout. */
export function originalStack(stack: string, bundle: string): string {
  const file = `${bundle}.map`;
  if (!existsSync(file)) {
    return stack;
  }
  const map = new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  return stack
    .split('\n')
    .filter(line => !foreignFrame.test(line))
    .map(line => {
      const place = /\(?(?:file:\/\/)?([^\s(]+):(\d+):(\d+)\)?$/.exec(line);
      if (place === null || place[1] !== bundle) {
        return line;
      }
      const origin = map.findOrigin(Number(place[2]), Number(place[3]));
      if (!('fileName' in origin) || typeof origin.fileName !== 'string') {
        return line;
      }
      const source = relative(repoRoot, resolve(dirname(bundle), origin.fileName));
      return line.replace(place[0], `(${source}:${origin.lineNumber}:${origin.columnNumber})`);
    })
    .join('\n');
}
