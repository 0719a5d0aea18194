import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { downloadAndUnzipVSCode, type ProgressReport, ProgressReportStage } from '@vscode/test-electron';
import { cacheFolder, repoRoot } from './paths.ts';
import { pathsOf } from './searchPath.ts';
import { desktopVersion } from './versions.ts';

/** A desktop VS Code. */
export interface DesktopInstallation {
  /** The Electron executable, not the `code` script. */
  readonly executable: string;
}

/** The download gives up after so long without a byte; the server is there to fall back on. */
const downloadIdleLimit = 15_000;

/** Whether a window could be shown at all. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/**
 * The VS Code that VSCODE_PATH names: its executable, its `code` script or (macOS) its .app folder.
 *
 * @throws Error when the variable is set and names nothing that can be started.
 */
export function desktopFromEnvironment(): DesktopInstallation | undefined {
  const path = process.env.VSCODE_PATH;
  if (!path) {
    return undefined;
  }
  const executable = executableBehind(path);
  if (executable === undefined) {
    throw new Error(`VSCODE_PATH is "${path}", where no VS Code can be found.`);
  }
  return { executable };
}

/** A VS Code that is installed on this machine. */
export function installedDesktop(): DesktopInstallation | undefined {
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code', 'code-insiders'];
  for (const candidate of [...pathsOf(names), ...usualPlaces()]) {
    const executable = executableBehind(candidate);
    if (executable !== undefined) {
      return { executable };
    }
  }
  return undefined;
}

/** Downloads a VS Code, or says on the terminal why not and returns undefined. Cached between runs. */
export async function downloadedDesktop(): Promise<DesktopInstallation | undefined> {
  console.log(`Looking for VS Code ${desktopVersion} (downloaded once) ...`);
  try {
    const executable = await downloadAndUnzipVSCode({
      version: desktopVersion,
      cachePath: cacheFolder,
      extensionDevelopmentPath: repoRoot,
      timeout: downloadIdleLimit,
      reporter: { report: showProgress, error: () => {} },
    });
    return { executable };
  } catch (error) {
    console.log(`  can't be downloaded: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function showProgress(report: ProgressReport): void {
  switch (report.stage) {
    case ProgressReportStage.FetchingVersion:
    case ProgressReportStage.ResolvingCDNLocation:
      return;
    case ProgressReportStage.Downloading:
      if (process.stdout.isTTY && report.totalBytes > 0) {
        const percent = Math.floor((report.bytesSoFar / report.totalBytes) * 100);
        process.stdout.write(`\r  downloading ... ${percent} %`);
      } else if (report.bytesSoFar === 0) {
        console.log('  downloading ...');
      }
      return;
    default:
      if (report.stage === ProgressReportStage.NewInstallComplete) {
        console.log('\n  done.');
      }
  }
}

function usualPlaces(): string[] {
  const home = homedir();
  switch (process.platform) {
    case 'darwin':
      return ['/Applications', join(home, 'Applications')].map(folder => join(folder, 'Visual Studio Code.app'));
    case 'win32':
      return [process.env.LOCALAPPDATA && join(process.env.LOCALAPPDATA, 'Programs'), process.env.ProgramFiles]
        .filter(folder => folder !== undefined && folder !== '')
        .map(folder => join(String(folder), 'Microsoft VS Code', 'Code.exe'));
    default:
      return ['/usr/share/code/code', '/opt/visual-studio-code/code', '/snap/code/current/usr/share/code/code'];
  }
}

/**
 * The Electron executable that belongs to a path a person would name. The `code` script hands over to a running
 * instance and ends at once, so nobody could wait for it.
 */
function executableBehind(path: string): string | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  const real = realpathSync(path);
  if (process.platform === 'darwin') {
    const app = /^(.*?\.app)(\/|$)/.exec(real)?.[1];
    const folder = app && join(app, 'Contents', 'MacOS');
    const name = folder && existsSync(folder) ? readdirSync(folder)[0] : undefined;
    return folder && name ? join(folder, name) : undefined;
  }
  const isScript = basename(dirname(real)) === 'bin';
  if (!isScript) {
    // A snap's `code` is a link to snap itself; the place behind it is among the usual ones.
    return isExecutable(real) && basename(real) !== 'snap' ? real : undefined;
  }
  const folder = dirname(dirname(real));
  const names = process.platform === 'win32' ? ['Code.exe', 'Code - Insiders.exe'] : ['code', 'code-insiders'];
  return names.map(name => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
