import { fail, ok, type Result } from '../result.ts';
import { bearerChallenge } from './challenge.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import type { CredentialGrant } from './grant.ts';
import { unionOfScopes } from './scopes.ts';

/** How often a person is asked for more scopes for one and the same operation. */
export const stepUpLimit = 2;

/**
 * The scopes of a challenge that says the token's aren't enough (RFC 6750 section 3.1); undefined for every other refusal.
 * @param status of the answer
 * @param challenge its `WWW-Authenticate`
 */
export function insufficientScopes(status: number, challenge: string | null): readonly string[] | undefined {
  const bearer = status === 403 || status === 401 ? bearerChallenge(challenge) : undefined;
  return bearer?.error === 'insufficient_scope' ? (bearer.scopes ?? []) : undefined;
}

/**
 * The scopes that a step-up mustn't lose: those that were asked for, and those that were granted without (MCP 2026-07-28,
 * "Scope Selection Strategy"). Who asks for none has what the server gives by default, and would have it no more.
 */
export function scopesBefore(grant: CredentialGrant): readonly string[] {
  if (grant.flow === 'vscodeAccount') {
    return grant.scopes;
  }
  const asked = grant.flow === 'tokenEndpoint' ? grant.recipe.scopes : grant.scopes;
  return unionOfScopes(asked, grant.tokens?.scopes ?? []);
}

/**
 * Counts step-ups per operation, so that a server that is never content doesn't keep a person signing in (MCP 2026-07-28,
 * "Step-Up Authorization Flow").
 */
export class StepUps {
  readonly #attempts = new Map<string, number>();

  /**
   * The scopes to sign in with now: those asked for before and those of the challenge. Fails with `scope-insufficient` where
   * that is nothing new, or where it was tried often enough.
   * @param operation what was refused: the server and whatever was wanted of it
   */
  next(
    operation: string,
    requested: readonly string[],
    challenged: readonly string[],
  ): Result<readonly string[], OAuthFailure> {
    const scopes = unionOfScopes(requested, challenged);
    const attempts = this.#attempts.get(operation) ?? 0;
    if (attempts >= stepUpLimit || scopes.length === new Set(requested).size) {
      return fail(oauthFailure('scope-insufficient', { scopes: challenged, attempts }));
    }
    this.#attempts.set(operation, attempts + 1);
    return ok(scopes);
  }
}
