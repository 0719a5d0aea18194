import type { Result } from '../result.ts';
import type { OAuthFailure } from './failures.ts';
import { type OAuthContext, type Parties, requestTokens, targetParameters } from './tokenRequest.ts';
import type { TokenSet } from './tokens.ts';

/** The grant for programs without a person (RFC 6749 section 4.4). Fails with what `requestTokens` fails with. */
export function requestClientCredentials(
  context: OAuthContext,
  request: Parties & { readonly scopes: readonly string[]; readonly resource: string | undefined },
): Promise<Result<TokenSet, OAuthFailure>> {
  return requestTokens(context, request, 'client_credentials', targetParameters(request));
}
