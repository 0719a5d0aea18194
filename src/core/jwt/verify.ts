import type { FindingData } from '../findings.ts';
import { type ExpectedAudience, matchAudience } from './audience.ts';
import { readAudience, readScopes, readTimes, type TimeClaim, type TimeProblem } from './claims.ts';
import { decodeJwt } from './decode.ts';
import type { DecodedJwt, JsonObject, MalformedReason } from './types.ts';
import {
  type SignatureFailure,
  type SignatureOptions,
  type SignatureReason,
  verifyDecoded,
} from './verifySignature.ts';

export interface VerifyOptions extends SignatureOptions {
  /** ms since the epoch */
  readonly now: number;
  /** Clocks may differ by this much, in seconds. */
  readonly toleranceSeconds: number;
  /** What `iss` must be, character for character (RFC 7519 section 4.1.1). */
  readonly issuer?: string;
  /** Whom the token has to be for. */
  readonly audience?: ExpectedAudience;
  /** Each of them has to be among `scope`, `scp` or `permissions`. */
  readonly requiredScopes?: readonly string[];
}

/** Every step of a verification, in the order in which they're listed. */
export const checkNames = ['structure', 'algorithm', 'signature', 'exp', 'nbf', 'iat', 'iss', 'aud', 'scopes'] as const;
/** `introspection`: what the server that issued the token says of it, where nobody else can read it. */
export type CheckName = (typeof checkNames)[number] | 'introspection';

/** What came out of one step. `reason` says why it failed or wasn't looked at, or how it passed; `data` has what the words need. */
export interface Check {
  readonly check: CheckName;
  readonly outcome: 'passed' | 'failed' | 'notChecked';
  readonly reason: CheckReason;
  readonly data: FindingData;
}

export type CheckReason =
  | 'ok'
  | 'inactive' // by the word of the server that issued it
  | 'encrypted' // a JWE: nobody but its recipient can look inside
  | 'earlier-failure' // there was nothing to look at any more
  | 'no-expectation' // the caller didn't say what it should be
  | 'claim-absent' // a claim that needn't be there isn't; or one that is asked for (then: failed)
  | 'claim-wrong-type' // data: claim
  | 'expired' // data: at
  | 'not-yet-valid' // data: at
  | 'issued-in-future' // data: at
  | 'issuer-mismatch' // data: issuer, expected
  | 'audience-mismatch' // data: audience, expected
  | 'audience-name' // a name of which only the server knows whether it means itself; data: audience
  | 'scopes-missing' // data: missing, scopes
  | TimeProblem
  | MalformedReason
  | SignatureReason;

export interface Verification {
  /** Nothing failed, and the signature passed, or the server said that the token is active. */
  readonly valid: boolean;
  /** One for each of {@link checkNames}, in that order; for an opaque token `introspection` and the claims. */
  readonly checks: readonly Check[];
  /** Of the key that the signature fits. */
  readonly kid?: string;
}

/**
 * Verifies a JWT (RFC 7519 section 7.2, RFC 8725) and says of every step what came out. Claims are looked at also when
 * the signature fails: a person wants to know all that is wrong. Never throws.
 */
export async function verifyJwt(token: string, options: VerifyOptions): Promise<Verification> {
  const decoded = decodeJwt(token);
  if (!decoded.ok) {
    const { kind, reason, segments } = decoded.error;
    return result([
      check('structure', 'failed', kind === 'encrypted' ? 'encrypted' : reason, { segments }),
      ...checkNames.slice(1).map(name => check(name, 'notChecked', 'earlier-failure')),
    ]);
  }
  const signature = await verifyDecoded(token, decoded.value.header, options);
  const { payload } = decoded.value;
  const checks = [
    ...signatureChecks(signature.ok ? undefined : signature.error, decoded.value),
    ...timeChecks(payload, options),
    issuerCheck(payload, options.issuer),
    audienceCheck(payload, options.audience),
    scopesCheck(payload, options.requiredScopes),
  ];
  return result(checks, signature.ok ? signature.value.kid : undefined);
}

/**
 * What an introspection (RFC 7662) says, in the form of a verification: whether the token is active, and whether it is as it
 * should be.
 * @param claims of an active token; undefined for one that isn't
 */
export function verifyByIntrospection(
  claims: JsonObject | undefined,
  options: Omit<VerifyOptions, keyof SignatureOptions>,
): Verification {
  if (!claims) {
    return result([
      check('introspection', 'failed', 'inactive'),
      ...checkNames.slice(3).map(name => check(name, 'notChecked', 'earlier-failure')),
    ]);
  }
  // Which claims an answer has is the server's affair: one that it leaves out is none that is wrong.
  const audience = claims.aud === undefined ? undefined : options.audience;
  return result([
    check('introspection', 'passed'),
    ...timeChecks(claims, options),
    issuerCheck(claims, claims.iss === undefined ? undefined : options.issuer),
    audienceCheck(claims, audience),
    scopesCheck(claims, options.requiredScopes),
  ]);
}

function result(checks: readonly Check[], kid?: string): Verification {
  const valid = checks.every(({ check: name, outcome }) =>
    name === 'signature' || name === 'introspection' ? outcome === 'passed' : outcome !== 'failed',
  );
  return { valid, checks, ...(kid !== undefined && { kid }) };
}

function check(name: CheckName, outcome: Check['outcome'], reason: CheckReason = 'ok', data: FindingData = {}): Check {
  return { check: name, outcome, reason, data };
}

function signatureChecks(failure: SignatureFailure | undefined, { header }: DecodedJwt): Check[] {
  const steps = ['structure', 'algorithm', 'signature'] as const;
  const failedAt = failure ? steps.indexOf(failure.check) : steps.length;
  return steps.map((name, index) => {
    if (failure && index === failedAt) {
      return check(name, 'failed', failure.reason, failure.data);
    }
    if (index > failedAt) {
      return check(name, 'notChecked', 'earlier-failure');
    }
    return check(name, 'passed', 'ok', name === 'algorithm' ? { algorithm: String(header.alg) } : {});
  });
}

function timeChecks(
  payload: JsonObject,
  { now, toleranceSeconds }: Pick<VerifyOptions, 'now' | 'toleranceSeconds'>,
): Check[] {
  const { exp, nbf, iat } = readTimes(payload);
  const tolerance = toleranceSeconds * 1000;
  return [
    timeCheck('exp', exp, at => (now >= at + tolerance ? 'expired' : undefined)),
    timeCheck('nbf', nbf, at => (now < at - tolerance ? 'not-yet-valid' : undefined)),
    timeCheck('iat', iat, at => (now < at - tolerance ? 'issued-in-future' : undefined)),
  ];
}

function timeCheck(
  name: 'exp' | 'nbf' | 'iat',
  { state, at }: TimeClaim,
  problemAt: (at: number) => CheckReason | undefined,
): Check {
  if (at === undefined) {
    return state === 'absent' || state === 'valid'
      ? check(name, 'notChecked', 'claim-absent')
      : check(name, 'failed', state);
  }
  const problem = problemAt(at);
  return check(name, problem ? 'failed' : 'passed', problem ?? 'ok', { at });
}

function issuerCheck({ iss }: JsonObject, expected: string | undefined): Check {
  if (expected === undefined) {
    return check('iss', 'notChecked', 'no-expectation');
  }
  if (iss === undefined) {
    return check('iss', 'failed', 'claim-absent', { expected });
  }
  if (typeof iss !== 'string') {
    return check('iss', 'failed', 'claim-wrong-type', { claim: 'iss' });
  }
  return iss === expected
    ? check('iss', 'passed', 'ok', { issuer: iss })
    : check('iss', 'failed', 'issuer-mismatch', { issuer: iss, expected });
}

function audienceCheck(payload: JsonObject, expected: ExpectedAudience | undefined): Check {
  if (!expected || (expected.serverUrl === undefined && (expected.expected ?? []).length === 0)) {
    return check('aud', 'notChecked', 'no-expectation');
  }
  const wanted = [...(expected.expected ?? []), ...(expected.serverUrl === undefined ? [] : [expected.serverUrl])];
  if (payload.aud === undefined) {
    return check('aud', 'failed', 'claim-absent', { expected: wanted });
  }
  const audience = [...readAudience(payload)];
  if (audience.length === 0) {
    return check('aud', 'failed', 'claim-wrong-type', { claim: 'aud' });
  }
  switch (matchAudience(audience, expected)) {
    case 'covered':
      return check('aud', 'passed', 'ok', { audience });
    case 'unknown':
      return check('aud', 'notChecked', 'audience-name', { audience });
    case 'other':
      return check('aud', 'failed', 'audience-mismatch', { audience, expected: wanted });
  }
}

function scopesCheck(payload: JsonObject, required: readonly string[] = []): Check {
  if (required.length === 0) {
    return check('scopes', 'notChecked', 'no-expectation');
  }
  const scopes = readScopes(payload);
  const missing = required.filter(scope => !scopes.includes(scope));
  return missing.length === 0
    ? check('scopes', 'passed', 'ok', { scopes: [...scopes] })
    : check('scopes', 'failed', 'scopes-missing', { missing, scopes: [...scopes] });
}
