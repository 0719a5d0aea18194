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
 * Which file a chunk goes into when it ships. There are more than a hundred, mostly of a few kilobytes: one by one they fill a
 * quarter of the package with what a zip file says of each of its entries. What few sessions need stays apart.
 *
 * @param {string[]} inputs the source files in the chunk
 */
function packOf(inputs) {
  if (inputs.some(input => input.includes('node_modules/@modelcontextprotocol/'))) {
    return 'connection';
  }
  const all = pattern => inputs.length > 0 && inputs.every(input => pattern.test(input));
  return all(/oauth/i) ? 'oauth' : 'late';
}

/**
 * Puts all chunks into a few files: those that activation needs into `extension.cjs`, the others into one for each pack, which
 * is read when one of its chunks is asked for. What is in a chunk runs when it is asked for first, as before. Chunks go by
 * numbers, since their names are hashes, which no zip makes smaller.
 *
 * @param {Map<string, string>} chunks from path to the code as CommonJS
 * @param {esbuild.Metafile} metafile
 * @returns {Map<string, string>} the files to write
 */
function packed(chunks, { outputs }) {
  const entry = 'extension.cjs';
  const infoOf = new Map(Object.entries(outputs).map(([path, info]) => [basename(path), info]));
  const eager = new Set([entry]);
  for (const name of eager) {
    for (const { path, kind, external } of infoOf.get(name)?.imports ?? []) {
      if (kind === 'import-statement' && !external) {
        eager.add(basename(path));
      }
    }
  }
  const packs = new Map([['extension', [...eager]]]);
  for (const [name, { inputs }] of infoOf) {
    if (!eager.has(name)) {
      const pack = packOf(Object.keys(inputs));
      packs.set(pack, [...(packs.get(pack) ?? []), name]);
    }
  }
  const numbers = new Map([...packs.values()].flat().map((name, number) => [name, number]));
  const codeOf = new Map([...chunks].map(([path, code]) => [basename(path), code]));
  const functionsOf = names =>
    names.map(name => {
      const code = codeOf
        .get(name)
        .replace(/\brequire\("\.\/(?:chunks\/)?([\w-]+\.cjs)"\)/g, (_, other) => `load(${numbers.get(other)})`);
      return `${numbers.get(name)}:(module,exports,load)=>{${code}}`;
    });
  const files = new Map();
  const cases = [];
  for (const [pack, names] of packs) {
    if (pack !== 'extension') {
      cases.push(...names.map(name => `${numbers.get(name)}:"${pack}"`));
      files.set(`${out}/chunks/${pack}.cjs`, `module.exports={${functionsOf(names).join(',\n')}};`);
    }
  }
  const load = [
    'const loaded={},load=number=>{let module=loaded[number];if(!module){',
    'if(!chunks[number])Object.assign(chunks,require(`./chunks/${packs[number]}.cjs`));',
    'module=loaded[number]={exports:{}};chunks[number](module,module.exports,load)}return module.exports};',
  ].join('');
  files.set(
    `${out}/${entry}`,
    `const chunks={${functionsOf(packs.get('extension')).join(',\n')}},packs={${cases}};${load}module.exports=load(0);`,
  );
  return files;
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
    build.onEnd(async ({ outputFiles = [], metafile }) => {
      const chunks = new Map();
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
        chunks.set(path, production ? code.trimEnd() : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
        if (map) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(`${path}.map`, map);
        }
      }
      // Only what ships is packed: in a debugger, a chunk beside its source map is easier to read.
      for (const [path, code] of production && metafile ? packed(chunks, metafile) : chunks) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, code);
      }
    });
  },
};

/**
 * The MCP client imports all of jose for OAuth of its own, which it is never asked for: the broker gives it its header. What
 * the extension itself needs of jose is a third of that.
 *
 * @type {esbuild.Plugin}
 */
const clientWithoutJose = {
  name: 'client-without-jose',
  setup(build) {
    build.onResolve({ filter: /^jose$/ }, ({ path, importer }) =>
      /[\\/]@modelcontextprotocol[\\/]/.test(importer) ? { path, namespace: 'without' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'without' }, ({ path }) => ({
      contents: `throw new Error("${path} is not in this bundle.");`,
    }));
  },
};

/** @type {esbuild.BuildOptions} */
const extension = {
  ...node,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  write: false,
  metafile: true,
  // The MCP client brings a validator of JSON schemas of 150 kB that is never asked for anything.
  alias: { '@modelcontextprotocol/client/_shims': './src/core/connection/clientShims.ts' },
  // The second step reads it from the text.
  sourcemap: production ? false : 'inline',
  plugins: [clientWithoutJose, commonJsChunks],
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
