// Builds what ships (dist/) and, with --tests, what runs inside VS Code for the suites (dist/test/).
//
//   node esbuild.mjs               the extension, with source maps
//   node esbuild.mjs --production  the extension, minified, without source maps
//   node esbuild.mjs --tests       the extension and the bundles of test/vscode (--tests=NAME: of one suite)
//   node esbuild.mjs --watch       rebuilds on change
//   --outdir=<folder>              builds there instead of dist/
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as esbuild from 'esbuild';

const has = flag => process.argv.includes(flag);
const production = has('--production');
const optionOf = flag => process.argv.find(argument => argument.startsWith(`${flag}=`))?.slice(flag.length + 1);
const out = optionOf('--outdir') ?? 'dist';
const onlySuite = optionOf('--tests');

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

/**
 * What esbuild writes for the exports of a module that becomes CommonJS is half a kilobyte for each chunk, and there are dozens
 * that VS Code loads to activate the extension. Getters say the same: chunks never require each other in circles, since
 * modules that do are in one chunk.
 *
 * @param {string} text of a chunk as esbuild writes it, with one list of exports at its end
 */
function withGetters(text) {
  return text.replace(/\bexport\s*\{([^{}]*)\};?(?=\s*(?:\/\/# sourceMappingURL=\S*\s*)?$)/, (_, list) => {
    const getters = list
      .split(',')
      .map(item => item.trim().split(' as '))
      .map(([local, exported = local]) => `get ${exported}() { return ${local}; }`);
    return `module.exports = { ${getters.join(', ')} };`;
  });
}

/**
 * esbuild splits code only for ES modules, and VS Code loads extensions as CommonJS everywhere. So the chunks are built as
 * modules and then each is turned into CommonJS, where a dynamic import is a late `require`.
 *
 * @type {esbuild.Plugin}
 */
const commonJsChunks = {
  name: 'commonjs-chunks',
  setup(build) {
    build.onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const { code, map } = await esbuild.transform(withGetters(text), {
          format: 'cjs',
          platform: 'node',
          target: node.target,
          supported: { 'dynamic-import': false },
          minify: production,
          sourcemap: production ? false : 'external',
          sourcefile: path,
          logLevel: 'warning',
          logOverride: { 'commonjs-variable-in-esm': 'silent' },
        });
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, production ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
        if (map) {
          writeFileSync(`${path}.map`, map);
        }
      }
    });
  },
};

/** @type {esbuild.BuildOptions} */
const extension = {
  ...node,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  write: false,
  // The MCP client brings a validator of JSON schemas of 150 kB that is never asked for anything.
  alias: { '@modelcontextprotocol/client/_shims': './src/core/connection/clientShims.ts' },
  // The second step reads it from the text.
  sourcemap: production ? false : 'inline',
  plugins: [commonJsChunks],
};

/**
 * What webviews load, each a script and its styles. They run in Chromium, and none of it in the extension.
 *
 * @type {esbuild.BuildOptions}
 */
const webview = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
  entryPoints: [
    { in: 'src/features/testConnection/webview/main.ts', out: 'connectionReport' },
    { in: 'src/features/testConnection/webview/style.css', out: 'connectionReport' },
    { in: 'src/features/tokenDetails/webview/main.ts', out: 'tokenDetails' },
    { in: 'src/features/tokenDetails/webview/style.css', out: 'tokenDetails' },
    { in: 'src/features/compareRoles/webview/main.ts', out: 'roleMatrix' },
    { in: 'src/features/compareRoles/webview/style.css', out: 'roleMatrix' },
  ],
};

/** @type {esbuild.BuildOptions[]} */
const builds = [
  { ...extension, entryPoints: { extension: 'src/extension.ts' }, outdir: out },
  { ...webview, outdir: `${out}/webview` },
];

if (has('--tests') || onlySuite) {
  // One bundle a suite: the folder test/vscode/<suite>/ with an index.ts that exports run(), the smoke suite,
  // which runs with the packaged extension, and the benchmarks.
  const suites = readdirSync('test/vscode', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(`test/vscode/${entry.name}/index.ts`))
    .map(entry => [entry.name, `test/vscode/${entry.name}/index.ts`])
    .concat([
      ['smoke', 'test/smoke/index.ts'],
      ['bench', 'test/bench/host/index.ts'],
      ['leakcheck', 'test/leakcheck/host/index.ts'],
    ])
    .filter(([name]) => onlySuite === undefined || name === onlySuite);
  // mocha stays outside: it is loaded from node_modules, and the suites never leave the checkout.
  const external = [...node.external, 'mocha'];
  builds.push({ ...node, external, entryPoints: Object.fromEntries(suites), outdir: `${out}/test` });
}

rmSync(out, { recursive: true, force: true });
if (has('--watch')) {
  const contexts = await Promise.all(builds.map(options => esbuild.context({ ...options, logLevel: 'info' })));
  await Promise.all(contexts.map(context => context.watch()));
} else {
  await Promise.all(builds.map(options => esbuild.build(options)));
}
