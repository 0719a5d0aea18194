import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sum } from '../runner/counts.ts';
import type { Host } from './findHost.ts';
import { homeEnvironment } from './homeEnvironment.ts';
import { type HostOptions, quietSettings } from './hostOptions.ts';
import { outputFolder, repoRoot } from './paths.ts';
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
}

/** A window that runs a suite. */
export interface SuiteWindow {
  /** Settles when VS Code is done: undefined after an orderly end, else what went wrong. */
  readonly done: Promise<string | undefined>;
  /** What it printed. */
  logs(): string;
  /** A picture of the window where one can be taken. */
  screenshot(): Promise<Buffer | undefined>;
  stop(): Promise<void>;
}

const defaultTimeoutSeconds = 180;

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
  const results = await Promise.all(
    Array.from({ length: request.options?.windows ?? 1 }, (_, index) =>
      runWindow({ number: index + 1, root, workspace, home }, host, request),
    ),
  );
  return {
    ...sum(results),
    skipped: results.reduce((total, { skipped }) => total + skipped, 0),
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** One of the windows of a run. They share the workspace and the home; each has its own data. */
interface WindowFolders {
  /** From 1. */
  readonly number: number;
  readonly root: string;
  readonly workspace: string;
  readonly home: string;
}

async function runWindow(
  { number, root, workspace, home }: WindowFolders,
  host: Host,
  request: SuiteRequest,
): Promise<SuiteResult> {
  const own = number === 1 ? root : join(root, `window-${number}`);
  mkdirSync(own, { recursive: true });
  const workspaceFile = readdirSync(workspace).find(name => name.endsWith('.code-workspace'));
  const dataDir = join(own, 'data');
  const profileDir = host.kind === 'server' ? join(own, 'profile') : dataDir;
  const resultsFile = join(own, 'results.jsonl');
  const { grep, options = {} } = request;
  const environment: TestEnvironment = {
    host: host.kind,
    dataDir,
    profileDir,
    workspace,
    window: number,
    home,
    resultsFile,
    bundle: request.bundle,
    repoRoot,
    grep,
  };
  const prepared: PreparedSuite = {
    ...request,
    opens: workspaceFile === undefined ? workspace : join(workspace, workspaceFile),
    dataDir,
    profileDir,
    extensionsDir: request.extensionsDir ?? join(own, 'extensions'),
    env: { ...homeEnvironment(home), ...options.env, [testEnvironmentVariable]: JSON.stringify(environment) },
    settings: { ...quietSettings, ...options.settings },
  };

  const run = new SuiteRun(resultsFile, request.bundle, request.onEvent);
  let window: SuiteWindow | undefined;
  let trouble: string | undefined;
  let isOver = false;
  const limit = options.timeoutSeconds ?? defaultTimeoutSeconds;
  const alarm = alarmAfter(limit);
  try {
    const opening = host.kind === 'server' ? runInServer(host, prepared) : runInDesktop(host, prepared);
    opening.then(
      async opened => {
        window = opened;
        if (isOver) {
          // It came up too late, after the alarm.
          await opened.stop();
        }
      },
      () => {},
    );
    const done = opening.then(opened => opened.done);
    trouble = await Promise.race([done, run.died, alarm.rings]);
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  } finally {
    alarm.cancel();
    isOver = true;
  }
  const result = run.finish(trouble, grep !== undefined);
  if (window !== undefined) {
    if (result.failed > 0) {
      await keepTraces(request.name, window);
    }
    await window.stop();
  }
  await request.afterwards?.({ workspace, dataDir, profileDir });
  return result;
}

function alarmAfter(seconds: number): { rings: Promise<string>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const rings = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve(`Nothing came to an end within ${seconds} s`), seconds * 1000);
  });
  return { rings, cancel: () => clearTimeout(timer) };
}

async function keepTraces(name: string, window: SuiteWindow): Promise<void> {
  const folder = join(outputFolder, 'suites');
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.log`);
  writeFileSync(log, window.logs());
  console.log(`  what VS Code printed is in ${log}`);
  const picture = await window.screenshot();
  if (picture !== undefined) {
    writeFileSync(join(folder, `${name}.png`), picture);
  }
}
