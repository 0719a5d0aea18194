// Writes l10n/bundle.l10n.json: every text that the sources give to `l10n.t`, as VS Code's tools for translators want it.
//
//   node test/tools/l10n.ts
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const texts = new Set<string>();
for (const path of globSync('src/**/*.ts')) {
  const source = readFileSync(path, 'utf8');
  for (const match of source.matchAll(/l10n\.t\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g)) {
    texts.add((match[1] ?? '').slice(1, -1).replace(/\\(.)/g, '$1'));
  }
}
const bundle = Object.fromEntries([...texts].sort().map(text => [text, text]));
mkdirSync('l10n', { recursive: true });
writeFileSync('l10n/bundle.l10n.json', `${JSON.stringify(bundle, undefined, 2)}\n`);
