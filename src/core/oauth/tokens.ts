import { readTimes } from '../jwt/claims.ts';
import { decodeJwt, looksLikeJwt } from '../jwt/decode.ts';
import { isSendable } from '../jwt/headerValue.ts';
import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { type OAuthFailure, oauthFailure, readErrorCode } from './failures.ts';
import { type HttpAnswer, placeOf } from './http.ts';
import { isJsonObject, parseJsonObject } from './json.ts';
import { parseScopes } from './scopes.ts';
import { errorOf, readTokenError } from './tokenErrors.ts';

/** What a token endpoint gave. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  /** In ms by our own clock, so that a wrong one does no harm; absent where nobody says. */
  readonly expiresAt?: number;
  /** When it was asked for, in ms. */
  readonly obtainedAt: number;
  /** What was granted, where that isn't what was asked for (RFC 6749 section 5.1). */
  readonly scopes?: readonly string[];
  /** Where `expiresAt` comes from; `invalid` for an `expires_in` that is no lifetime. */
  readonly lifetime: 'expires_in' | 'jwt' | 'missing' | 'invalid';
}

/** Which members of an answer hold what; a dot leads into an object (`data.token`). */
export interface TokenFields {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: string;
}

export const standardFields: TokenFields = {
  accessToken: 'access_token',
  refreshToken: 'refresh_token',
  expiresIn: 'expires_in',
};

/** Longer than any token, shorter than what a server would take in a header. */
const tokenLimit = 64 * 1024;

/** A hundred years in seconds: whoever says more means a date or milliseconds. */
const longestLifetime = 100 * 366 * 86_400;

/**
 * Reads the answer of a token endpoint (RFC 6749 section 5). Lenient where servers are: the content type, a missing
 * `token_type`, `expires_in` as text; an error in an answer with status 200 is an error all the same.
 *
 * Fails with what `readTokenError` says, `not-json`, `token-invalid` (no token, or one that no header can carry) and
 * `token-type-unsupported`.
 * @param now when the request was sent, in ms: counting from there, a token never seems to live longer than it does
 */
export function readTokens(
  answer: HttpAnswer,
  now: number,
  fields: TokenFields = standardFields,
): Result<TokenSet, OAuthFailure> {
  if (answer.status < 200 || answer.status >= 300) {
    return fail(readTokenError(answer, now));
  }
  const url = placeOf(answer.url);
  const body = parseJsonObject(answer.text);
  if (!body) {
    return fail(
      oauthFailure('not-json', { url, status: answer.status, html: /^\s*<(?:!doctype|html)/i.test(answer.text) }),
    );
  }
  const token = memberOf(body, fields.accessToken);
  if (typeof token !== 'string' || token === '') {
    return fail(
      readErrorCode(body.error) === undefined
        ? oauthFailure('token-invalid', { url, member: fields.accessToken, reason: 'missing' })
        : errorOf(body, answer, now),
    );
  }
  if (token.length > tokenLimit || !isSendable(token) || /\s/.test(token)) {
    return fail(oauthFailure('token-invalid', { url, member: fields.accessToken, reason: 'not-sendable' }));
  }
  // DPoP, MAC and N_A tokens want more than a header.
  const type = body.token_type;
  if (typeof type === 'string' && type !== '' && type.toLowerCase() !== 'bearer') {
    return fail(oauthFailure('token-type-unsupported', { url, type: readErrorCode(type) ?? '' }));
  }
  const refreshToken = memberOf(body, fields.refreshToken);
  const scopes = typeof body.scope === 'string' ? parseScopes(body.scope) : undefined;
  return ok({
    accessToken: new Secret(token),
    obtainedAt: now,
    ...expiryOf(memberOf(body, fields.expiresIn), token, now),
    ...(typeof refreshToken === 'string' && refreshToken !== '' && { refreshToken: new Secret(refreshToken) }),
    ...(scopes && { scopes }),
  });
}

function expiryOf(value: unknown, token: string, now: number): Pick<TokenSet, 'expiresAt' | 'lifetime'> {
  const seconds = readLifetime(value);
  if (typeof seconds === 'number') {
    return { expiresAt: now + seconds * 1000, lifetime: 'expires_in' };
  }
  // A token is opaque to its client, but one that says itself when it ends may be believed.
  const jwt = looksLikeJwt(token) ? decodeJwt(token) : undefined;
  const times = jwt?.ok ? readTimes(jwt.value.payload) : undefined;
  if (times?.exp.at !== undefined) {
    // Its lifetime, if it tells, rather than its end: that is by the server's clock.
    const expiresAt = times.iat.at === undefined ? times.exp.at : now + (times.exp.at - times.iat.at);
    return expiresAt > now ? { expiresAt, lifetime: 'jwt' } : { lifetime: 'invalid' };
  }
  return { lifetime: seconds };
}

/**
 * `expires_in` in seconds: a number, or a number as text, also with a unit (`15m`, `1h`) as JWT libraries spell it. Zero and
 * less are no lifetime: servers say so for "doesn't expire", and believed to the letter they'd mean endless renewal.
 */
export function readLifetime(value: unknown): number | 'missing' | 'invalid' {
  if (value === undefined || value === null || value === '') {
    return 'missing';
  }
  const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
  const [, digits, unit = 's'] = /^\s*\+?(\d{1,12}(?:\.\d+)?)\s*([smhd])?\s*$/i.exec(String(value)) ?? [];
  if (typeof value !== 'number' && typeof value !== 'string') {
    return 'invalid';
  }
  const seconds = Math.floor(Number(digits) * units[unit.toLowerCase() as keyof typeof units]);
  return seconds > 0 && seconds <= longestLifetime ? seconds : 'invalid';
}

function memberOf(body: JsonObject, path: string): unknown {
  let value: unknown = body;
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = value[name];
  }
  return value;
}
