// Builds what ships (dist/) and, with --tests, what runs inside VS Code for the suites (dist/test/).
//
//   node esbuild.mjs               the extension, with source maps
//   node esbuild.mjs --production  the extension, minified, without source maps
//   node esbuild.mjs --tests       the extension and the bundles of test/vscode
//   node esbuild.mjs --watch       rebuilds on change
import { existsSync, readdirSync, rmSync } from 'node:fs';
import * as esbuild from 'esbuild';

const has = flag => process.argv.includes(flag);
const production = has('--production');

/** @type {esbuild.BuildOptions} */
const node = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // jsonc-parser's `main` is UMD, whose inner `require` calls esbuild can't follow.
  mainFields: ['module', 'main'],
  external: ['vscode'],
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
};

/** @type {esbuild.BuildOptions[]} */
const builds = [{ ...node, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist' }];

if (has('--tests')) {
  // One bundle a suite: the folder test/vscode/<suite>/ with an index.ts that exports run().
  const suites = readdirSync('test/vscode', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(`test/vscode/${entry.name}/index.ts`))
    .map(entry => [entry.name, `test/vscode/${entry.name}/index.ts`]);
  builds.push({ ...node, entryPoints: Object.fromEntries(suites), outdir: 'dist/test' });
}

rmSync('dist', { recursive: true, force: true });
if (has('--watch')) {
  const contexts = await Promise.all(builds.map(options => esbuild.context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all(builds.map(options => esbuild.build(options)));
}
