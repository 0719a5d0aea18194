import { strictEqual } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../host/paths.ts';
import { guards } from '../mutation/list.ts';

// What `npm run mutate` does takes a while, and isn't run with every change: that its list still fits is.
describe('the guards that are taken out by npm run mutate', () => {
  const listed = readFileSync(join(repoRoot, 'CONTRIBUTING.md'), 'utf8').replace(/\s+/g, ' ');
  for (const { guard, file, find, noticedBy } of guards) {
    it(`${guard}: stands in ${file}`, () => {
      strictEqual(readFileSync(join(repoRoot, file), 'utf8').split(find).length, 2);
      strictEqual(listed.includes(guard), true, `CONTRIBUTING.md says nothing of “${guard}”`);
      const [kind, name] = noticedBy.split(': ');
      const proof = kind === 'suite' ? `test/vscode/${name}/index.ts` : `test/unit/${name}.test.ts`;
      strictEqual(existsSync(join(repoRoot, proof)), true, proof);
    });
  }
});
