import type { OAuthClient } from './clients.ts';
import type { AuthorizationServer } from './serverMetadata.ts';
import type { TokenRecipe } from './tokenEndpoint.ts';
import type { TokenSet } from './tokens.ts';

/** How the tokens of a grant come about. */
export const oauthFlows = [
  'authorizationCode',
  'deviceCode',
  'clientCredentials',
  'tokenEndpoint',
  'vscodeAccount',
] as const satisfies readonly CredentialGrant['flow'][];

export type OAuthFlow = (typeof oauthFlows)[number];

interface GrantBase {
  /** The tokens in use; absent before the first are there. */
  readonly tokens?: TokenSet;
  /**
   * A renewal set out to spend the refresh token at this time, in ms, and its end hasn't been written down. Found by a later
   * run, it tells that an earlier one died in between, or that its answer got lost.
   */
  readonly renewingSince?: number;
  /** Why only a person can go on: the refresh token was refused, or was spent by a renewal that nobody saw the end of. */
  readonly ended?: 'refused' | 'interrupted';
}

/** A grant of a server that keeps to the standards. */
export interface StandardGrant extends GrantBase {
  readonly flow: 'authorizationCode' | 'deviceCode' | 'clientCredentials';
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** As asked for; what was granted stands with the tokens. */
  readonly scopes: readonly string[];
  /** What is sent as `resource`; absent if nothing is. */
  readonly resource?: string;
}

/** A grant of a token endpoint with rules of its own. */
export interface RecipeGrant extends GrantBase {
  readonly flow: 'tokenEndpoint';
  readonly recipe: TokenRecipe;
}

/** A grant whose tokens the keyring holds: where they are from, how to get more, and the tokens. */
export type OAuthGrant = StandardGrant | RecipeGrant;

/** A session of one of VS Code's own accounts. VS Code keeps its tokens, so nothing here is secret. */
export interface AccountGrant {
  readonly flow: 'vscodeAccount';
  /** As in `vscode.authentication`: `github`, `microsoft`. */
  readonly providerId: string;
  readonly scopes: readonly string[];
  /** Which of several accounts; absent while there was no choice. */
  readonly accountId?: string;
}

/** All that an OAuth credential knows. */
export type CredentialGrant = OAuthGrant | AccountGrant;

/** Whether new tokens can be had without a refresh token and without a person. */
export function isUnattended(grant: OAuthGrant): boolean {
  return grant.flow === 'clientCredentials' || grant.flow === 'tokenEndpoint';
}

/** Whether there is a way to new tokens without a person. */
export function isRenewable(grant: OAuthGrant): boolean {
  return isUnattended(grant) || grant.tokens?.refreshToken !== undefined;
}

/** Whether the grant's access token is good, as far as anybody knows. One that doesn't say when it ends is. */
export function hasValidToken(grant: OAuthGrant, now: number): boolean {
  return grant.tokens !== undefined && (grant.tokens.expiresAt === undefined || now < grant.tokens.expiresAt);
}

/** Part of the lifetime that is left when a token is renewed. */
const fraction = 0.2;
/** Nor is a token of days renewed hours before it ends, in ms. */
const longestLead = 5 * 60_000;

/**
 * When a grant's tokens are to be renewed, in ms: with a fifth of their life left, at most five minutes; earlier by up to half
 * of that again, so that many credentials and many machines don't all come at once. Undefined if they don't say when
 * they end.
 * @param random from 0 to 1, the same for as long as the tokens are
 */
export function renewalTime(grant: OAuthGrant, random: number): number | undefined {
  const { obtainedAt, expiresAt } = grant.tokens ?? {};
  if (obtainedAt === undefined || expiresAt === undefined) {
    return undefined;
  }
  const lead = Math.min((expiresAt - obtainedAt) * fraction, longestLead);
  return expiresAt - lead * (1 + random / 2);
}

/** Whether to get new tokens now: there are none yet, or it's {@link renewalTime}. A clock that was set back is no reason not to. */
export function renewalDue(grant: OAuthGrant, now: number, random: number): boolean {
  if (!grant.tokens) {
    return true;
  }
  const time = renewalTime(grant, random);
  return time !== undefined && (now >= time || now < grant.tokens.obtainedAt - clockTolerance);
}

/** By so much a clock may go backwards, in ms, before the tokens' times mean nothing any more. */
const clockTolerance = 5 * 60_000;
