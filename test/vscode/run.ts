// Runs the suites of test/vscode in a real VS Code: npm run test:vscode [-- --suite NAME] [--grep PATTERN]
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findHost, type Host, serverHost } from '../host/findHost.ts';
import type { HostOptions } from '../host/hostOptions.ts';
import { repoRoot } from '../host/paths.ts';
import { runSuiteInHost } from '../host/runSuite.ts';
import { type StagedExtension, stageExtension } from '../host/stage.ts';
import type { SuiteResult } from '../host/suiteRun.ts';
import { endStage, sum } from '../runner/counts.ts';
import { printEvent } from './harness/printEvent.ts';

/** How many suites run at a time. */
const lanes = 2;

const suitesFolder = join(repoRoot, 'test', 'vscode');
const { values: wanted } = parseArgs({ options: { suite: { type: 'string' }, grep: { type: 'string' } } });

const names = await longestFirst(suiteNames());
const host = await findHost();
const extension = await stageExtension(wanted.suite ?? 'all');
const results: (SuiteResult & { readonly name: string })[] = [];
const waiting = [...names];
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      results.push({ name, ...(await runOne(name, host, extension)) });
    }
  }),
);
for (const { name, failures } of results) {
  for (const { title, message, stack } of failures) {
    console.log(`\n✗ ${name}: ${title}\n${stack ?? message}`);
  }
}
endStage(sum(results));

function suiteNames(): string[] {
  const all = readdirSync(suitesFolder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(join(suitesFolder, entry.name, 'index.ts')))
    .map(entry => entry.name);
  if (wanted.suite === undefined) {
    return all;
  }
  if (!all.includes(wanted.suite)) {
    console.error(`There is no suite "${wanted.suite}"; there are: ${all.join(', ')}.`);
    process.exit(1);
  }
  return [wanted.suite];
}

/** Those that take long begin first, so that none runs alone at the end: of several windows, or with much in their tests. */
async function longestFirst(suites: readonly string[]): Promise<string[]> {
  const sizes = suites.map(async name => {
    const folder = join(suitesFolder, name);
    const tests = readdirSync(folder).filter(file => file.endsWith('.test.ts'));
    const bytes = tests.reduce((total, file) => total + statSync(join(folder, file)).size, 0);
    return { name, bytes, windows: (await optionsOf(name)).windows ?? 1 };
  });
  return (await Promise.all(sizes))
    .toSorted((a, b) => b.windows - a.windows || b.bytes - a.bytes)
    .map(({ name }) => name);
}

async function runOne(name: string, host: Host, extension: StagedExtension): Promise<SuiteResult> {
  const began = Date.now();
  const options = await optionsOf(name);
  const result = await runSuiteInHost((options.windows ?? 1) > 1 ? await serverHost() : host, {
    name,
    bundle: join(extension.suites, `${name}.cjs`),
    extensionPaths: [extension.path],
    workspaceTemplate: join(suitesFolder, name, 'workspace'),
    options,
    grep: wanted.grep,
    onEvent: event => printEvent(name, event),
  });
  if (result.passed + result.failed + result.skipped > 0) {
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.log(`${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds} s`);
  }
  return result;
}

async function optionsOf(name: string): Promise<HostOptions> {
  const file = join(suitesFolder, name, 'host.ts');
  if (!existsSync(file)) {
    return {};
  }
  const { host: options } = (await import(pathToFileURL(file).href)) as { host: HostOptions };
  return options;
}
