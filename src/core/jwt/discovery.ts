import type { FindingData } from '../findings.ts';
import { checkUrl } from '../oauth/urlPolicy.ts';
import { fail, ok, type Result } from '../result.ts';
import { checkFetchUrl, documentLimits, type FetchJson, type FetchProblemReason } from './fetchJson.ts';

export interface DiscoveryProblem {
  readonly reason:
    | FetchProblemReason
    | 'issuer-not-url' // a name like `mcp-auth-server`: nowhere to ask
    | 'metadata-malformed'
    | 'issuer-mismatch' // data: issuer, expected
    | 'no-jwks-uri'
    | 'jwks-private'; // data: jwksUri
  /** `url` of the metadata, or the issuer. */
  readonly data: FindingData;
}

/** Where an issuer publishes its keys, and which document said so. */
export interface DiscoveredJwks {
  readonly jwksUri: string;
  readonly metadataUrl: string;
}

/**
 * Finds the JWKS of a token's issuer in its metadata: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3, and
 * section 5 there for the form in between. The `issuer` in the metadata must be the one asked for, character for character
 * (RFC 8414 section 3.3): otherwise anybody's metadata would do.
 *
 * Asking tells the host named in `iss` that somebody has such a token: only on the user's word.
 */
export async function discoverJwks(
  issuer: string,
  fetchJson: FetchJson,
): Promise<Result<DiscoveredJwks, DiscoveryProblem>> {
  const urls = metadataUrls(issuer);
  if (!urls.ok) {
    return urls;
  }
  let problem: DiscoveryProblem | undefined;
  for (const url of urls.value) {
    const document = await fetchJson(url, documentLimits);
    const found = document.ok ? readMetadata(url, document.value, issuer) : document;
    if (found.ok) {
      return found;
    }
    // A document that says something wrong tells more than one that isn't there.
    problem = !problem || problem.reason === 'http-status' ? found.error : problem;
    // Nobody there, or far too slow: the other documents are at the same host.
    if (found.error.reason === 'unreachable' || found.error.reason === 'timed-out') {
      break;
    }
  }
  return fail(problem ?? { reason: 'issuer-not-url', data: { issuer } });
}

/** The places where an issuer's metadata may be, in the order in which they're tried. */
export function metadataUrls(issuer: string): Result<readonly string[], DiscoveryProblem> {
  const problem = checkFetchUrl(issuer);
  if (problem) {
    return fail(problem.reason === 'url-invalid' ? { reason: 'issuer-not-url', data: { issuer } } : problem);
  }
  const { origin, pathname, search, hash } = new URL(issuer);
  if (search !== '' || hash !== '') {
    return fail({ reason: 'issuer-not-url', data: { issuer } });
  }
  const path = pathname.replace(/\/$/, '');
  return ok([
    ...new Set([
      `${origin}${path}/.well-known/openid-configuration`,
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
    ]),
  ]);
}

function readMetadata(url: string, document: unknown, expected: string): Result<DiscoveredJwks, DiscoveryProblem> {
  if (typeof document !== 'object' || document === null) {
    return fail({ reason: 'metadata-malformed', data: { url } });
  }
  const { issuer, jwks_uri: jwksUri } = document as Readonly<Record<string, unknown>>;
  if (typeof issuer !== 'string') {
    return fail({ reason: 'metadata-malformed', data: { url } });
  }
  if (issuer !== expected) {
    return fail({ reason: 'issuer-mismatch', data: { url, issuer, expected } });
  }
  if (typeof jwksUri !== 'string') {
    return fail({ reason: 'no-jwks-uri', data: { url } });
  }
  const problem = checkFetchUrl(jwksUri);
  if (problem) {
    return fail(problem);
  }
  // Whoever made the token has named the issuer: neither may send us to machines that only we can reach.
  const checked = checkUrl(jwksUri, { serverUrl: expected });
  return !checked.ok && checked.error === 'private-host'
    ? fail({ reason: 'jwks-private', data: { url, jwksUri } })
    : ok({ jwksUri, metadataUrl: url });
}
