// `npm run detect -- <folder>`: the literal secrets in the config files under a folder, one line of JSON each. It says where
// they are, never what they are. With `--fill` the markers of our own corpus are replaced by made-up values first.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { detectSecrets } from '../../src/core/detect/detectSecrets.ts';
import type { Severity } from '../../src/core/findings.ts';
import { configSyntax, findConfigFiles } from './configFiles.ts';
import { withFakeValues } from './fakeValues.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { fill: { type: 'boolean' } } });
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: npm run detect -- <folder> [--fill]');
  process.exit(2);
}

const root = resolve(folder);
const tracked = trackedFiles(root);
let count = 0;
let files = 0;
for (const file of findConfigFiles(root)) {
  let text: string;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : error}`);
    continue;
  }
  files++;
  if (values.fill) {
    text = withFakeValues(text, file);
  }
  // What git tracks goes wherever the repository goes.
  const severity: Severity = tracked.has(file) ? 'error' : 'warning';
  const position = positions(text);
  for (const { span, rule, place, name } of detectSecrets(text, configSyntax(file))) {
    const range = { start: position(span.start), end: position(span.end) };
    console.log(JSON.stringify({ file, range, rule, severity, place, name }));
    count++;
  }
}
console.error(`${count} findings in ${files} config files`);

/** The files under a folder that git tracks, relative to it; none outside a repository or without git. */
function trackedFiles(cwd: string): ReadonlySet<string> {
  try {
    const output = execFileSync('git', ['ls-files', '-z'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return new Set(output.split('\0'));
  } catch {
    return new Set();
  }
}

/** Turns offsets into lines and characters, both from 0, as editors count them. */
function positions(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\r\n?|\n/g), match => match.index + match[0].length)];
  return offset => {
    const line = starts.findLastIndex(start => start <= offset);
    return { line, character: offset - (starts[line] ?? 0) };
  };
}
