import { fail, ok, type Result } from '../result.ts';
import type { Secret } from '../secret.ts';
import { requestClientCredentials } from './clientCredentials.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { hasValidToken, type OAuthGrant } from './grant.ts';
import { refreshTokens } from './refresh.ts';
import { refreshByRecipe, requestByRecipe } from './tokenEndpoint.ts';
import type { OAuthContext } from './tokenRequest.ts';
import type { TokenSet } from './tokens.ts';

/** Where a grant is kept. Whoever calls {@link renewGrant} holds the lock that lets only one do so at a time. */
export interface GrantStore {
  /** Reads afresh: another window may have written. */
  load(): Promise<OAuthGrant>;
  /** Resolves when it is written. */
  store(grant: OAuthGrant): Promise<void>;
}

/**
 * What came of a renewal:
 * - `fresh`: nothing was due, another window has done it
 * - `renewed`: there are new tokens, stored and read back
 * - `kept`: it failed, and the access token at hand is still good
 * - `failed`: it failed, and there is no good token
 * - `not-stored`: there are new tokens in `grant`, and the vault doesn't hold them. The old refresh token is spent: they
 *   must not be dropped before they are stored
 */
export interface RenewalOutcome {
  readonly status: 'fresh' | 'renewed' | 'kept' | 'failed' | 'not-stored';
  readonly grant: OAuthGrant;
  readonly failure?: OAuthFailure;
}

/**
 * Gets new tokens for a stored grant, in an order that loses none whenever it is cut off: it writes down that the refresh
 * token is about to be spent, spends it, stores what comes back, and reads that back before anybody uses it.
 *
 * `invalid-grant` after a renewal whose end nobody saw has `data.after` `interrupted`: our own earlier attempt spent the
 * token. Otherwise the server ended the grant, and `data.after` is `refused`.
 *
 * After an answer that got lost, the next call sends the same refresh token again: if the server had spent it, what it gave
 * for it is lost either way, and if it hadn't, all is well.
 * @param isDue whether the loaded grant needs it; asked after loading, since another window may have been faster
 * @throws what `load` throws, and what `store` throws before anything is spent
 */
export async function renewGrant(
  context: OAuthContext,
  store: GrantStore,
  isDue: (grant: OAuthGrant) => boolean,
): Promise<RenewalOutcome> {
  const loaded = await store.load();
  if (!isDue(loaded)) {
    return { status: 'fresh', grant: loaded };
  }
  const wasInterrupted = loaded.renewingSince !== undefined;
  const spends = refreshTokenOf(loaded) !== undefined;
  const marked: OAuthGrant = spends ? { ...loaded, renewingSince: loaded.renewingSince ?? context.now() } : loaded;
  if (spends && !wasInterrupted) {
    await store.store(marked);
  }
  const tokens = await requestNew(context, loaded);
  const { renewingSince: _, ended: __, ...rest } = loaded;
  if (tokens.ok) {
    return keep(store, { ...rest, tokens: tokens.value });
  }
  const { error } = tokens;
  // Nobody knows whether the server got it: the mark stays, for the next failure to be told apart.
  if (!spends || isUncertain(error)) {
    return giveUp(context, marked, error);
  }
  if (error.code !== 'invalid-grant') {
    return settle(context, store, rest, error);
  }
  const after = wasInterrupted ? 'interrupted' : 'refused';
  return settle(
    context,
    store,
    { ...withoutRefreshToken(rest), ended: after },
    {
      ...error,
      data: { ...error.data, after },
    },
  );
}

/** New tokens by the refresh token, else by the grant itself where no person is needed. */
async function requestNew(context: OAuthContext, grant: OAuthGrant): Promise<Result<TokenSet, OAuthFailure>> {
  const refreshToken = refreshTokenOf(grant);
  if (grant.flow === 'tokenEndpoint') {
    const refreshed = refreshToken && (await refreshByRecipe(context, grant.recipe, refreshToken));
    return refreshed && !isRefused(refreshed) ? withScopesOf(grant, refreshed) : requestByRecipe(context, grant.recipe);
  }
  const { server, client, scopes, resource } = grant;
  const refreshed = refreshToken && (await refreshTokens(context, { server, client, resource, refreshToken }));
  if (refreshed && !(grant.flow === 'clientCredentials' && isRefused(refreshed))) {
    return withScopesOf(grant, refreshed);
  }
  return grant.flow === 'clientCredentials'
    ? requestClientCredentials(context, { server, client, scopes, resource })
    : fail(oauthFailure('sign-in-needed', { issuer: server.issuer, ...(grant.ended && { after: grant.ended }) }));
}

/** A refresh that names no scopes has given those that were granted before, which needn't be the ones asked for (RFC 6749 section 6). */
function withScopesOf(
  { tokens }: OAuthGrant,
  refreshed: Result<TokenSet, OAuthFailure>,
): Result<TokenSet, OAuthFailure> {
  return refreshed.ok && tokens?.scopes ? ok({ scopes: tokens.scopes, ...refreshed.value }) : refreshed;
}

/** Whether a refresh was refused for good. By which code tells little: servers of their own kind have words of their own. */
function isRefused(result: Result<TokenSet, OAuthFailure>): boolean {
  return !result.ok && result.error.remedy !== 'retry' && !isUncertain(result.error);
}

/** The refresh token, if it is of use. */
function refreshTokenOf(grant: OAuthGrant): Secret | undefined {
  return grant.flow === 'tokenEndpoint' && !grant.recipe.refresh ? undefined : grant.tokens?.refreshToken;
}

/** Whether the request may have been carried out although there is no answer to read. */
function isUncertain({ code, data }: OAuthFailure): boolean {
  switch (code) {
    case 'network':
      return !neverSent.has(String(data.reason));
    case 'timeout':
    case 'cancelled':
    case 'too-large':
    case 'redirected':
    case 'not-json':
    case 'token-invalid':
    case 'token-type-unsupported':
    case 'server-error':
      return true;
    default:
      return false;
  }
}

/** Errors that come before a connection does. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

async function keep(store: GrantStore, grant: OAuthGrant): Promise<RenewalOutcome> {
  try {
    await store.store(grant);
    const stored = (await store.load()).tokens;
    if (stored && grant.tokens && hasSameTokens(stored, grant.tokens)) {
      return { status: 'renewed', grant };
    }
  } catch {
    // The same as a vault that kept nothing: the tokens are in memory alone.
  }
  return { status: 'not-stored', grant, failure: oauthFailure('not-stored') };
}

/** The failure is certain, and so is what the grant looks like after it. */
async function settle(
  context: OAuthContext,
  store: GrantStore,
  grant: OAuthGrant,
  failure: OAuthFailure,
): Promise<RenewalOutcome> {
  try {
    await store.store(grant);
  } catch {
    // A mark that stays does no more harm than a later failure called "interrupted".
  }
  return giveUp(context, grant, failure);
}

function giveUp(context: OAuthContext, grant: OAuthGrant, failure: OAuthFailure): RenewalOutcome {
  return { status: hasValidToken(grant, context.now()) ? 'kept' : 'failed', grant, failure };
}

function withoutRefreshToken(grant: OAuthGrant): OAuthGrant {
  if (!grant.tokens) {
    return grant;
  }
  const { refreshToken: _, ...tokens } = grant.tokens;
  return { ...grant, tokens };
}

function hasSameTokens(first: TokenSet, second: TokenSet): boolean {
  const isSame = (a: Secret | undefined, b: Secret | undefined) => (a && b ? a.equals(b) : a === b);
  return isSame(first.accessToken, second.accessToken) && isSame(first.refreshToken, second.refreshToken);
}
