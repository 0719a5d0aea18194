// Packages the extension, looks at what is in the package, installs it into a clean VS Code, and tries it there.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../host/childProcess.ts';
import { findHost } from '../host/findHost.ts';
import { installExtension } from '../host/installExtension.ts';
import { repoRoot } from '../host/paths.ts';
import { runSuiteInHost } from '../host/runSuite.ts';
import { stageExtension } from '../host/stage.ts';
import { temporaryFolder } from '../host/temporaryFolder.ts';
import { endStage, sum } from '../runner/counts.ts';
import { runMocha } from '../runner/mochaRun.ts';
import { printEvent } from '../vscode/harness/printEvent.ts';
import { packagePath } from './packagePath.ts';

rmSync(packagePath, { force: true });
console.log(await runTool('npm', ['run', '--silent', 'package'], repoRoot));
const contents = await runMocha({ spec: 'test/smoke/packaged.test.ts', timeout: 60_000 });

const host = await findHost();
const { suites } = await stageExtension('smoke');
const root = temporaryFolder('mcp-keyring-smoke').path;
const extensionsDir = join(root, 'extensions');
console.log(installExtension(host, packagePath, { dataDir: join(root, 'data'), extensionsDir }).trim());
const installed = await runSuiteInHost(host, {
  name: 'smoke',
  bundle: join(suites, 'smoke.cjs'),
  extensionPaths: [join(repoRoot, 'test', 'smoke', 'host')],
  extensionsDir,
  onEvent: event => printEvent('smoke', event),
});
for (const { title, message, stack } of installed.failures) {
  console.log(`\n✗ smoke: ${title}\n${stack ?? message}`);
}
endStage(sum([contents, installed]));
