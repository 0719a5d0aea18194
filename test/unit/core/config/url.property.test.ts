import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readUrl } from '../../../../src/core/config/url.ts';

const runs = Number(process.env.MCP_KEYRING_CASES ?? 2000);

/** Pieces of which URLs are made that are nearly simple: the short cut must agree with the URL standard on each. */
const host = fc
  .array(
    fc.constantFrom(
      'example',
      'a-b',
      'a-',
      '-a',
      'xn--e1afmkfd',
      'com',
      '127',
      '0x7f',
      '1a',
      'localhost',
      'EXAMPLE',
      'a_b',
      'é',
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map(labels => labels.join('.'));
const path = fc
  .array(
    fc.constantFrom('', 'mcp', '.', '..', '.well-known', 'v1.2', '~me', '%41', '%2e', 'a b', 'ä', "a'b", 'a;b', '_'),
    { maxLength: 4 },
  )
  .map(segments => segments.map(segment => `/${segment}`).join(''));
const url = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://', 'https:/'),
    host,
    fc.constantFrom('', ':443', ':8080', ':'),
    path,
    fc.constantFrom('', '?q', '#f'),
  )
  .map(parts => parts.join(''));

describe('readUrl, property', () => {
  it('agrees with the URL standard', () => {
    fc.assert(
      fc.property(url, text => {
        const read = readUrl(text);
        if (/\s/.test(text) || !URL.canParse(text)) {
          assert.equal(read.ok, false, text);
          return;
        }
        const standard = new URL(text);
        assert.ok(read.ok, text);
        assert.equal(read.value.canonical, `${standard.protocol}//${standard.host}${standard.pathname}`, text);
        assert.equal(read.value.host, standard.hostname, text);
        assert.equal(read.value.hasQuery, standard.search !== '', text);
        assert.equal(read.value.hasFragment, standard.hash !== '', text);
      }),
      { numRuns: runs },
    );
  });
});
