import { join } from 'node:path';
import { cleanEnvironment, startTree, stopTree } from './childProcess.ts';
import type { DesktopInstallation } from './findDesktop.ts';
import type { PreparedSuite, SuiteHost } from './runSuite.ts';
import { writeUserSettings } from './serverHost.ts';

/**
 * Opens a suite in a desktop VS Code.
 *
 * Not with test-electron's `runTests`: it always turns workspace trust off, and can't be stopped when it hangs.
 */
export async function runInDesktop({ executable }: DesktopInstallation, suite: PreparedSuite): Promise<SuiteHost> {
  await writeUserSettings(join(suite.dataDir, 'User'), suite.settings);
  const child = startTree(
    executable,
    [
      suite.opens,
      ...suite.extensionPaths.map(path => `--extensionDevelopmentPath=${path}`),
      `--extensionTestsPath=${suite.tests[0]}`,
      `--user-data-dir=${suite.dataDir}`,
      `--extensions-dir=${suite.extensionsDir}`,
      ...['--new-window', '--skip-welcome', '--skip-release-notes', '--disable-updates', '--disable-telemetry'],
      // Root can't have Chromium's sandbox, and build machines often have no GPU.
      ...['--no-sandbox', '--disable-gpu-sandbox', '--no-cached-data'],
      ...(suite.options?.profile === undefined ? [] : [`--profile=${suite.options.profile}`]),
      ...(suite.options?.logLevel === undefined ? [] : [`--log=${suite.options.logLevel}`]),
      ...(suite.options?.trust === false ? [] : ['--disable-workspace-trust']),
    ],
    { env: cleanEnvironment({ ...suite.env }) },
  );
  let output = '';
  const keep = (data: Buffer) => {
    output += data.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const done = new Promise<string | undefined>(resolve => {
    child.once('error', error => resolve(`VS Code can't be started: ${error.message}`));
    // The exit code says whether tests failed, which the results tell in detail.
    child.once('exit', (_code, signal) => resolve(signal === null ? undefined : `VS Code was ended by ${signal}`));
  });
  return {
    windows: [{ done, screenshot: async () => undefined }],
    logs: () => output,
    stop: () => stopTree(child),
  };
}
