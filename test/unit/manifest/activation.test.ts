import assert from 'node:assert/strict';
import { build, type Metafile } from 'esbuild';

/** An output with all that it imports at once; what it imports when it is needed is not among it. */
function loadedWith(metafile: Metafile, path: string, found = new Set<string>()): ReadonlySet<string> {
  if (!found.has(path)) {
    found.add(path);
    for (const { path: other, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) {
        loadedWith(metafile, other, found);
      }
    }
  }
  return found;
}

describe('what activation loads', function () {
  this.timeout(20_000);
  let metafile: Metafile;

  before(async () => {
    ({ metafile } = await build({
      entryPoints: ['src/extension.ts'],
      outdir: 'dist',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      external: ['vscode'],
      minify: true,
      metafile: true,
      write: false,
    }));
  });

  /** The inputs of an output and of all that is loaded with it, with the bytes that each of them has there. */
  function inputsOf(outputs: Iterable<string>): Map<string, number> {
    const inputs = new Map<string, number>();
    for (const path of outputs) {
      for (const [input, { bytesInOutput }] of Object.entries(metafile.outputs[path]?.inputs ?? {})) {
        if (bytesInOutput > 0) {
          inputs.set(input, bytesInOutput);
        }
      }
    }
    return inputs;
  }

  const entry = 'dist/extension.js';

  it('is nothing of OAuth but the times of a grant', () => {
    const eager = [...inputsOf(loadedWith(metafile, entry)).keys()];
    assert(eager.includes('src/extension.ts') && eager.includes('src/core/credentials/vault.ts'));
    assert.deepEqual(
      eager.filter(path => /oauth/i.test(path)),
      ['src/core/oauth/grant.ts'],
    );
    assert.deepEqual(
      eager.filter(path => /node_modules\/(jose|oauth4webapi|@modelcontextprotocol)\//.test(path)),
      [],
    );
  });

  it('leaves all that a renewal takes to a chunk of its own, below 45 kB', () => {
    const eager = loadedWith(metafile, entry);
    const [chunk] =
      Object.entries(metafile.outputs).find(
        ([, { entryPoint }]) => entryPoint === 'src/platform/oauth/tokenSources.ts',
      ) ?? [];
    assert(chunk);
    const late = [...loadedWith(metafile, chunk)].filter(path => !eager.has(path));
    const inputs = inputsOf(late);
    assert([...inputs.keys()].some(path => path.includes('node_modules/oauth4webapi/')));
    const bytes = late.reduce((sum, path) => sum + (metafile.outputs[path]?.bytes ?? 0), 0);
    assert(bytes < 45_000, `${bytes} bytes`);
  });
});
