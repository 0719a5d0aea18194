import { canonicalUrl } from '../config/url.ts';
import type { Finding } from '../findings.ts';
import { readAudience, readTimes } from './claims.ts';
import type { DecodedJwt, MalformedToken } from './types.ts';

export interface TokenFindingOptions {
  /** ms since the epoch */
  readonly now: number;
  /** Clocks may differ by this much, in seconds. */
  readonly toleranceSeconds: number;
  readonly expiresSoonSeconds: number;
  readonly longLivedDays: number;
  /** The server that the token goes to, and what else `aud` may say. */
  readonly audience?: { readonly serverUrl: string; readonly expected?: readonly string[] };
  readonly issuer?: string;
}

const day = 86_400;

/** What is wrong with a token by itself: its shape, its algorithm, its times, its audience (design section 7). */
export function tokenFindings(token: DecodedJwt | MalformedToken, options: TokenFindingOptions): Finding[] {
  return 'kind' in token ? [malformed(token)] : checked(token, options);
}

function malformed({ kind, reason, segments }: MalformedToken): Finding {
  return kind === 'encrypted'
    ? { code: 'token-encrypted', severity: 'information', data: {} }
    : { code: 'token-malformed', severity: 'error', data: { reason, segments } };
}

function checked({ header, payload }: DecodedJwt, options: TokenFindingOptions): Finding[] {
  const findings: Finding[] = [];
  if (typeof header.alg !== 'string' || header.alg.toLowerCase() === 'none') {
    findings.push({ code: 'token-alg-none', severity: 'error', data: {} });
  }
  const times = readTimes(payload);
  for (const [claim, { state }] of Object.entries(times)) {
    if (state !== 'absent' && state !== 'valid') {
      findings.push({ code: 'token-malformed', severity: 'error', data: { reason: state, claim } });
    }
  }
  const tolerance = options.toleranceSeconds * 1000;
  const { now } = options;
  const exp = times.exp.at;
  const nbf = times.nbf.at;
  if (times.exp.state === 'absent') {
    findings.push({ code: 'token-no-expiry', severity: 'information', data: {} });
  }
  if (exp !== undefined) {
    const life = Math.round((exp - (times.iat.at ?? nbf ?? now)) / 1000);
    if (now >= exp + tolerance) {
      findings.push({ code: 'token-expired', severity: 'error', data: { at: exp } });
    } else if (now >= exp - soonBefore(life, options)) {
      findings.push({ code: 'token-expires-soon', severity: 'warning', data: { at: exp } });
    } else if (life > options.longLivedDays * day) {
      findings.push({ code: 'token-long-lived', severity: 'information', data: { lifetimeSeconds: life } });
    }
  }
  if (nbf !== undefined && now < nbf - tolerance) {
    findings.push({ code: 'token-not-yet-valid', severity: 'warning', data: { at: nbf } });
  }
  findings.push(...audienceFindings(payload, options));
  if (options.issuer !== undefined && payload.iss !== undefined && payload.iss !== options.issuer) {
    findings.push({
      code: 'token-issuer-mismatch',
      severity: 'warning',
      data: { issuer: String(payload.iss), expected: options.issuer },
    });
  }
  return findings;
}

/** A token that lives shorter than the warning would be warned of from its first second: half of its life is soon then. */
function soonBefore(lifeSeconds: number, options: TokenFindingOptions): number {
  return Math.min(options.expiresSoonSeconds, lifeSeconds / 2) * 1000;
}

function audienceFindings(payload: DecodedJwt['payload'], { audience }: TokenFindingOptions): Finding[] {
  const named = readAudience(payload);
  if (!audience || named.length === 0) {
    return [];
  }
  const covered = named.some(
    name => audience.expected?.includes(name) || coversUrl(name, audience.serverUrl) || !isUrl(name),
  );
  return covered
    ? []
    : [
        {
          code: 'token-audience-mismatch',
          severity: 'warning',
          data: { audience: [...named], expected: audience.serverUrl },
        },
      ];
}

/** An audience that is no URL (`my-api`) is a name that only the server knows: nothing can be said about it. */
function isUrl(name: string): boolean {
  return canonicalUrl(name).ok;
}

/** The server's own URL, its origin, or a path above it (RFC 8707 section 2), a trailing slash apart. */
function coversUrl(name: string, serverUrl: string): boolean {
  const audience = canonicalUrl(name);
  if (!audience.ok) {
    return false;
  }
  const base = audience.value.replace(/\/+$/, '');
  const url = serverUrl.replace(/\/+$/, '');
  return url === base || url.startsWith(`${base}/`);
}

/** The next instant, in ms, at which {@link tokenFindings} would say something else; undefined if it never will. */
export function nextBoundary({ payload }: DecodedJwt, options: TokenFindingOptions): number | undefined {
  const { iat, nbf, exp } = readTimes(payload);
  const tolerance = options.toleranceSeconds * 1000;
  const instants: number[] = [];
  if (nbf.at !== undefined) {
    instants.push(nbf.at - tolerance);
  }
  if (exp.at !== undefined) {
    const life = Math.round((exp.at - (iat.at ?? nbf.at ?? options.now)) / 1000);
    instants.push(exp.at - soonBefore(life, options), exp.at + tolerance);
  }
  const later = instants.filter(instant => instant > options.now);
  return later.length === 0 ? undefined : Math.min(...later);
}
