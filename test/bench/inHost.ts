import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHost } from '../host/findHost.ts';
import { runSuiteInHost } from '../host/runSuite.ts';
import { stageExtension } from '../host/stage.ts';
import { benchFileVariable, benchStartVariable } from './host/record.ts';
import { type Claim, median } from './measure.ts';

/** VS Code is started this often; each start gives one activation of each extension. */
const starts = 6;

/** Activation beside a built-in extension, `headerFor` beside a bare read: in a real VS Code. */
export async function hostClaims(): Promise<Claim[]> {
  const host = await findHost();
  const extension = await stageExtension('bench', true);
  sleepUntilAsked(extension.path);
  const folder = mkdtempSync(join(tmpdir(), 'mcp-keyring-bench-'));
  const file = join(folder, 'measurements.jsonl');
  const found = new Map<string, number[]>();
  try {
    for (let start = 0; start < starts; start++) {
      const result = await runSuiteInHost(host, {
        name: 'bench',
        bundle: join(extension.suites, 'bench.cjs'),
        extensionPaths: [extension.path],
        options: { env: { [benchFileVariable]: file, [benchStartVariable]: String(start) } },
        onEvent: () => {},
      });
      for (const { title, message } of result.failures) {
        throw new Error(`${title}: ${message}`);
      }
    }
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const { name, milliseconds } = JSON.parse(line) as { name: string; milliseconds: number };
      found.set(name, [...(found.get(name) ?? []), milliseconds]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const of = (name: string) => median(found.get(name) ?? []);
  return [
    {
      what: 'activation, beside vscode.microsoft-authentication',
      ours: of('activation'),
      yardstick: of('activation-peer'),
      unit: 'ms',
      aim: 0.5,
    },
    {
      what: 'headerFor, warm, beside a bare SecretStorage read',
      ours: of('headerFor') * 1000,
      yardstick: of('headerFor-bare') * 1000,
      unit: 'µs',
      aim: 1.2,
    },
    {
      what: '1,000 files read and understood, beside bare reading and parsing',
      ours: of('files-start'),
      yardstick: of('files-start-bare'),
      unit: 'ms',
      aim: 3,
    },
    {
      what: 'a change in one of 1,000 files known, beside a bare watcher of that file',
      ours: of('files-heard'),
      yardstick: of('files-heard-bare'),
      unit: 'ms',
      // Files are given 150 ms to come to rest: a change seldom comes alone.
      aim: 4,
    },
    {
      what: 'view of 10,000 servers after a change in one file, beside drawing it once',
      ours: of('tree-one'),
      yardstick: of('tree-drawn'),
      unit: 'ms',
      aim: 0.25,
    },
    {
      what: 'view of 10,000 servers after a change of everything, beside drawing it once',
      ours: of('tree-all'),
      yardstick: of('tree-drawn'),
      unit: 'ms',
      aim: 3,
    },
  ];
}

/** Takes the activation events out of a staged manifest, so that the first to wake the extension is the one with the watch. */
function sleepUntilAsked(extensionPath: string): void {
  const path = join(extensionPath, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...manifest, activationEvents: [] }));
}
