// Writes l10n/bundle.l10n.json: every text that the sources give to `l10n.t`, as VS Code's tools for translators want it.
//
//   npx node test/tools/l10n.ts
import { globSync, readFileSync, writeFileSync } from 'node:fs';

export const bundlePath = 'l10n/bundle.l10n.json';

/** Every literal that is given to `l10n.t`, sorted. */
export function sourceTexts(): string[] {
  const texts = new Set<string>();
  for (const path of globSync('src/**/*.ts')) {
    for (const match of readFileSync(path, 'utf8').matchAll(/l10n\.t\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g)) {
      texts.add((match[1] ?? '').slice(1, -1).replace(/\\(.)/g, '$1'));
    }
  }
  return [...texts].sort();
}

if (import.meta.main) {
  const bundle = Object.fromEntries(sourceTexts().map(text => [text, text]));
  writeFileSync(bundlePath, `${JSON.stringify(bundle, undefined, 2)}\n`);
}
