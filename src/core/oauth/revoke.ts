import * as oauth from 'oauth4webapi';
import { fail, ok, type Result } from '../result.ts';
import type { Secret } from '../secret.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { readTokenError } from './tokenErrors.ts';
import { type OAuthContext, type Parties, sendAuthenticated } from './tokenRequest.ts';

/**
 * Tells the server that a token is not to be good any more (RFC 7009). A token that it doesn't know counts as revoked.
 *
 * Fails with `revocation-unsupported` if it revokes no tokens, or none of this kind, and with what a token request fails with.
 */
export async function revokeToken(
  context: OAuthContext,
  parties: Parties,
  token: Secret,
  kind: 'access_token' | 'refresh_token',
): Promise<Result<void, OAuthFailure>> {
  const { issuer, revocationEndpoint } = parties.server;
  if (revocationEndpoint === undefined) {
    return fail(oauthFailure('revocation-unsupported', { issuer }));
  }
  const sent = await sendAuthenticated(context, parties, (server, client, authentication, options) =>
    oauth.revocationRequest(server, client, authentication, token.reveal(), {
      ...options,
      additionalParameters: { token_type_hint: kind },
    }),
  );
  if (!sent.ok) {
    return sent;
  }
  const { answer, now } = sent.value;
  return answer.status < 300 ? ok(undefined) : fail(readTokenError(answer, now));
}

/**
 * Revokes both tokens of a grant, the refresh token first: with it a server revokes the whole grant (RFC 7009 section 2.1),
 * while the other way round a crash between the two would leave the one that matters. The first failure that matters is
 * given; an access token that can't be revoked (a JWT) ends by itself.
 */
export async function revokeTokens(
  context: OAuthContext,
  parties: Parties,
  tokens: { readonly accessToken: Secret; readonly refreshToken?: Secret },
): Promise<Result<void, OAuthFailure>> {
  const refresh = tokens.refreshToken && (await revokeToken(context, parties, tokens.refreshToken, 'refresh_token'));
  const access = await revokeToken(context, parties, tokens.accessToken, 'access_token');
  if (refresh) {
    return !refresh.ok || access.ok || access.error.code === 'revocation-unsupported' ? refresh : access;
  }
  return access;
}
