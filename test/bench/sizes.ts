import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../host/childProcess.ts';
import { repoRoot } from '../host/paths.ts';
import { packagePath } from '../smoke/packagePath.ts';
import { eagerBundle } from '../tools/eagerBundle.ts';
import type { Claim } from './measure.ts';

/** What is loaded to be activated, and what is downloaded, beside the limits that `test/smoke/packaged.test.ts` holds them to. */
export async function sizeClaims(): Promise<Claim[]> {
  await runTool('npm', ['run', '--silent', 'package'], repoRoot);
  const eager = eagerBundle(join(repoRoot, 'dist', 'extension.cjs')).reduce(
    (sum, file) => sum + statSync(file).size,
    0,
  );
  return [
    { what: 'main bundle, beside its limit', ours: eager / 1000, yardstick: 150, unit: 'kB', aim: 1 },
    { what: 'VSIX, beside its limit', ours: statSync(packagePath).size / 1000, yardstick: 400, unit: 'kB', aim: 1 },
  ];
}
