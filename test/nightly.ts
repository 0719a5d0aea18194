// npm run test:nightly: what takes too long for every run. Random cases of every property, killed writers, crowded files, renewals of two windows.
import { spawnSync } from 'node:child_process';
import { repoRoot } from './host/paths.ts';
import { type Counts, endStage, sum } from './runner/counts.ts';
import { runMocha } from './runner/mochaRun.ts';

// The tests read them when they are loaded.
process.env.MCP_KEYRING_CASES ??= '100000';
process.env.MCP_KEYRING_CRASHES ??= '200';
process.env.MCP_KEYRING_CONCURRENT_EDITS ??= '1000';
process.env.MCP_KEYRING_RENEWALS ??= '200';

const counts: Counts[] = [];
for (const spec of ['test/unit/core/config/*.property.test.ts', 'test/unit/platform/atomicWrite.test.ts']) {
  counts.push(await runMocha({ spec }));
}
const args = ['test/vscode/run.ts', '--suite', 'twoWindows'];
const { status } = spawnSync(process.execPath, args, { cwd: repoRoot, stdio: 'inherit' });
counts.push(status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
endStage(sum(counts));
