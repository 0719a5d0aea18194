import { fail, ok, type Result } from '../result.ts';
import { plainText } from '../text.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { type HttpContext, placeOf } from './http.ts';
import { textOf, textsOf } from './json.ts';
import { coversServer } from './resource.ts';
import { cleanScopes } from './scopes.ts';
import { checkUrl, type UrlPolicy } from './urlPolicy.ts';
import { firstDocument } from './wellKnown.ts';

/** What a server publishes about itself as a protected resource (RFC 9728 section 2), as far as a client needs it. */
export interface ResourceMetadata {
  /** Where it was found. */
  readonly url: string;
  /** To be sent as it is: a slash more or less makes another resource of it. */
  readonly resource: string;
  readonly authorizationServers: readonly string[];
  readonly scopesSupported?: readonly string[];
}

const wellKnown = '/.well-known/oauth-protected-resource';

/**
 * Looks for a server's metadata where the challenge says, then under its path, then at the root (MCP 2026-07-28,
 * "Protected Resource Metadata Discovery"). `undefined` if there are none, as with servers of 2025-03-26.
 *
 * Metadata about another resource end the search: a server that contradicts itself isn't papered over. Fails with
 * `resource-mismatch`, `metadata-invalid`, `url-forbidden`, and what {@link firstDocument} fails with.
 * @param fromChallenge `resource_metadata` of the challenge
 */
export async function findResourceMetadata(
  context: HttpContext,
  policy: UrlPolicy,
  fromChallenge: string | undefined,
): Promise<Result<ResourceMetadata | undefined, OAuthFailure>> {
  if (fromChallenge !== undefined) {
    const checked = checkUrl(fromChallenge, policy);
    if (!checked.ok) {
      return fail(oauthFailure('url-forbidden', { url: plainText(fromChallenge), reason: checked.error }));
    }
  }
  const { origin, pathname } = new URL(policy.serverUrl);
  const candidates = [
    ...(fromChallenge === undefined ? [] : [fromChallenge]),
    ...(pathname === '/' ? [] : [`${origin}${wellKnown}${pathname}`]),
    `${origin}${wellKnown}`,
  ];
  const found = await firstDocument(context, new Set(candidates));
  if (!found.ok) {
    return found;
  }
  return found.value ? readMetadata(found.value.document, found.value.url, policy) : ok(undefined);
}

function readMetadata(
  document: Parameters<typeof textOf>[0],
  url: string,
  policy: UrlPolicy,
): Result<ResourceMetadata, OAuthFailure> {
  const resource = textOf(document, 'resource');
  if (resource === undefined) {
    return fail(oauthFailure('metadata-invalid', { url: placeOf(url), member: 'resource' }));
  }
  if (!coversServer(resource, policy.serverUrl)) {
    // A secret may stand in the query of the server's URL.
    const data = { url: placeOf(url), expected: placeOf(policy.serverUrl), actual: plainText(resource) };
    return fail(oauthFailure('resource-mismatch', data));
  }
  const scopes = textsOf(document, 'scopes_supported');
  return ok({
    url,
    resource,
    authorizationServers: textsOf(document, 'authorization_servers') ?? [],
    ...(scopes && { scopesSupported: cleanScopes(scopes) }),
  });
}
