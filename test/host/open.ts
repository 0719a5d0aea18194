import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment, startTree, stopTree } from './childProcess.ts';
import type { DesktopInstallation } from './findDesktop.ts';
import { findHost } from './findHost.ts';
import type { ServerInstallation } from './prepareServer.ts';
import { startServerHost, writeUserSettings } from './serverHost.ts';

/** What a person gets to see. */
export interface OpenRequest {
  /** The absolute path of a folder or of a .code-workspace file. */
  readonly workspace: string;
  /** The absolute path of the extension's folder. */
  readonly extensionPath: string;
  /** The absolute path of the folder in which VS Code keeps its data from one run to the next. */
  readonly keptIn: string;
}

/** A VS Code that a person looks at. */
export interface OpenedVsCode {
  /** What to open in a browser; absent where a desktop window has opened by itself. */
  readonly url?: string;
  /** Settles when the window (desktop) or the server has ended. */
  readonly exited: Promise<void>;
  /** Closes it, with everything it started. */
  stop(): Promise<void>;
}

/** What a first look should not be covered by. A person's own settings stay as they are. */
const firstSettings = {
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** The port for a person's browser, tried first: the browser keeps its secrets by origin. */
const personsPort = 8427;

/**
 * Opens a workspace with an extension under development for a person to use: a new window of a desktop VS Code, or
 * the VS Code server with a URL to open in a browser.
 *
 * Both keep their data between runs, apart from the person's own VS Code.
 *
 * @throws Error when no VS Code can be had or it doesn't start.
 */
export async function openForPerson(request: OpenRequest): Promise<OpenedVsCode> {
  const host = await findHost();
  return host.kind === 'desktop' ? openWindow(host, request) : openServer(host, request);
}

async function openWindow({ executable }: DesktopInstallation, request: OpenRequest): Promise<OpenedVsCode> {
  const dataDir = join(request.keptIn, 'person-desktop');
  await writeFirstSettings(join(dataDir, 'User'));
  const child = startTree(
    executable,
    [
      request.workspace,
      `--extensionDevelopmentPath=${request.extensionPath}`,
      // A user data folder of its own makes an instance of its own: the process lives as long as the window does.
      `--user-data-dir=${dataDir}`,
      ...['--new-window', '--skip-welcome', '--skip-release-notes', '--disable-workspace-trust', '--disable-updates'],
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { env: cleanEnvironment() },
  );
  child.stdout?.resume();
  child.stderr?.resume();
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  return { exited, stop: () => stopTree(child) };
}

async function openServer(installation: ServerInstallation, request: OpenRequest): Promise<OpenedVsCode> {
  const dataDir = join(request.keptIn, 'person-server');
  await writeFirstSettings(join(dataDir, 'data', 'User'));
  const server = await startServerHost(installation, { dataDir, preferredPort: personsPort });
  return {
    url: server.url({ workspace: request.workspace, extensionPaths: [request.extensionPath] }),
    exited: server.ended,
    stop: server.stop,
  };
}

async function writeFirstSettings(userFolder: string): Promise<void> {
  if (!existsSync(join(userFolder, 'settings.json'))) {
    await writeUserSettings(userFolder, firstSettings);
  }
}
