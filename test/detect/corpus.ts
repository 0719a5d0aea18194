import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectSecrets } from '../../src/core/detect/detectSecrets.ts';
import { repoRoot } from '../host/paths.ts';
import { configSyntax, findConfigFiles } from './configFiles.ts';
import { withFakeValues } from './fakeValues.ts';

/** A secret that stands in a file of the corpus. Whatever else stands there is none. */
export interface Label {
  readonly server: string;
  readonly place: string;
  readonly name: string;
}

/** How a part of the corpus was read by the detector. */
export interface Score {
  readonly files: number;
  readonly secrets: number;
  /** Strings that are no secret and stand where one could: in servers and inputs, keys apart. */
  readonly others: number;
  readonly precision: number;
  readonly recall: number;
  /** What was reported and is no secret, and what was not reported and is one: `file: server place name`. */
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

export const exposedFolder = join(repoRoot, 'test/fixtures/exposed');

/** Runs the detector over one part of the corpus, with made-up values in place of the markers. */
export function scorePart(part: 'tuning' | 'heldOut' | 'unseen'): Score {
  const folder = join(exposedFolder, part);
  const labels: Readonly<Record<string, readonly Label[]>> = JSON.parse(
    readFileSync(join(folder, 'labels.json'), 'utf8'),
  );
  const files = findConfigFiles(folder);
  const unlabelled = files.filter(file => labels[file] === undefined);
  const unread = Object.keys(labels).filter(file => !files.includes(file));
  if (unlabelled.length > 0 || unread.length > 0) {
    throw new Error(`without labels: ${unlabelled.join(', ')}; without a file: ${unread.join(', ')}`);
  }
  const wrong: string[] = [];
  const missed: string[] = [];
  let secrets = 0;
  let found = 0;
  let strings = 0;
  for (const file of files) {
    const text = withFakeValues(readFileSync(join(folder, file), 'utf8'), file);
    const expected = (labels[file] ?? []).map(({ server, place, name }) => `${file}: ${server} ${place} ${name}`);
    strings += text.match(/"(?:[^"\\]|\\.)*"(?!\s*[:=])|'[^']*'/g)?.length ?? 0;
    secrets += expected.length;
    for (const { server, place, name } of detectSecrets(text, configSyntax(file))) {
      const key = `${file}: ${server} ${place} ${name}`;
      const index = expected.indexOf(key);
      if (index === -1) {
        wrong.push(key);
      } else {
        expected.splice(index, 1);
        found++;
      }
    }
    missed.push(...expected);
  }
  return {
    files: files.length,
    secrets,
    others: strings - secrets,
    precision: found / (found + wrong.length),
    recall: found / secrets,
    wrong,
    missed,
  };
}
