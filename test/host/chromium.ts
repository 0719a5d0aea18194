import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { runTool } from './childProcess.ts';
import { pathsOf } from './searchPath.ts';

/** How a browser for the VS Code server is opened. */
export interface BrowserOptions {
  /** The browser's profile, a folder of its own for each run: it holds VS Code's secrets and state. */
  readonly profileDir: string;
  /** Window size in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Whatever keeps the browser from reaching out, or from refusing to run in a container. */
const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a headless Chromium whose profile is on disk, so that tests can search it. */
export async function openBrowser({ profileDir, size }: BrowserOptions): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profileDir, {
    executablePath: await findChromium(),
    headless: true,
    args: quietFlags,
    locale: 'en-US',
    viewport: size ?? { width: 1280, height: 800 },
    // The runner has its own handlers; Playwright's would end the process before they have run.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}

let found: Promise<string> | undefined;

/**
 * A Chromium or Chrome: CHROMIUM_PATH, one on the PATH or in the usual places. As root on Debian and its like it is
 * installed where missing, for containers and build machines.
 *
 * @throws Error that says what to install.
 */
export function findChromium(): Promise<string> {
  found ??= locateOrInstall();
  return found;
}

async function locateOrInstall(): Promise<string> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) {
      throw new Error(`CHROMIUM_PATH is "${named}", where no browser can be found.`);
    }
    return named;
  }
  const installed = locate();
  if (installed !== undefined) {
    return installed;
  }
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium (apt-get install chromium) ...');
    await runTool('apt-get', ['update'], '/');
    await runTool('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], '/');
    const fresh = locate();
    if (fresh !== undefined) {
      return fresh;
    }
  }
  throw new Error(
    'The VS Code server needs a browser: install Chromium or Google Chrome, or name one with CHROMIUM_PATH.',
  );
}

function locate(): string | undefined {
  const names =
    process.platform === 'win32'
      ? ['chrome.exe', 'msedge.exe']
      : ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  return [...pathsOf(names), ...usualPlaces()].find(existsSync);
}

function usualPlaces(): string[] {
  switch (process.platform) {
    case 'darwin':
      return [
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ];
    case 'win32':
      return [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA]
        .filter(folder => folder !== undefined)
        .flatMap(folder => [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Chromium', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]);
    default:
      return ['/snap/bin/chromium', '/opt/google/chrome/chrome'];
  }
}
