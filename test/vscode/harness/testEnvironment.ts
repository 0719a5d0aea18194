import { type TestEnvironment, testEnvironmentVariable } from '../../host/suiteProtocol.ts';

/**
 * What the runner told this suite: where its workspace, VS Code's data and the browser's profile are.
 *
 * @throws Error when the suite wasn't started by the runner.
 */
export function testEnvironment(): TestEnvironment {
  const json = process.env[testEnvironmentVariable];
  if (json === undefined) {
    throw new Error(`${testEnvironmentVariable} is not set: start suites with "npm run test:vscode".`);
  }
  return JSON.parse(json) as TestEnvironment;
}
