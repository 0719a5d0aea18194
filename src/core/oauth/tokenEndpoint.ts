import type { Result } from '../result.ts';
import { ok } from '../result.ts';
import type { Secret } from '../secret.ts';
import type { OAuthFailure } from './failures.ts';
import { boundedFetch } from './http.ts';
import type { OAuthContext } from './tokenRequest.ts';
import { readTokens, type TokenFields, type TokenSet } from './tokens.ts';

/** What parameters are called; an empty name leaves one out. */
export interface ParameterNames {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grantType: string;
  readonly refreshToken: string;
  readonly scope: string;
}

export const snakeCaseNames: ParameterNames = {
  clientId: 'client_id',
  clientSecret: 'client_secret',
  grantType: 'grant_type',
  refreshToken: 'refresh_token',
  scope: 'scope',
};

export const camelCaseNames: ParameterNames = {
  clientId: 'clientId',
  clientSecret: 'clientSecret',
  grantType: 'grantType',
  refreshToken: 'refreshToken',
  scope: 'scope',
};

/** How to ask a token endpoint that somebody made up: everything that the standard fixes and tutorials don't. */
export interface TokenRecipe {
  readonly url: string;
  readonly body: 'form' | 'json';
  readonly names: ParameterNames;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Empty for servers that have but one. */
  readonly grantType: string;
  readonly scopes: readonly string[];
  /** Further fields, such as `audience`; sent with every request. */
  readonly extra: Readonly<Record<string, string>>;
  readonly fields: TokenFields;
  /** Whether a refresh token is worth sending, and where to. */
  readonly refresh: { readonly url?: string; readonly grantType: string } | undefined;
}

/** Asks for tokens by a recipe. Fails with what `readTokens` fails with, and with what a request fails with. */
export function requestByRecipe(context: OAuthContext, recipe: TokenRecipe): Promise<Result<TokenSet, OAuthFailure>> {
  const { names, grantType, scopes } = recipe;
  return post(context, recipe, recipe.url, { [names.grantType]: grantType, [names.scope]: scopes.join(' ') });
}

/** Exchanges a refresh token by a recipe; see `refreshTokens` for what is to be heeded. */
export async function refreshByRecipe(
  context: OAuthContext,
  recipe: TokenRecipe,
  refreshToken: Secret,
): Promise<Result<TokenSet, OAuthFailure>> {
  const { names, refresh } = recipe;
  const tokens = await post(context, recipe, refresh?.url ?? recipe.url, {
    [names.grantType]: refresh?.grantType ?? 'refresh_token',
    [names.refreshToken]: refreshToken.reveal(),
  });
  return tokens.ok ? ok({ refreshToken, ...tokens.value }) : tokens;
}

async function post(
  context: OAuthContext,
  recipe: TokenRecipe,
  url: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Result<TokenSet, OAuthFailure>> {
  const { names, clientId, clientSecret, extra } = recipe;
  const all = {
    ...extra,
    [names.clientId]: clientId,
    [names.clientSecret]: clientSecret.reveal(),
    ...parameters,
  };
  // What has no name, or nothing to say, is left out.
  const sent = Object.fromEntries(Object.entries(all).filter(([name, value]) => name !== '' && value !== ''));
  const now = context.now();
  const isJson = recipe.body === 'json';
  const answer = await boundedFetch(context, url, {
    method: 'POST',
    headers: { 'Content-Type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' },
    body: isJson ? JSON.stringify(sent) : new URLSearchParams(sent).toString(),
  });
  return answer.ok ? readTokens(answer.value, now, recipe.fields) : answer;
}
