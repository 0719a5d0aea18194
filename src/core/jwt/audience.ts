import { canonicalUrl } from '../config/url.ts';

/** Whom a server takes tokens for. */
export interface ExpectedAudience {
  /** Canonical URL of the server that the token goes to. */
  readonly serverUrl?: string;
  /** Further values that the server is known to accept, character for character. */
  readonly expected?: readonly string[];
}

/**
 * Whether one of the audiences of a token is the server: an expected value, the server's URL, its origin or a path above
 * it (RFC 8707 section 2), a trailing slash apart. `unknown`: a name like `my-api`, of which only the server knows
 * whether it means itself.
 */
export function matchAudience(
  audiences: readonly string[],
  { serverUrl, expected = [] }: ExpectedAudience,
): 'covered' | 'unknown' | 'other' {
  if (audiences.some(name => expected.includes(name) || (serverUrl !== undefined && coversUrl(name, serverUrl)))) {
    return 'covered';
  }
  return expected.length === 0 && audiences.some(name => !isUrl(name)) ? 'unknown' : 'other';
}

function isUrl(name: string): boolean {
  return canonicalUrl(name).ok;
}

function coversUrl(name: string, serverUrl: string): boolean {
  const audience = canonicalUrl(name);
  if (!audience.ok) {
    return false;
  }
  const base = audience.value.replace(/\/$/, '');
  const url = serverUrl.replace(/\/$/, '');
  return url === base || url.startsWith(`${base}/`);
}
