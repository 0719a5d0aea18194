import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { cleanEnvironment } from './childProcess.ts';
import type { Host } from './findHost.ts';
import { nodeForServer } from './serverHost.ts';

/**
 * Installs a packaged extension, as `code --install-extension` does.
 *
 * @returns What VS Code said.
 * @throws Error with what it said when it refuses.
 */
export function installExtension(
  host: Host,
  vsix: string,
  folders: { readonly dataDir: string; readonly extensionsDir: string },
): string {
  const install = ['--extensions-dir', folders.extensionsDir, '--install-extension', vsix];
  if (host.kind === 'server') {
    const server = join(host.folder, 'out', 'server-main.js');
    const args = [server, '--accept-server-license-terms', '--server-data-dir', folders.dataDir, ...install];
    return execFileSync(nodeForServer(), args, { cwd: host.folder, env: cleanEnvironment(), encoding: 'utf8' });
  }
  const [cli, ...before] = resolveCliArgsFromVSCodeExecutablePath(host.executable, { reuseMachineInstall: true });
  if (cli === undefined) {
    throw new Error(`There is no command line beside ${host.executable}.`);
  }
  const args = [...before, '--user-data-dir', folders.dataDir, ...install];
  // On Windows it's a .cmd file, which only a shell can start.
  const shell = process.platform === 'win32';
  return execFileSync(cli, args, { env: cleanEnvironment(), encoding: 'utf8', shell });
}
