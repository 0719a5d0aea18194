import type { FindingData } from '../findings.ts';
import type { LogFields } from '../ports.ts';
import { plainText } from '../text.ts';

/**
 * Why something of OAuth didn't come about. An expected outcome, never thrown. `code` is stable; `data` holds what words need
 * (URLs, codes, times in ms) and never a token, a secret or the body of an answer.
 */
export interface OAuthFailure {
  readonly code: OAuthFailureCode;
  readonly data: FindingData;
  readonly remedy: Remedy;
  /** How long the server wants to be left alone, in ms; only with the remedy `retry`. */
  readonly retryAfter?: number;
}

/**
 * What may help: trying again later; a person signing in anew; another client id or secret; other scopes, resource or
 * parameters; the one who runs the server; nothing, since somebody wanted it so.
 */
export type Remedy = 'retry' | 'sign-in' | 'client' | 'request' | 'server' | 'none';

/** Every code with its remedy. */
const remedies = {
  // The network
  network: 'retry',
  timeout: 'retry',
  'rate-limited': 'retry',
  'server-error': 'retry',
  cancelled: 'none',
  redirected: 'server',
  'too-large': 'server',
  'url-forbidden': 'server',
  'http-status': 'server',
  'not-json': 'server',
  // Discovery
  'not-protected': 'server',
  'resource-mismatch': 'server',
  'metadata-missing': 'server',
  'metadata-invalid': 'server',
  'issuer-mismatch': 'server',
  'endpoint-forbidden': 'server',
  'endpoint-missing': 'server',
  'pkce-unsupported': 'server',
  // The client
  'client-needed': 'client',
  'client-of-another-issuer': 'client',
  'client-auth-unsupported': 'client',
  'registration-refused': 'client',
  'signature-unavailable': 'client',
  // The answer to a sign-in
  'callback-unknown': 'sign-in',
  'callback-replayed': 'sign-in',
  'callback-late': 'sign-in',
  'callback-invalid': 'sign-in',
  'iss-missing': 'server',
  'iss-mismatch': 'server',
  'authorization-refused': 'sign-in',
  'access-denied': 'sign-in',
  'device-code-expired': 'sign-in',
  'sign-in-needed': 'sign-in',
  'sign-in-timeout': 'sign-in',
  'port-taken': 'request',
  'redirect-unusable': 'request',
  'account-unavailable': 'sign-in',
  // The token endpoint
  'invalid-grant': 'sign-in',
  'invalid-client': 'client',
  'unauthorized-client': 'client',
  'unsupported-grant-type': 'client',
  'invalid-scope': 'request',
  'invalid-target': 'request',
  'invalid-request': 'request',
  'body-format': 'request',
  'oauth-error': 'request',
  'token-invalid': 'server',
  'token-type-unsupported': 'server',
  'revocation-unsupported': 'none',
  // Step-up
  'scope-insufficient': 'request',
  // The vault
  'not-stored': 'retry',
} as const satisfies Readonly<Record<string, Remedy>>;

export type OAuthFailureCode = keyof typeof remedies;

/** @param retryAfter in ms */
export function oauthFailure(code: OAuthFailureCode, data: FindingData = {}, retryAfter?: number): OAuthFailure {
  return { code, data, remedy: remedies[code], ...(retryAfter !== undefined && { retryAfter }) };
}

/** All codes, for the texts that say them in words. */
export const oauthFailureCodes = Object.keys(remedies) as readonly OAuthFailureCode[];

/** What the log has of a failure: addresses, statuses and codes. What a server said in words may be anything. */
export function failureFields({ code, data }: OAuthFailure): LogFields {
  const { errorDescription: _, ...fields } = data;
  const plain = Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.join(' ') : value]);
  return { failure: code, ...Object.fromEntries(plain) };
}

// Characters of RFC 6749 section 5.2, no more of them than any real code has.
const errorCode = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,64}$/;

/** An `error` parameter, if it is one; whatever else stands there isn't shown to anybody. */
export function readErrorCode(value: unknown): string | undefined {
  return typeof value === 'string' && errorCode.test(value) ? value : undefined;
}

// Servers put the token that they refuse into their description, so anything that could be one goes.
const tokenLike = /[A-Za-z0-9+/_=~.-]{24,}/g;

/** An `error_description` as far as it may be shown: one line, without anything that could be a token or a secret. */
export function readErrorDescription(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') {
    return undefined;
  }
  return plainText(value.slice(0, 2000).replace(tokenLike, run => (/\d/.test(run) ? '…' : run)));
}
