import type { JsonObject } from '../jwt/types.ts';
import {
  type OAuthFailure,
  type OAuthFailureCode,
  oauthFailure,
  readErrorCode,
  readErrorDescription,
} from './failures.ts';
import { type HttpAnswer, placeOf } from './http.ts';
import { parseJsonObject } from './json.ts';

/** Codes of RFC 6749 section 5.2, RFC 8628 section 3.5, RFC 8707 section 2 and RFC 7009 section 2.2.1. */
const codes: Readonly<Record<string, OAuthFailureCode>> = {
  invalid_request: 'invalid-request',
  invalid_client: 'invalid-client',
  invalid_grant: 'invalid-grant',
  unauthorized_client: 'unauthorized-client',
  unsupported_grant_type: 'unsupported-grant-type',
  invalid_scope: 'invalid-scope',
  invalid_target: 'invalid-target',
  access_denied: 'access-denied',
  expired_token: 'device-code-expired',
  unsupported_token_type: 'revocation-unsupported',
  server_error: 'server-error',
  temporarily_unavailable: 'server-error',
};

/** However long a server wants, nobody waits longer than this before asking again, in ms. */
const longestWait = 60 * 60_000;

/** The clocks are off by this much at least before it's worth a word, in ms. */
const clockTolerance = 60_000;

/** A mistake that many make and that the error code alone doesn't tell. */
export type KnownTrap =
  | 'entra-resource'
  | 'redirect-mismatch'
  | 'consent-missing'
  | 'client-secret-wrong'
  | 'clock-off';

/** What an answer that isn't a success means. Never keeps its body. */
export function readTokenError(answer: HttpAnswer, now: number): OAuthFailure {
  return passingFailure(answer, now) ?? errorOf(parseJsonObject(answer.text), answer, now);
}

/** What an error object means, whatever the status it came with. */
export function errorOf(body: JsonObject | undefined, answer: HttpAnswer, now: number): OAuthFailure {
  const { status } = answer;
  const error = readErrorCode(body?.error);
  const errorDescription = readErrorDescription(body?.error_description ?? body?.message);
  const trap = findTrap(error, body?.error_description);
  const offset = clockOffset(answer, now);
  const data = {
    url: placeOf(answer.url),
    status,
    ...(error !== undefined && { error }),
    ...(errorDescription !== undefined && { errorDescription }),
    ...(trap !== undefined && { trap }),
    ...(offset !== undefined && { clockOffset: offset }),
  };
  const known = error !== undefined && Object.hasOwn(codes, error) ? codes[error] : undefined;
  if (known !== undefined) {
    return oauthFailure(known, data);
  }
  switch (status) {
    case 401:
      return oauthFailure('invalid-client', data);
    case 404:
    case 405:
    case 410:
      return oauthFailure('endpoint-missing', { ...data, endpoint: 'token_endpoint' });
    case 415:
      return oauthFailure('body-format', data);
    default:
      return oauthFailure(error === undefined ? 'http-status' : 'oauth-error', data);
  }
}

/** 429 and 5xx: trouble that may be over soon. Undefined for everything else. */
export function passingFailure({ status, headers, url }: HttpAnswer, now: number): OAuthFailure | undefined {
  if (status !== 429 && status < 500) {
    return undefined;
  }
  const data = { url: placeOf(url), status };
  return oauthFailure(status === 429 ? 'rate-limited' : 'server-error', data, readRetryAfter(headers, now));
}

/** `Retry-After` (RFC 9110 section 10.2.3) in ms: seconds, or a date by the server's own clock. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) {
    return undefined;
  }
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - (serverTime(headers) ?? now);
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait);
}

/** How far the server's clock is ahead of ours, in ms, where that's more than requests explain. */
function clockOffset({ headers }: HttpAnswer, now: number): number | undefined {
  const time = serverTime(headers);
  return time !== undefined && Math.abs(time - now) > clockTolerance ? time - now : undefined;
}

function serverTime(headers: Headers): number | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Entra's numbers are documented ("Microsoft Entra authentication and authorization error codes"), the rest is what servers write. */
export function findTrap(error: string | undefined, description: unknown): KnownTrap | undefined {
  const text = typeof description === 'string' ? description.slice(0, 2000) : '';
  if (/AADSTS(?:9010010|901002|500011)\b/.test(text)) {
    return 'entra-resource';
  }
  if (/AADSTS50011\b/.test(text) || /redirect[ _]ur[il].{0,40}(?:mismatch|match|invalid|not registered)/i.test(text)) {
    return 'redirect-mismatch';
  }
  if (/AADSTS6500[14]\b/.test(text) || error === 'consent_required') {
    return 'consent-missing';
  }
  if (/AADSTS700(?:0215|0222)\b/.test(text)) {
    return 'client-secret-wrong';
  }
  if (/AADSTS700024\b/.test(text) || /\b(?:iat|nbf|exp)\b.{0,60}\b(?:past|future|expired|not yet)\b/i.test(text)) {
    return 'clock-off';
  }
  return undefined;
}
