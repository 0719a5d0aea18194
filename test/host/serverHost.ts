import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment, startTree, stopTree } from './childProcess.ts';
import { freePort } from './freePort.ts';
import type { ServerInstallation } from './prepareServer.ts';
import { serverNodeMajor } from './versions.ts';

/** How a VS Code server is started. */
export interface ServerOptions {
  /** Everything the server keeps: settings, state, logs and, unless told otherwise, extensions. */
  readonly dataDir: string;
  /** Where extensions are installed. */
  readonly extensionsDir?: string;
  /** Whether workspaces are trusted from the start (the default). With false, VS Code asks, as it does for a person. */
  readonly trust?: boolean;
  /** User settings, written before the start. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The display language, as in `de`; English when absent. */
  readonly locale?: string;
  /** How much the server and its windows write to their logs. */
  readonly logLevel?: 'trace' | 'info';
  /** Whether the window tells when a suite in it has ended; it then shows no notifications. */
  readonly automated?: boolean;
  /** The port that is tried first. */
  readonly preferredPort?: number;
  /** Added to the environment of the server and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a window shows and which extensions it runs from their sources. */
export interface WindowOptions {
  /** A folder or a .code-workspace file; an empty window without it. */
  readonly workspace?: string | undefined;
  /** Extensions under development, by folder. */
  readonly extensionPaths?: readonly string[];
  /** A bundle that exports `run()`, loaded once the window is up. */
  readonly testsPath?: string | undefined;
  /** The user profile, by name; made if it isn't there. */
  readonly profile?: string | undefined;
}

/** A VS Code server that runs. */
export interface ServerHost {
  readonly port: number;
  readonly dataDir: string;
  /** What a browser opens. */
  url(window: WindowOptions): string;
  /** What the server printed so far. */
  logs(): string;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server and everything it started. */
  stop(): Promise<void>;
}

/** A start takes about a second; a loaded build machine gets a minute. */
const startLimit = 60_000;
const keptOutput = 200_000;

/**
 * Starts a VS Code server on a free port of 127.0.0.1 and waits until it answers.
 *
 * @throws Error with the server's output when it ends or doesn't answer in time.
 */
export async function startServerHost(installation: ServerInstallation, options: ServerOptions): Promise<ServerHost> {
  await writeUserSettings(join(options.dataDir, 'data', 'User'), options.settings);
  const port = await freePort(options.preferredPort);
  const node = nodeForServer();
  const args = [
    join(installation.folder, 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...(options.automated ? ['--enable-smoke-test-driver'] : []),
    ...['--server-data-dir', options.dataDir, '--disable-telemetry', '--disable-update-check'],
    '--disable-getting-started-override',
    ...(options.extensionsDir === undefined ? [] : ['--extensions-dir', options.extensionsDir]),
    ...(options.trust === false ? [] : ['--disable-workspace-trust']),
    ...(options.locale === undefined ? [] : ['--locale', options.locale]),
    ...(options.logLevel === undefined ? [] : ['--log', options.logLevel]),
  ];
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const child = startTree(node, args, {
    cwd: installation.folder,
    // The browser is on this machine: pages of 127.0.0.1 are opened as they stand, as on the desktop, and by no proxy.
    env: cleanEnvironment({ PATH: path, VSCODE_PROXY_URI: '', ...socketFolder(options.dataDir), ...options.env }),
  });
  let output = '';
  const keep = (data: Buffer) => {
    output = (output + data.toString()).slice(-keptOutput);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let hasEnded = false;
  const ended = new Promise<void>(resolve => {
    const end = () => {
      hasEnded = true;
      resolve();
    };
    child.once('error', error => {
      output += `\n${error.message}`;
      end();
    });
    child.once('exit', end);
  });

  const deadline = Date.now() + startLimit;
  while (!(await answers(port))) {
    if (hasEnded || Date.now() > deadline) {
      await stopTree(child);
      throw new Error(`The VS Code server ${hasEnded ? 'ended at once' : 'did not answer'}:\n${output.trim()}`);
    }
    await sleep(100);
  }
  return {
    port,
    dataDir: options.dataDir,
    url: window => windowUrl(port, window, options.logLevel),
    logs: () => output,
    ended,
    stop: () => stopTree(child),
  };
}

/** Writes settings.json into a user folder, unless there is nothing to write. */
export async function writeUserSettings(
  userFolder: string,
  settings: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  await mkdir(userFolder, { recursive: true });
  if (settings !== undefined) {
    await writeFile(join(userFolder, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
  }
}

function windowUrl(
  port: number,
  { workspace, extensionPaths = [], testsPath, profile }: WindowOptions,
  logLevel: string | undefined,
): string {
  const authority = `127.0.0.1:${port}`;
  const remote = (path: string) => new URL(`vscode-remote://${authority}${uriPath(path)}`).href;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...extensionPaths.map(path => ['extensionDevelopmentPath', remote(path)]),
    ...(profile === undefined ? [] : [['profile', profile]]),
    ...(logLevel === undefined ? [] : [['logLevel', logLevel]]),
    ...(testsPath === undefined ? [] : [['extensionTestsPath', remote(testsPath)]]),
  ];
  const url = new URL(`http://${authority}/`);
  if (workspace === undefined) {
    url.searchParams.set('ew', 'true');
  } else {
    url.searchParams.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', uriPath(workspace));
  }
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/**
 * On Linux, where sockets go: beside the data, so that they vanish with it. Unless the path is too long for a socket,
 * which is limited to 107 characters.
 */
function socketFolder(dataDir: string): { XDG_RUNTIME_DIR?: string } {
  return process.platform === 'linux' && dataDir.length < 50 ? { XDG_RUNTIME_DIR: dataDir } : {};
}

/** `C:\x` becomes `/C:/x`. */
function uriPath(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  return slashed.startsWith('/') ? slashed : `/${slashed}`;
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(2000) });
    return response.ok;
  } catch {
    return false;
  }
}

/** The Node that runs the server: this one if it is new enough, else the one among the devDependencies. */
export function nodeForServer(): string {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= serverNodeMajor) {
    return process.execPath;
  }
  const fromNpm = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  const candidate = [fromNpm, `${fromNpm}.exe`].find(existsSync);
  if (candidate === undefined) {
    throw new Error(`The VS Code server needs Node ${serverNodeMajor}; this is Node ${process.versions.node}.`);
  }
  return candidate;
}
