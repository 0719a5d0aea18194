import assert from 'node:assert/strict';
import { curlHeaders, looksLikeCurl } from '../../../../src/core/jwt/curl.ts';

describe('cURL command lines', () => {
  it('knows the quotes of shells', () => {
    const headers = curlHeaders(
      `curl -H'A: 1' -H "B: \\"2\\" \\\\" --header C:\\ 3 --header='D: it'\\''s' -H $'E: tab\\there' --url 'https://x.example'`,
    );
    assert.deepEqual(headers, [
      { name: 'A', value: '1' },
      { name: 'B', value: '"2" \\' },
      { name: 'C', value: '3' },
      { name: 'D', value: "it's" },
      { name: 'E', value: 'tab\there' },
    ]);
  });

  it('puts lines together and takes cURL’s own option for what it sends', () => {
    for (const lineEnd of [' \\\n  ', ' ^\r\n  ', ' `\n']) {
      assert.deepEqual(curlHeaders(`curl "https://x.example"${lineEnd}-H "A: 1"`), [{ name: 'A', value: '1' }]);
    }
    assert.deepEqual(curlHeaders('curl --oauth2-bearer demo https://x.example'), [
      { name: 'Authorization', value: 'Bearer demo' },
    ]);
  });

  it('is quick with quotes that nobody closes', () => {
    const start = performance.now();
    curlHeaders("curl '".repeat(40_000));
    assert.ok(performance.now() - start < 1500);
  });

  it('knows a command by its first word', () => {
    assert.ok(['curl x', '$ curl x', '  curl.exe -s', 'CURL x'].every(looksLikeCurl));
    assert.ok(!['curly x', 'a curl x', 'curl'].some(looksLikeCurl));
  });
});
