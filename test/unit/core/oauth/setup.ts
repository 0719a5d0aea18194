import assert from 'node:assert/strict';
import type { OAuthClient } from '../../../../src/core/oauth/clients.ts';
import type { OAuthFailure, OAuthFailureCode } from '../../../../src/core/oauth/failures.ts';
import type { AuthorizationServer } from '../../../../src/core/oauth/serverMetadata.ts';
import type { OAuthContext } from '../../../../src/core/oauth/tokenRequest.ts';
import type { Result } from '../../../../src/core/result.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { OAUTH_CLIENT_SECRET } from '../../../servers/oauthClients.ts';

export const REDIRECT_URI = 'http://127.0.0.1:43210/callback';

/** The real network, as the extension uses it, with limits that a test can wait for. */
export function networkContext(changes: Partial<OAuthContext> = {}): OAuthContext {
  return { http: (url, init) => fetch(url, init as RequestInit), now: Date.now, timeLimit: 5000, ...changes };
}

export function unwrap<T>(result: Result<T, OAuthFailure>): T {
  assert(result.ok, result.ok ? '' : `${result.error.code} ${JSON.stringify(result.error.data)}`);
  return result.value;
}

/** The failure, which must have this code. */
export function failureOf(result: Result<unknown, OAuthFailure>, code: OAuthFailureCode): OAuthFailure {
  assert(!result.ok, 'it should have failed');
  assert.equal(result.error.code, code, JSON.stringify(result.error.data));
  return result.error;
}

export function clientOf(
  { issuer }: Pick<AuthorizationServer, 'issuer'>,
  clientId: string,
  authMethod: OAuthClient['authMethod'] = 'none',
): OAuthClient {
  const secret = authMethod.startsWith('client_secret') && { secret: new Secret(OAUTH_CLIENT_SECRET) };
  return { issuer, clientId, source: 'preregistered', authMethod, ...secret };
}
