import type { Finding } from '../findings.ts';
import { type ExpectedAudience, matchAudience } from './audience.ts';
import { readAudience, readTimes, type TokenTimes } from './claims.ts';
import type { DecodedJwt, MalformedToken } from './types.ts';

export interface TokenFindingOptions {
  /** ms since the epoch */
  readonly now: number;
  /** Clocks may differ by this much, in seconds. */
  readonly toleranceSeconds: number;
  readonly expiresSoonSeconds: number;
  readonly longLivedDays: number;
  /** The server that the token goes to, and what else `aud` may say. */
  readonly audience?: ExpectedAudience & { readonly serverUrl: string };
  readonly issuer?: string;
}

/** A day in ms. */
const day = 86_400_000;

/** What is wrong with a token by itself: its shape, its algorithm, its times, its audience. */
export function tokenFindings(token: DecodedJwt | MalformedToken, options: TokenFindingOptions): Finding[] {
  return 'kind' in token ? [malformed(token)] : checked(token, options);
}

function malformed({ kind, reason, segments }: MalformedToken): Finding {
  return kind === 'encrypted'
    ? { code: 'token-encrypted', severity: 'information', data: {} }
    : { code: 'token-malformed', severity: 'error', data: { reason, segments } };
}

function checked({ header, payload, segmentLengths }: DecodedJwt, options: TokenFindingOptions): Finding[] {
  const findings: Finding[] = [];
  if (typeof header.alg !== 'string' || header.alg.toLowerCase() === 'none') {
    findings.push({ code: 'token-alg-none', severity: 'error', data: {} });
  } else if (segmentLengths[2] === 0) {
    findings.push({ code: 'token-signature-invalid', severity: 'error', data: { reason: 'signature-empty' } });
  }
  addTimeFindings(findings, readTimes(payload), options);
  addAudienceFindings(findings, payload, options);
  if (options.issuer !== undefined && payload.iss !== undefined && payload.iss !== options.issuer) {
    findings.push({
      code: 'token-issuer-mismatch',
      severity: 'warning',
      data: { issuer: String(payload.iss), expected: options.issuer },
    });
  }
  return findings;
}

function addTimeFindings(findings: Finding[], times: TokenTimes, options: TokenFindingOptions): void {
  const { now } = options;
  for (const claim of ['iat', 'nbf', 'exp'] as const) {
    const { state } = times[claim];
    if (state !== 'absent' && state !== 'valid') {
      findings.push({ code: 'token-malformed', severity: 'error', data: { reason: state, claim } });
    }
  }
  const tolerance = options.toleranceSeconds * 1000;
  const exp = times.exp.at;
  const nbf = times.nbf.at;
  if (times.exp.state === 'absent') {
    findings.push({ code: 'token-no-expiry', severity: 'information', data: {} });
  }
  if (exp !== undefined) {
    if (nbf !== undefined && exp <= nbf) {
      findings.push({
        code: 'token-malformed',
        severity: 'error',
        data: { reason: 'claim-exp-before-nbf', claim: 'exp' },
      });
    }
    const life = lifeOf(times);
    const long = longLife(exp, life, options);
    if (now >= exp + tolerance) {
      findings.push({ code: 'token-expired', severity: 'error', data: { at: exp } });
    } else if (now >= soonFrom(exp, life, options)) {
      findings.push({ code: 'token-expires-soon', severity: 'warning', data: { at: exp } });
    } else if (long !== undefined) {
      findings.push({ code: 'token-long-lived', severity: 'information', data: { lifetimeSeconds: long / 1000 } });
    }
  }
  if (nbf !== undefined && now < nbf - tolerance) {
    findings.push({ code: 'token-not-yet-valid', severity: 'warning', data: { at: nbf } });
  }
}

/** How long a token lives, in ms; undefined where it doesn't say since when. */
function lifeOf({ iat, nbf, exp }: TokenTimes): number | undefined {
  const start = iat.at ?? nbf.at;
  return start === undefined || exp.at === undefined ? undefined : Math.max(0, Math.round(exp.at - start));
}

/** A token that lives shorter than the warning would be warned of from its first second: half of its life is soon then. */
function soonFrom(exp: number, life: number | undefined, { expiresSoonSeconds }: TokenFindingOptions): number {
  return exp - Math.min(expiresSoonSeconds * 1000, life === undefined ? Number.POSITIVE_INFINITY : life / 2);
}

/**
 * The life of a token that lives too long, in ms. One that doesn't say when it was issued lives at least as long as what
 * is left: in whole days, so that it changes once a day and not with every look.
 */
function longLife(exp: number, life: number | undefined, options: TokenFindingOptions): number | undefined {
  const known = life ?? Math.ceil((exp - options.now) / day) * day;
  return known > options.longLivedDays * day ? known : undefined;
}

function addAudienceFindings(
  findings: Finding[],
  payload: DecodedJwt['payload'],
  { audience }: TokenFindingOptions,
): void {
  const named = audience ? readAudience(payload) : [];
  if (audience && named.length > 0 && matchAudience(named, audience) === 'other') {
    findings.push({
      code: 'token-audience-mismatch',
      severity: 'warning',
      data: { audience: [...named], expected: audience.serverUrl },
    });
  }
}

/** The next instant, in ms, at which {@link tokenFindings} would say something else; undefined if it never will. */
export function nextBoundary({ payload }: DecodedJwt, options: TokenFindingOptions): number | undefined {
  const times = readTimes(payload);
  const { now } = options;
  const tolerance = options.toleranceSeconds * 1000;
  const exp = times.exp.at;
  const instants: number[] = [];
  if (times.nbf.at !== undefined) {
    instants.push(times.nbf.at - tolerance);
  }
  if (exp !== undefined) {
    const life = lifeOf(times);
    const soon = soonFrom(exp, life, options);
    instants.push(soon, exp + tolerance);
    if (life === undefined && now < soon && longLife(exp, life, options) !== undefined) {
      instants.push(exp - (Math.ceil((exp - now) / day) - 1) * day);
    }
  }
  const later = instants.filter(instant => instant > now);
  return later.length === 0 ? undefined : Math.min(...later);
}
