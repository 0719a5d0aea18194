import assert from 'node:assert/strict';
import type { Credential } from '../../../../src/core/credentials/types.ts';
import { type AnalysisContext, analyzeCredential } from '../../../../src/core/inventory/analyze.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { codeGrant, oauth, recipeGrant, tokenSet } from '../credentials/samples.ts';

const tokens = tokenSet();
const start = tokens.obtainedAt;
const hour = 3_600_000;

describe('what is said of OAuth credentials', () => {
  function look(credential: Credential, now: number, automaticRenewal = true) {
    const boundaries: number[] = [];
    const context: AnalysisContext = {
      now,
      policy: { clockToleranceSeconds: 60, expiresSoonSeconds: 600, longLivedDays: 90, automaticRenewal },
      vault: { attachedTo: () => [], credential: () => undefined },
      vaultState: 'ready',
      expectedInputId: () => undefined,
      onBoundary: at => boundaries.push(at),
    };
    const { status, findings, expiresAt } = analyzeCredential(credential, context);
    return { status, codes: findings.map(({ code, severity }) => `${code} ${severity}`), expiresAt, boundaries };
  }

  const { refreshToken: _, ...withoutRefresh } = tokens;

  it('one that renews itself is ready, also after its token has ended', () => {
    for (const now of [start, start + 0.95 * hour, start + 2 * hour]) {
      const { status, codes, expiresAt } = look(oauth('o'), now);
      assert.deepEqual([status, codes, expiresAt], ['ready', [], start + hour]);
    }
    assert.deepEqual(look(oauth('o'), start).boundaries, [start + hour - 600_000, start + hour]);
  });

  it('one that nobody wants renewed expires', () => {
    assert.equal(look(oauth('o'), start + 2 * hour, false).status, 'expired');
    assert.equal(look({ ...oauth('o'), automaticRenewal: false }, start + 2 * hour).status, 'expired');
    assert.equal(look({ ...oauth('o'), automaticRenewal: true }, start + 2 * hour, false).status, 'ready');
  });

  it('one that only a person can renew is warned of in time, and wants a sign-in then', () => {
    const credential = oauth('o', codeGrant({ tokens: withoutRefresh }));
    assert.deepEqual(look(credential, start).codes, []);
    assert.deepEqual(look(credential, start + 0.9 * hour).codes, ['sign-in-needed warning']);
    assert.deepEqual(look(credential, start + hour).codes, ['sign-in-needed error']);
    assert.equal(look(credential, start + hour).status, 'signIn');
  });

  it('one whose server has ended the sign-in says so while its token is still good', () => {
    const ended = oauth('o', codeGrant({ tokens: withoutRefresh, ended: 'refused' }));
    assert.deepEqual(look(ended, start).codes, ['sign-in-needed warning']);
    const { tokens: __, ...none } = codeGrant();
    assert.deepEqual(look(oauth('o', none), start).codes, ['sign-in-needed error']);
  });

  it('one that needs no person gets its first token when it is asked for', () => {
    const { tokens: __, ...none } = recipeGrant();
    assert.equal(look(oauth('o', none), start).status, 'ready');
    const account = oauth('o', { flow: 'vscodeAccount', providerId: 'github', scopes: [] });
    assert.equal(look(account, start).status, 'ready');
  });

  it('the times of a JWT count for nothing beside those that its server gave, what else is wrong does', () => {
    const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = (header: object) =>
      new Secret(`${segment(header)}.${segment({ exp: start / 1000 - 9999, nbf: start / 1000 + 9999 })}.c2ln`);
    const credential = (header: object) => oauth('o', codeGrant({ tokens: tokenSet({ accessToken: jwt(header) }) }));
    assert.equal(look(credential({ alg: 'RS256' }), start).status, 'malformed');
    assert.deepEqual(look(credential({ alg: 'none' }), start).codes.includes('token-alg-none error'), true);
    assert.ok(!look(credential({ alg: 'RS256' }), start).codes.some(code => code.startsWith('token-expired')));
  });
});
