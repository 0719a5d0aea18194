// `scope-token` of RFC 6749 section 3.3.
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** More than any server needs, less than a URL can't hold. */
const limit = 100;

/** The scopes of a text with blanks between them, without what is none and what was there before. */
export function parseScopes(text: string): string[] {
  return cleanScopes(text.split(/[ \t\r\n]+/));
}

/** The scopes of a list, likewise. */
export function cleanScopes(scopes: readonly string[]): string[] {
  return [...new Set(scopes.filter(scope => scopeToken.test(scope)))].slice(0, limit);
}

/** All scopes of both, those of the first in front. */
export function unionOfScopes(first: readonly string[], second: readonly string[]): string[] {
  return cleanScopes([...first, ...second]);
}

/** Where the scopes to ask for came from. */
export interface ScopeChoice {
  /** Empty: the parameter is left out, and the server decides. */
  readonly scopes: readonly string[];
  readonly from: 'challenge' | 'resource-metadata' | 'nowhere';
}

/**
 * The scopes of a first sign-in: those of the challenge, else `scopes_supported` of the resource, else none (MCP
 * 2026-07-28, "Scope Selection Strategy"). `offline_access` is added where the authorization server lists it, and only
 * beside others: alone it would replace the scopes that the server gives by default.
 */
export function chooseScopes(options: {
  readonly challenged: readonly string[] | undefined;
  readonly ofResource: readonly string[] | undefined;
  readonly ofServer: readonly string[] | undefined;
  /** Whether a refresh token is wanted. */
  readonly offline: boolean;
}): ScopeChoice {
  const { challenged, ofResource, ofServer, offline } = options;
  const from = challenged?.length ? 'challenge' : ofResource?.length ? 'resource-metadata' : 'nowhere';
  const scopes = from === 'challenge' ? challenged : from === 'resource-metadata' ? ofResource : undefined;
  if (!scopes) {
    return { scopes: [], from };
  }
  const wanted = offline && ofServer?.includes('offline_access') ? [...scopes, 'offline_access'] : scopes;
  return { scopes: cleanScopes(wanted), from };
}
