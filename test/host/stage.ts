import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runTool } from './childProcess.ts';
import { cacheFolder, repoRoot } from './paths.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A copy of the extension for one run of tests. */
export interface StagedExtension {
  /** The folder with package.json; VS Code loads the extension from here. */
  readonly path: string;
  /** Where the bundles of the suites are, each as `<suite>.cjs`. */
  readonly suites: string;
}

/**
 * Builds the extension and the suites into a folder of their own, so that a build at the same time, such as a
 * watch in the editor, can't pull files away from under a running test. Removed when this process ends.
 *
 * @param suites Which suites are built: the one of this name, `all`, or `none`.
 * @param production Whether the extension is built as it ships, minified.
 * @throws Error with esbuild's messages when something doesn't compile.
 */
export async function stageExtension(suites: string, production = false): Promise<StagedExtension> {
  mkdirSync(cacheFolder, { recursive: true });
  // Below the checkout: the bundles of the suites find mocha in its node_modules.
  const { path } = temporaryFolder('stage', cacheFolder);
  const tests = suites === 'none' ? [] : [suites === 'all' ? '--tests' : `--tests=${suites}`];
  await runTool(
    process.execPath,
    ['esbuild.mjs', ...tests, ...(production ? ['--production'] : []), `--outdir=${join(path, 'dist')}`],
    repoRoot,
  );
  const manifestFiles = readdirSync(repoRoot).filter(name => /^package(\.nls.*)?\.json$|^[A-Z]+\.md$/.test(name));
  for (const name of [...manifestFiles, 'l10n', 'media']) {
    const source = join(repoRoot, name);
    if (existsSync(source)) {
      cpSync(source, join(path, basename(name)), { recursive: true });
    }
  }
  return { path, suites: join(path, 'dist', 'test') };
}
