// npm run conformance: the MCP project's own suite of tests for clients, as far as it is about authorization, against
// `core/oauth`. Required are the scenarios that the suite requires of a client at each revision, and both with client
// credentials, which are an extension. Arguments: parts of scenario names, to run only some.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Run {
  readonly scenario: string;
  readonly revision: string;
  /** What isn't required is run and told of, and doesn't count. */
  readonly required: boolean;
}

interface Outcome extends Run {
  readonly passed: boolean;
  /** Things that a client should do and didn't. */
  readonly warnings: number;
  readonly output: string;
}

const suite = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'));
const driver = fileURLToPath(new URL('driver.ts', import.meta.url));
const results = mkdtempSync(join(tmpdir(), 'mcp-keyring-conformance-'));

const extensions = ['auth/client-credentials-basic', 'auth/client-credentials-jwt'];
const legacy = ['auth/2025-03-26-oauth-metadata-backcompat', 'auth/2025-03-26-oauth-endpoint-fallback'];
const all: Run[] = [
  ...['2026-07-28', '2025-11-25'].flatMap(revision =>
    [...requiredScenarios(revision), ...extensions].map(scenario => ({ scenario, revision, required: true })),
  ),
  ...legacy.map(scenario => ({ scenario, revision: '2025-03-26', required: false })),
];
const wanted = process.argv.slice(2);
const queue = all.filter(({ scenario }) => wanted.length === 0 || wanted.some(part => scenario.includes(part)));
const runs = [...queue];

const outcomes: Outcome[] = [];
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), 4) }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      outcomes.push(await play(next));
    }
  }),
);
rmSync(results, { recursive: true, force: true });

for (const run of runs) {
  const outcome = outcomes.find(({ scenario, revision }) => scenario === run.scenario && revision === run.revision);
  const verdict = outcome?.passed ? 'passed' : 'FAILED';
  const remark = [run.required ? '' : 'not required', outcome?.warnings ? `${outcome.warnings} warnings` : '']
    .filter(text => text !== '')
    .join(', ');
  console.log(`${verdict}  ${run.revision}  ${run.scenario}${remark === '' ? '' : `  (${remark})`}`);
  if (!outcome?.passed) {
    console.log(outcome?.output);
  }
}
const required = outcomes.filter(outcome => outcome.required);
const passed = required.filter(outcome => outcome.passed);
const warnings = required.reduce((sum, outcome) => sum + outcome.warnings, 0);
console.log(`\n${passed.length}/${required.length} required scenarios passed, ${warnings} warnings`);
process.exitCode = passed.length === required.length && required.length > 0 ? 0 : 1;

/** The scenarios of the suite's own list that are about authorization. It is YAML of the plainest kind. */
function requiredScenarios(revision: string): string[] {
  const text = readFileSync(join(suite, 'requirements', `${revision}.yaml`), 'utf8');
  const client = /^client:\n((?: .*\n|#.*\n|\n)*)/m.exec(text)?.[1] ?? '';
  const scenarios = [...client.matchAll(/^ {2}- (auth\/\S+)/gm)].map(([, scenario = '']) => scenario);
  if (scenarios.length === 0) {
    throw new Error(`The suite requires nothing of a client at ${revision}?`);
  }
  return scenarios;
}

function play(run: Run): Promise<Outcome> {
  const output = join(results, `${run.revision}-${run.scenario.replaceAll('/', '-')}`);
  const args = [
    ...[join(suite, 'dist', 'index.js'), 'client', '--command', `${process.execPath} ${driver}`],
    ...['--scenario', run.scenario, '--output-dir', output, '--timeout', '30000'],
    // The extensions belong to no revision; forced, they run at the one that is asked for.
    ...['--spec-version', run.revision, '--force'],
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: results, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    child.stderr.on('data', chunk => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', code => {
      // A scenario that is skipped ends with 0 too: only checks that were made and passed count.
      const [, checks = '0', warnings = '0'] = /Passed: (\d+)\/\d+, 0 failed, (\d+) warnings/.exec(text) ?? [];
      resolve({ ...run, passed: code === 0 && Number(checks) > 0, warnings: Number(warnings), output: text });
    });
  });
}
