import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { repoRoot } from '../../../host/paths.ts';

describe('what the main bundle takes from core/jwt', () => {
  it('comes without jose, which is loaded when something is signed or verified', async function () {
    this.timeout(20_000);
    const files = [
      ...['jwt/algorithms', 'jwt/audience', 'jwt/base64url', 'jwt/claims', 'jwt/curl', 'jwt/decode', 'jwt/discovery'],
      ...['jwt/fetchJson', 'jwt/headerValue', 'jwt/keyMaterial', 'jwt/presets', 'jwt/secrets'],
      ...['jwt/tokenFindings', 'jwt/verifierProfiles', 'credentials/codec', 'credentials/types'],
    ];
    const { metafile } = await build({
      entryPoints: files.map(file => `src/core/${file}.ts`),
      absWorkingDir: repoRoot,
      outdir: 'nowhere',
      bundle: true,
      format: 'esm',
      write: false,
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs);
    assert.deepEqual(
      inputs.filter(path => !path.startsWith('src/core/')),
      [],
    );
  });
});
