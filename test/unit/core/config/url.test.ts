// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import {
  canonicalUrl,
  isLoopback,
  meantUrl,
  readUrl,
  shownUrl,
  transportSecurity,
} from '../../../../src/core/config/url.ts';
import { fail, ok } from '../../../../src/core/result.ts';

describe('canonicalUrl', () => {
  for (const [text, canonical] of [
    ['https://Example.COM/MCP', 'https://example.com/MCP'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com:443/mcp', 'https://example.com/mcp'],
    ['http://example.com:80/mcp', 'http://example.com/mcp'],
    ['http://example.com:443/mcp', 'http://example.com:443/mcp'],
    ['https://example.com:8443/mcp/', 'https://example.com:8443/mcp/'],
    ['HTTPS://example.com/a/../b/./c', 'https://example.com/b/c'],
    ['https://user:secret@example.com/mcp?key=secret#part', 'https://example.com/mcp'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['http://127.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
    ['http://0x7f000001/', 'http://127.0.0.1/'],
    ['http://[0:0::1]:80/mcp', 'http://[::1]/mcp'],
    ['https://good.example@evil.example/', 'https://evil.example/'],
  ] as const) {
    it(`${text} -> ${canonical}`, () => {
      deepStrictEqual(canonicalUrl(text), ok(canonical));
      deepStrictEqual(canonicalUrl(canonical), ok(canonical));
    });
  }

  for (const [text, problem] of [
    ['', 'empty'],
    [' ', 'blank'],
    ['https://example.com/mcp ', 'blank'],
    [' https://example.com/mcp', 'blank'],
    ['https://example.com/m cp', 'blank'],
    ['https://exam\tple.com/', 'blank'],
    ['https://example.com/\n', 'blank'],
    ['https://example.com/\0', 'blank'],
    ['https://example.com/\u00a0', 'blank'],
    ['${input:url}', 'unresolved'],
    ['https://${env:HOST}/mcp', 'unresolved'],
    ['https://example.com/mcp?key=${input:key}', 'unresolved'],
    ['example.com/mcp', 'invalid'],
    ['/mcp', 'invalid'],
    ['https://', 'invalid'],
    ['https://example.com:99999/', 'invalid'],
    ['http://127.0.0.256/', 'invalid'],
    // Which host is meant depends on who reads it.
    ['https://evil.example%2F@good.example/mcp', 'invalid'],
    ['https://evil.example%5c@good.example/mcp', 'invalid'],
    ['https://u:x%40evil.example%3Fy@good.example/mcp', 'invalid'],
    ['https://x%40evil.example:443%23@good.example/mcp', 'invalid'],
    ['https://evil.example%252F@good.example/mcp', 'invalid'],
    ['https://good.example\\x@evil.example/../mcp', 'invalid'],
    ['ftp://example.com/', 'not-http'],
    ['file:///etc/passwd', 'not-http'],
    ['ws://example.com/', 'not-http'],
    ['unix:///var/run/mcp.sock', 'not-http'],
    ['javascript:alert(1)', 'not-http'],
    ['localhost:3000/mcp', 'not-http'],
  ] as const) {
    it(`${JSON.stringify(text)} is ${problem}`, () => deepStrictEqual(canonicalUrl(text), fail(problem)));
  }

  it('says what it leaves out', () => {
    deepStrictEqual(
      readUrl('https://u@Example.com:8443/mcp?a=b#c'),
      ok({
        canonical: 'https://example.com:8443/mcp',
        host: 'example.com',
        security: 'https',
        hasUserInfo: true,
        hasQuery: true,
        hasFragment: true,
      }),
    );
    deepStrictEqual(
      readUrl('https://:p@example.com/?'),
      ok({
        canonical: 'https://example.com/',
        host: 'example.com',
        security: 'https',
        hasUserInfo: true,
        hasQuery: false,
        hasFragment: false,
      }),
    );
  });
});

it('meantUrl shows the host that a URL means', () => {
  strictEqual(meantUrl('https://good.example@evil.example/mcp?key=x'), 'https://evil.example/mcp');
  strictEqual(meantUrl('https://\u0435xample.com/mcp'), 'https://xn--xample-2of.com/mcp');
  strictEqual(meantUrl('https://a@${host}/mcp?key=x'), 'https://…@${host}/mcp');
});

describe('shownUrl', () => {
  for (const [text, expected] of [
    ['https://example.com/mcp', 'https://example.com/mcp'],
    ['https://example.com/a@b', 'https://example.com/a@b'],
    ['https://u:p%2Fs@example.com/mcp?key=k#f', 'https://…@example.com/mcp'],
    ['https://p@ss@example.com?key=a@b', 'https://…@example.com'],
    ['//u:p@example.com', '//…@example.com'],
    ['no url', 'no url'],
  ] as const) {
    it(`${text} is shown as ${expected}`, () => strictEqual(shownUrl(text), expected));
  }
});

describe('transportSecurity', () => {
  for (const [text, expected] of [
    ['https://example.com/mcp', 'https'],
    ['https://localhost/mcp', 'https'],
    ['http://localhost:3000/mcp', 'loopback'],
    ['http://LOCALHOST/mcp', 'loopback'],
    ['http://app.localhost/mcp', 'loopback'],
    ['http://127.0.0.1/', 'loopback'],
    ['http://127.255.255.254/', 'loopback'],
    ['http://127.1/', 'loopback'],
    ['http://2130706433/', 'loopback'],
    ['http://0177.0.0.1/', 'loopback'],
    ['http://[::1]:3000/', 'loopback'],
    ['http://127.0.0.1.evil.com/', 'insecure'],
    ['http://localhost.evil.com/', 'insecure'],
    ['http://notlocalhost/', 'insecure'],
    ['http://evil.com/localhost', 'insecure'],
    ['http://localhost@evil.com/', 'insecure'],
    ['http://127.0.0.1@evil.com/', 'insecure'],
    ['http://[::2]/', 'insecure'],
    ['http://0.0.0.0/', 'insecure'],
    ['http://192.168.0.1/', 'insecure'],
    ['http://128.0.0.1/', 'insecure'],
    ['${input:url}', 'insecure'],
    ['', 'insecure'],
  ] as const) {
    it(`${text} is ${expected}`, () => strictEqual(transportSecurity(text), expected));
  }

  it('isLoopback looks at the host, whatever the scheme', () => {
    strictEqual(isLoopback('https://localhost/'), true);
    strictEqual(isLoopback('https://example.com/'), false);
    strictEqual(isLoopback('no url'), false);
  });
});
