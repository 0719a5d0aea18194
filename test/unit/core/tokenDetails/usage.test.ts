import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { usageExamples } from '../../../../src/core/tokenDetails/usage.ts';

const token = 'demo-token-not-a-secret';

/** What curl would get from the example when the shell asks for the token and gets it. */
function curlArguments(url: string, header: { readonly name: string; readonly scheme: string }): string[] {
  const text = usageExamples(url, header).find(({ id }) => id === 'posix')?.text ?? '';
  assert.ok(!text.includes(token));
  const script = `curl() { printf '%s\\0' "$@"; }\n${text}\n`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { input: `${token}\n`, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout
    .replace(/^Token: /, '')
    .split('\0')
    .slice(0, -1);
}

describe('usage examples', () => {
  it('send the header with the token that the shell asks for', function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const args = curlArguments('https://example.com/mcp', { name: 'Authorization', scheme: 'Bearer' });
    assert.equal(args[0], 'https://example.com/mcp');
    assert.ok(args.includes(`Authorization: Bearer ${token}`));
    assert.equal((JSON.parse(args.at(-1) ?? '') as { method: string }).method, 'initialize');
  });

  it('can be pasted whatever stands in the URL and the header', function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const url = "https://example.com/it's/$(touch+x)/`id`/\\/!!;&|";
    const args = curlArguments(url, { name: "X-$HOME`id`!'", scheme: '' });
    assert.equal(args[0], url);
    assert.ok(args.includes(`X-$HOME\`id\`!': ${token}`));
    assert.equal(args.length, 9);
  });

  it('quote for PowerShell, typographic quotes too', () => {
    const text = usageExamples('https://example.com/a’b', { name: "X-'Key", scheme: '' })[1]?.text ?? '';
    assert.ok(text.includes("-Uri 'https://example.com/a’’b'"));
    assert.ok(text.includes("@{ 'X-''Key' = '' + (Read-Host -MaskInput 'Token')"));
  });
});
