import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sum } from '../runner/counts.ts';
import type { Host } from './findHost.ts';
import { homeEnvironment } from './homeEnvironment.ts';
import { type HostOptions, quietSettings } from './hostOptions.ts';
import { outputFolder, repoRoot, suiteLoader } from './paths.ts';
import { runInDesktop } from './suiteInDesktop.ts';
import { runInServer } from './suiteInServer.ts';
import { type SuiteEvent, type TestEnvironment, testEnvironmentVariable } from './suiteProtocol.ts';
import { type SuiteResult, SuiteRun } from './suiteRun.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A suite and what it runs with. All paths are absolute. */
export interface SuiteRequest {
  readonly name: string;
  /** The CommonJS bundle that exports `run()`. */
  readonly bundle: string;
  /** Extensions that are run from their folders. VS Code wants at least one to run tests at all. */
  readonly extensionPaths: readonly string[];
  /** Where installed extensions are; an empty folder without it. */
  readonly extensionsDir?: string;
  /** A folder that is copied for the run; its .code-workspace file is opened if it has one. Empty without it. */
  readonly workspaceTemplate?: string | undefined;
  readonly options?: HostOptions;
  readonly grep?: string | undefined;
  /** Called for each event as it happens. */
  readonly onEvent: (event: SuiteEvent) => void;
  /** Called when VS Code has been closed, before what it has written is removed. */
  readonly afterwards?: (folders: WrittenFolders) => Promise<void>;
}

/** Where a VS Code that has been closed has written. */
export interface WrittenFolders {
  readonly workspace: string;
  readonly dataDir: string;
  /** The browser's profile; on the desktop the same as `dataDir`. */
  readonly profileDir: string;
}

/** A suite laid out on disk, as the hosts take it. */
export interface PreparedSuite extends SuiteRequest {
  /** The folder or .code-workspace file to open. */
  readonly opens: string;
  readonly dataDir: string;
  readonly profileDir: string;
  readonly extensionsDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What each window runs as its tests: modules that export `run()`. The first is the only one on the desktop. */
  readonly tests: readonly [string, ...string[]];
}

/** A VS Code that runs a suite. */
export interface SuiteHost {
  /** One for each of the tests. */
  readonly windows: readonly SuiteWindow[];
  /** What it printed. */
  logs(): string;
  stop(): Promise<void>;
}

/** A window that runs a suite. */
export interface SuiteWindow {
  /** Settles when the window is done: undefined after an orderly end, else what went wrong. */
  readonly done: Promise<string | undefined>;
  /** A picture of the window where one can be taken. */
  screenshot(): Promise<Buffer | undefined>;
}

const defaultTimeoutSeconds = 300;

/**
 * Runs the bundle of a suite in a VS Code with fresh data, and counts whatever goes wrong as a failure: a test, a
 * bundle that can't be loaded, a host that dies or hangs, no test at all. Doesn't throw for any of these.
 *
 * When something failed, what VS Code printed and a picture of its window are left in the output folder.
 */
export async function runSuiteInHost(host: Host, request: SuiteRequest): Promise<SuiteResult> {
  const root = temporaryFolder('mcp-keyring');
  try {
    return await runIn(root.path, host, request);
  } finally {
    root.remove();
  }
}

async function runIn(root: string, host: Host, request: SuiteRequest): Promise<SuiteResult> {
  const workspace = join(root, 'workspace');
  mkdirSync(workspace);
  if (request.workspaceTemplate !== undefined && existsSync(request.workspaceTemplate)) {
    cpSync(request.workspaceTemplate, workspace, { recursive: true });
  }
  const home = join(root, 'home');
  mkdirSync(home);
  const workspaceFile = readdirSync(workspace).find(name => name.endsWith('.code-workspace'));
  const dataDir = join(root, 'data');
  const profileDir = host.kind === 'server' ? join(root, 'profile') : dataDir;
  const { grep, options = {} } = request;
  const environments = Array.from(
    { length: options.windows ?? 1 },
    (_, index): TestEnvironment => ({
      host: host.kind,
      dataDir,
      profileDir,
      workspace,
      window: index + 1,
      home,
      resultsFile: join(root, `results-${index + 1}.jsonl`),
      bundle: request.bundle,
      repoRoot,
      grep,
    }),
  );
  const [first, ...others] = environments.map(environment => writeTests(root, environment));
  if (first === undefined) {
    throw new RangeError('A suite needs a window.');
  }
  const prepared: PreparedSuite = {
    ...request,
    opens: workspaceFile === undefined ? workspace : join(workspace, workspaceFile),
    dataDir,
    profileDir,
    extensionsDir: request.extensionsDir ?? join(root, 'extensions'),
    env: { ...homeEnvironment(home), ...options.env },
    settings: { ...quietSettings, ...options.settings },
    tests: [first, ...others],
  };
  const results = await runWindows(host, prepared, environments);
  await request.afterwards?.({ workspace, dataDir, profileDir });
  return {
    ...sum(results),
    skipped: results.reduce((total, { skipped }) => total + skipped, 0),
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** What a window runs: the loader, told by its own module which window it is, since all share the environment of their VS Code. */
function writeTests(root: string, environment: TestEnvironment): string {
  const file = join(root, `window-${environment.window}.cjs`);
  const json = JSON.stringify(JSON.stringify(environment));
  writeFileSync(
    file,
    `process.env.${testEnvironmentVariable} = ${json};\nmodule.exports = require(${JSON.stringify(suiteLoader)});\n`,
  );
  return file;
}

async function runWindows(
  host: Host,
  suite: PreparedSuite,
  environments: readonly TestEnvironment[],
): Promise<SuiteResult[]> {
  const runs = environments.map(({ resultsFile }) => new SuiteRun(resultsFile, suite.bundle, suite.onEvent));
  let opened: SuiteHost | undefined;
  let isOver = false;
  const alarm = alarmAfter(suite.options?.timeoutSeconds ?? defaultTimeoutSeconds);
  const opening = host.kind === 'server' ? runInServer(host, suite) : runInDesktop(host, suite);
  opening.then(
    async running => {
      opened = running;
      if (isOver) {
        // It came up too late, after the alarm.
        await running.stop();
      }
    },
    () => {},
  );
  const ends = await Promise.all(
    runs.map(async (run, index) => {
      try {
        return await Promise.race([opening.then(({ windows }) => windows[index]?.done), run.died, alarm.rings]);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    }),
  );
  alarm.cancel();
  isOver = true;
  const results = runs.map((run, index) => run.finish(ends[index], suite.grep !== undefined));
  if (opened !== undefined) {
    await keepTraces(suite.name, opened, results);
    await opened.stop();
  }
  return results;
}

function alarmAfter(seconds: number): { rings: Promise<string>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const rings = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`Nothing came to an end within ${seconds} s`), seconds * 1000);
  });
  return { rings, cancel: () => clearTimeout(timer) };
}

/** What there is to look at after a failure. */
async function keepTraces(name: string, host: SuiteHost, results: readonly SuiteResult[]): Promise<void> {
  if (results.every(({ failed }) => failed === 0)) {
    return;
  }
  const folder = join(outputFolder, 'suites');
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.log`);
  writeFileSync(log, host.logs());
  console.log(`  what VS Code printed is in ${log}`);
  for (const [index, window] of host.windows.entries()) {
    const picture = results[index]?.failed === 0 ? undefined : await window.screenshot();
    if (picture !== undefined) {
      writeFileSync(join(folder, index === 0 ? `${name}.png` : `${name}-${index + 1}.png`), picture);
    }
  }
}
