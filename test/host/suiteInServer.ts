import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './chromium.ts';
import type { ServerInstallation } from './prepareServer.ts';
import type { PreparedSuite, SuiteHost, SuiteWindow } from './runSuite.ts';
import { type ServerHost, startServerHost, writeUserSettings } from './serverHost.ts';
import { shareKeyring } from './sharedKeyring.ts';

/** Opens a suite in the VS Code server and a headless Chromium. */
export async function runInServer(installation: ServerInstallation, suite: PreparedSuite): Promise<SuiteHost> {
  const { trust, locale, logLevel } = suite.options ?? {};
  const server = await startServerHost(installation, {
    dataDir: suite.dataDir,
    extensionsDir: suite.extensionsDir,
    settings: suite.settings,
    env: suite.env,
    automated: true,
    ...(trust === undefined ? {} : { trust }),
    ...(locale === undefined ? {} : { locale }),
    ...(logLevel === undefined ? {} : { logLevel }),
  });
  let browser: BrowserContext | undefined;
  const lines: string[] = [];
  try {
    browser = await openBrowser({ profileDir: suite.profileDir });
    if (suite.tests.length > 1) {
      await shareKeyring(browser);
    }
    const windows: SuiteWindow[] = [];
    for (const tests of suite.tests) {
      const page = browser.pages()[windows.length] ?? (await browser.newPage());
      windows.push(await openPage(server, page, suite, tests, line => lines.push(line)));
    }
    const context = browser;
    return {
      windows,
      logs: () => `${lines.join('\n')}\n\n--- the server ---\n${server.logs()}`,
      stop: async () => {
        await context.close().catch(() => {});
        await server.stop();
      },
    };
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

async function openPage(
  server: ServerHost,
  page: Page,
  suite: PreparedSuite,
  tests: string,
  print: (line: string) => void,
): Promise<SuiteWindow> {
  page.on('console', message => print(`[${message.type()}] ${message.text()}`));
  page.on('pageerror', error => print(`[uncaught] ${error.stack ?? error.message}`));
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    print(`[tests ${type}] ${args.map(String).join(' ')}`);
  });
  const exited = new Promise<undefined>((resolve, reject) => {
    // The workbench calls this when the `run()` of the bundle has settled, or when it couldn't be loaded.
    page.exposeFunction('codeAutomationExit', () => resolve(undefined)).catch(reject);
  });
  const crashed = new Promise<string>(resolve => {
    page.once('crash', () => resolve('The page crashed'));
    page.once('close', () => resolve('The page was closed'));
  });
  if (suite.options?.profile !== undefined) {
    await addProfile(page, suite, suite.options.profile);
  }
  const serverEnded = server.ended.then(() => 'The VS Code server died');
  await page.goto(
    server.url({
      workspace: suite.opens,
      extensionPaths: suite.extensionPaths,
      testsPath: tests,
      profile: suite.options?.profile,
    }),
    { waitUntil: 'commit' },
  );
  return {
    done: Promise.race([exited, crashed, serverEnded]),
    screenshot: () => page.screenshot({ timeout: 5000 }).catch(() => undefined),
  };
}

/**
 * Gives the window a user profile. A page that is told a profile's name would make it, but this version does so before it
 * can write files: so it finds it made, with the settings of the run.
 */
async function addProfile(page: Page, suite: PreparedSuite, name: string): Promise<void> {
  const folder = join(suite.dataDir, 'data', 'User', 'profiles', 'test-profile');
  await writeUserSettings(folder, suite.settings);
  // As VS Code writes it: what is on the server has the server's address in it.
  const location = `{ $mid: 1, scheme: 'vscode-remote', authority: location.host, path: ${JSON.stringify(folder)} }`;
  const profiles = `[{ name: ${JSON.stringify(name)}, location: ${location} }]`;
  await page.addInitScript({ content: `localStorage.setItem('userDataProfiles', JSON.stringify(${profiles}))` });
}
