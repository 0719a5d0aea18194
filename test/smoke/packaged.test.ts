import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../host/childProcess.ts';
import { repoRoot } from '../host/paths.ts';
import { eagerBundle } from '../tools/eagerBundle.ts';
import { packagePath } from './packagePath.ts';

// In bytes: what everybody fetches, and what every start of VS Code loads.
const largestPackage = 400_000;
const largestBundle = 150_000;

describe('The package', () => {
  it('holds the files of test/smoke/files.txt and no others', async () => {
    const vsce = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
    const listed = await runTool(process.execPath, [vsce, 'ls', '--no-dependencies'], repoRoot);
    const allowed = readFileSync(join(repoRoot, 'test', 'smoke', 'files.txt'), 'utf8');
    // The names of chunks end in a hash of what is in them.
    const chunks = lines(listed).map(line => line.replace(/^(dist\/chunks\/)[\w-]+(\.cjs)$/, '$1*$2'));
    assert.deepEqual([...new Set(chunks)], lines(allowed));
  });

  it(`is no larger than ${largestPackage / 1000} kB`, () => {
    assert.ok(statSync(packagePath).size <= largestPackage, `it has ${statSync(packagePath).size} bytes`);
  });

  it(`loads no more than ${largestBundle / 1000} kB to be activated`, () => {
    const files = eagerBundle(join(repoRoot, 'dist', 'extension.cjs'));
    const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(size <= largestBundle, `${files.length} files with ${size} bytes`);
  });
});

function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(Boolean)
    .sort();
}
