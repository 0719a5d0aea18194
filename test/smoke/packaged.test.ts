import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../host/childProcess.ts';
import { repoRoot } from '../host/paths.ts';
import { packagePath } from './packagePath.ts';

// Limits from the design, section 8, in bytes.
const largestPackage = 400_000;
const largestBundle = 150_000;

describe('The package', () => {
  it('holds the files of test/smoke/files.txt and no others', async () => {
    const vsce = join(repoRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
    const listed = await runTool(process.execPath, [vsce, 'ls', '--no-dependencies'], repoRoot);
    const allowed = readFileSync(join(repoRoot, 'test', 'smoke', 'files.txt'), 'utf8');
    assert.deepEqual(lines(listed), lines(allowed));
  });

  it(`is no larger than ${largestPackage / 1000} kB`, () => {
    assert.ok(statSync(packagePath).size <= largestPackage, `it has ${statSync(packagePath).size} bytes`);
  });

  it(`has a main bundle no larger than ${largestBundle / 1000} kB`, () => {
    const { size } = statSync(join(repoRoot, 'dist', 'extension.cjs'));
    assert.ok(size <= largestBundle, `it has ${size} bytes`);
  });
});

function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(Boolean)
    .sort();
}
