import assert from 'node:assert/strict';
import type { Finding, FindingCode } from '../../../../src/core/findings.ts';
import { statusOf } from '../../../../src/core/inventory/status.ts';
import type { Status } from '../../../../src/core/inventory/types.ts';

function finding(code: FindingCode): Finding {
  return { code, severity: 'error', data: {} };
}

/** Worst first. */
const ranks: readonly (readonly [Status, readonly FindingCode[]])[] = [
  ['refused', ['credential-refused', 'insecure-url']],
  ['missing', ['credential-missing']],
  ['malformed', ['token-malformed', 'token-encrypted', 'token-alg-none', 'token-signature-invalid']],
  ['expired', ['token-expired']],
  [
    'invalidHeader',
    [
      'header-scheme-missing',
      'header-scheme-doubled',
      'header-name-pasted',
      'header-whitespace',
      'header-invalid-characters',
    ],
  ],
  ['notYetValid', ['token-not-yet-valid']],
  ['expiresSoon', ['token-expires-soon']],
  ['exposed', ['secret-in-file', 'secret-in-url', 'secret-in-args']],
];

describe('status', () => {
  it('is the worst of all findings, in whatever order they come', () => {
    for (const [rank, [status, codes]] of ranks.entries()) {
      const milder = ranks.slice(rank + 1).flatMap(([, others]) => others.map(finding));
      for (const code of codes) {
        assert.equal(statusOf([...milder, finding(code)]), status, code);
        assert.equal(statusOf([finding(code), ...milder]), status, code);
      }
    }
  });

  it('is what it would be anyway where no finding decides', () => {
    assert.equal(statusOf([]), 'ready');
    assert.equal(statusOf([], 'unknown'), 'unknown');
    assert.equal(statusOf([finding('token-no-expiry'), finding('token-long-lived')]), 'ready');
    assert.equal(statusOf([finding('token-audience-mismatch')], 'unknown'), 'unknown');
  });
});
