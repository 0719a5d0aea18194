import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeJwt } from '../../../../src/core/jwt/decode.ts';
import { nextBoundary, type TokenFindingOptions, tokenFindings } from '../../../../src/core/jwt/tokenFindings.ts';
import type { DecodedJwt, JsonObject } from '../../../../src/core/jwt/types.ts';
import { fakeJwe, fakeJwt } from './tokens.ts';

const now = Date.UTC(2026, 0, 1);
const at = now / 1000;
const options: TokenFindingOptions = { now, toleranceSeconds: 60, expiresSoonSeconds: 300, longLivedDays: 30 };
const days = 86_400;

function token(payload: JsonObject, header: JsonObject = { alg: 'HS256' }, signatureLength = 43): DecodedJwt {
  return { header, payload, segmentLengths: [20, 20, signatureLength] };
}

function codes(payload: JsonObject, more: Partial<TokenFindingOptions> = {}): string[] {
  return tokenFindings(token(payload), { ...options, ...more }).map(finding => finding.code);
}

describe('tokenFindings', () => {
  const cases: [string, JsonObject, string[]][] = [
    ['good for an hour', { iat: at, exp: at + 3600 }, []],
    ['no exp', {}, ['token-no-expiry']],
    ['expired', { iat: at - 7200, exp: at - 3600 }, ['token-expired']],
    ['expired by as much as the tolerance', { iat: at - 7200, exp: at - 60 }, ['token-expired']],
    ['expired by less than the tolerance', { iat: at - 7200, exp: at - 59 }, ['token-expires-soon']],
    ['soon', { iat: at - 3600, exp: at + 300 }, ['token-expires-soon']],
    ['soon, of a token that has no iat', { exp: at + 300 }, ['token-expires-soon']],
    ['not soon yet', { iat: at - 3600, exp: at + 301 }, []],
    ['a minute to live, from its first second', { iat: at, exp: at + 60 }, []],
    ['a minute to live, half over', { iat: at - 30, exp: at + 30 }, ['token-expires-soon']],
    ['long-lived', { iat: at, exp: at + 31 * days }, ['token-long-lived']],
    ['as long-lived as allowed', { iat: at, exp: at + 30 * days }, []],
    ['long-lived since nbf', { nbf: at, exp: at + 31 * days }, ['token-long-lived']],
    ['at least long-lived', { exp: at + 31 * days }, ['token-long-lived']],
    ['not yet valid', { nbf: at + 61, exp: at + 3600 }, ['token-not-yet-valid']],
    ['valid within the tolerance', { nbf: at + 60, exp: at + 3600 }, []],
    ['never valid', { nbf: at, exp: at - 7200 }, ['token-malformed', 'token-expired']],
    ['exp in ms', { exp: now }, ['token-malformed']],
    ['exp as text', { exp: String(at) }, ['token-malformed']],
    ['iat negative', { iat: -5, exp: at + 3600 }, ['token-malformed']],
  ];
  for (const [name, payload, expected] of cases) {
    it(name, () => assert.deepEqual(codes(payload), expected));
  }

  it('names the unsigned', () => {
    const good = { iat: at, exp: at + 3600 };
    const of = (header: JsonObject, length = 43) =>
      tokenFindings(token(good, header, length), options).map(({ code, severity }) => [code, severity]);
    assert.deepEqual(of({ alg: 'none' }, 0), [['token-alg-none', 'error']]);
    assert.deepEqual(of({ alg: 'nOnE' }), [['token-alg-none', 'error']]);
    assert.deepEqual(of({}), [['token-alg-none', 'error']]);
    assert.deepEqual(of({ alg: 'HS256' }, 0), [['token-signature-invalid', 'error']]);
  });

  it('compares aud with the server', () => {
    const exp = at + 3600;
    const serverUrl = 'https://host.example/v1/mcp';
    const found = (aud: unknown, expected?: string[]) =>
      codes({ iat: at, exp, aud }, { audience: { serverUrl, ...(expected && { expected }) } });
    for (const aud of [
      ...[
        undefined,
        [],
        5,
        serverUrl,
        `${serverUrl}/`,
        'https://host.example',
        'https://HOST.example/',
        'https://host.example/v1',
      ],
      ...['my-api', ['https://other.example', serverUrl], ['https://other.example', 'my-api']],
    ]) {
      assert.deepEqual(found(aud), [], JSON.stringify(aud));
    }
    for (const aud of [
      'https://other.example',
      'https://host.example/v',
      'http://host.example/v1/mcp',
      `${serverUrl}/x`,
    ]) {
      assert.deepEqual(found(aud), ['token-audience-mismatch'], aud);
    }
    assert.deepEqual(found('my-api', ['my-api']), []);
    assert.deepEqual(found('my-api', ['other-api']), ['token-audience-mismatch']);
  });

  it('compares iss character for character', () => {
    const payload = { iat: at, exp: at + 3600, iss: 'https://issuer.example' };
    assert.deepEqual(codes(payload, { issuer: 'https://issuer.example' }), []);
    assert.deepEqual(codes(payload, { issuer: 'https://issuer.example/' }), ['token-issuer-mismatch']);
    assert.deepEqual(codes({ iat: at, exp: at + 3600 }, { issuer: 'x' }), []);
  });

  it('says of what cannot be read why', () => {
    const jwe = decodeJwt(fakeJwe);
    const broken = decodeJwt(`${fakeJwt()}.`);
    assert.ok(!jwe.ok && !broken.ok);
    assert.deepEqual(tokenFindings(jwe.error, options), [
      { code: 'token-encrypted', severity: 'information', data: {} },
    ]);
    assert.deepEqual(tokenFindings(broken.error, options), [
      { code: 'token-malformed', severity: 'error', data: { reason: 'segments', segments: 4 } },
    ]);
  });
});

describe('nextBoundary', () => {
  const hour = 3600;
  const second = fc.oneof(
    fc.integer({ min: at - 3 * hour, max: at + 3 * hour }),
    fc.integer({ min: at - 90 * days, max: at + 90 * days }),
    fc.double({ min: at - 100, max: at + 100, noNaN: true }),
    fc.constantFrom(at * 1000, -1, 'soon'),
  );
  const payloads = fc.record({ iat: second, nbf: second, exp: second }, { requiredKeys: [] });
  const settings = fc.record({
    toleranceSeconds: fc.constantFrom(0, 60, 300),
    expiresSoonSeconds: fc.constantFrom(0, 60, 300, 5000),
    longLivedDays: fc.constantFrom(0, 1, 30),
  });

  it('finds the same at every instant before it, and something else at it', () => {
    fc.assert(
      fc.property(payloads, settings, fc.double({ min: 0, max: 1, noNaN: true }), (payload, setting, part) => {
        const jwt = token(payload as JsonObject);
        let instant = now;
        for (let step = 0; step < 6; step++) {
          const here = { ...setting, now: instant };
          const boundary = nextBoundary(jwt, here);
          const before = tokenFindings(jwt, here);
          const end = boundary ?? instant + 365 * days * 1000;
          for (const between of [instant + (end - instant) * part, end - 0.5]) {
            if (between >= instant && between < end) {
              assert.deepEqual(tokenFindings(jwt, { ...here, now: between }), before);
            }
          }
          if (boundary === undefined) {
            return;
          }
          assert.ok(boundary > instant);
          assert.notDeepEqual(tokenFindings(jwt, { ...here, now: boundary }), before);
          instant = boundary;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
