import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import type { Secret } from '../secret.ts';
import type { OAuthFailure } from './failures.ts';
import { type OAuthContext, type Parties, requestTokens } from './tokenRequest.ts';
import type { TokenSet } from './tokens.ts';

export interface RefreshRequest extends Parties {
  readonly refreshToken: Secret;
  /** As at the first request: some servers forget it (RFC 8707 section 2.2). */
  readonly resource: string | undefined;
}

/**
 * Exchanges a refresh token (RFC 6749 section 6). Scopes are left out, which asks for the same again. The answer's refresh
 * token takes the place of the one that was sent, which stays the right one if there is none in the answer.
 *
 * Each call may spend the token, whether or not its answer arrives: call it once for all windows, and store what comes
 * back before anything else. Fails with what `requestTokens` fails with; `invalid-grant` means that the token is no good.
 */
export async function refreshTokens(
  context: OAuthContext,
  request: RefreshRequest,
): Promise<Result<TokenSet, OAuthFailure>> {
  const { refreshToken, resource } = request;
  const tokens = await requestTokens(context, request, 'refresh_token', {
    refresh_token: refreshToken.reveal(),
    ...(resource !== undefined && { resource }),
  });
  return tokens.ok ? ok({ refreshToken, ...tokens.value }) : tokens;
}
