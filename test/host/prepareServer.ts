import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptServer } from './adaptServer.ts';
import { runTool } from './childProcess.ts';
import { cacheFolder } from './paths.ts';
import { codeServerVersion } from './versions.ts';

/** A VS Code server on disk, ready to be started. */
export interface ServerInstallation {
  /** The folder that holds out/server-main.js. */
  readonly folder: string;
}

/**
 * The VS Code server from npm's code-server, prepared in the cache folder at the first call.
 *
 * Needs npm's registry and nothing else: no VS Code download, no compiler.
 *
 * @throws Error with npm's output when the package can't be fetched or its dependencies can't be installed.
 */
export async function prepareServer(): Promise<ServerInstallation> {
  const home = join(cacheFolder, `vscode-server-${codeServerVersion}-${process.platform}-${process.arch}`);
  const installation = { folder: join(home, 'package', 'lib', 'vscode') };
  if (await isReady(home)) {
    // Again, because what is adapted may have changed since this server was prepared.
    await adaptServer(installation.folder);
    return installation;
  }
  console.log(`Preparing the VS Code server (code-server ${codeServerVersion}, once, about 50 MB):`);
  await mkdir(cacheFolder, { recursive: true });
  // Everything happens beside the final place and is moved there at the end, so that neither an interrupted
  // preparation nor a second one at the same time can leave a half-made server behind.
  const draft = await mkdtemp(join(cacheFolder, 'preparing-'));
  try {
    console.log('  fetching the package from npm ...');
    await runTool('npm', ['pack', `code-server@${codeServerVersion}`, '--silent'], draft);
    console.log('  unpacking ...');
    await runTool('tar', ['-xzf', `code-server-${codeServerVersion}.tgz`], draft);
    await rm(join(draft, `code-server-${codeServerVersion}.tgz`));
    console.log('  installing what it depends on ...');
    // `npm ci` fails here: the package's lock file is out of step with its package.json.
    const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await runTool('npm', install, join(draft, 'package', 'lib', 'vscode'));
    await adaptServer(join(draft, 'package', 'lib', 'vscode'));
    await writeFile(join(draft, 'ready'), codeServerVersion);
    await putInPlace(draft, home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  console.log('  done.');
  return installation;
}

async function isReady(home: string): Promise<boolean> {
  const marker = join(home, 'ready');
  return existsSync(marker) && (await readFile(marker, 'utf8')) === codeServerVersion;
}

async function putInPlace(draft: string, home: string): Promise<void> {
  if (await isReady(home)) {
    return;
  }
  await rm(home, { recursive: true, force: true });
  try {
    await rename(draft, home);
  } catch (error) {
    // Another process was faster; its result is as good as ours.
    if (!(await isReady(home))) {
      throw error;
    }
  }
}
