import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import { plainText } from '../text.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { type HttpContext, placeOf } from './http.ts';
import { textOf, textsOf } from './json.ts';
import { checkUrl, type UrlPolicy } from './urlPolicy.ts';
import { firstDocument } from './wellKnown.ts';

/** An authorization server as its metadata describe it (RFC 8414 section 2), as far as a client needs it. */
export interface AuthorizationServer {
  /** Compared character for character, everywhere. */
  readonly issuer: string;
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly registrationEndpoint?: string;
  readonly revocationEndpoint?: string;
  readonly introspectionEndpoint?: string;
  readonly deviceAuthorizationEndpoint?: string;
  readonly scopesSupported?: readonly string[];
  readonly grantTypes?: readonly string[];
  readonly clientAuthMethods?: readonly string[];
  /** Whether it announces PKCE with S256. Without it no code is asked for. */
  readonly pkce: boolean;
  /** Whether every authorization response has to carry `iss` (RFC 9207 section 3). */
  readonly issInResponse: boolean;
  /** Whether a client id may be the URL of a metadata document. */
  readonly metadataDocuments: boolean;
}

/** Member of the metadata by property of {@link AuthorizationServer}. */
export const endpointNames = {
  authorizationEndpoint: 'authorization_endpoint',
  tokenEndpoint: 'token_endpoint',
  registrationEndpoint: 'registration_endpoint',
  revocationEndpoint: 'revocation_endpoint',
  introspectionEndpoint: 'introspection_endpoint',
  deviceAuthorizationEndpoint: 'device_authorization_endpoint',
} as const;

export type Endpoint = keyof typeof endpointNames;

/**
 * Where an issuer's metadata may stand, in the order to ask (MCP 2026-07-28, "Authorization Server Metadata Discovery").
 * The root of an issuer with a path is never asked: another server may live there.
 */
export function serverMetadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const oauth = '/.well-known/oauth-authorization-server';
  const openid = '/.well-known/openid-configuration';
  return path === ''
    ? [`${origin}${oauth}`, `${origin}${openid}`]
    : [
        `${origin}${oauth}${path}`,
        `${origin}${openid}${path}`,
        `${origin}${path}${openid}`,
        `${origin}${path}${oauth}`,
      ];
}

/**
 * Fetches an issuer's metadata. The first document found is the one: if its `issuer` is another (RFC 8414 section 3.3) or one
 * of its endpoints is not to be talked to, that is a failure and no reason to look on.
 *
 * Fails with `metadata-missing`, `metadata-invalid`, `issuer-mismatch`, `endpoint-forbidden`, `url-forbidden`, and what
 * {@link firstDocument} fails with.
 * @param issuer as the protected resource names it
 * @param aliases further spellings of `issuer` that are as good; only where nobody spelled it for us
 */
export async function findServerMetadata(
  context: HttpContext,
  policy: UrlPolicy,
  issuer: string,
  aliases: readonly string[] = [],
): Promise<Result<AuthorizationServer, OAuthFailure>> {
  const checked = checkUrl(issuer, policy);
  if (!checked.ok) {
    return fail(oauthFailure('url-forbidden', { url: plainText(issuer), reason: checked.error }));
  }
  const found = await firstDocument(context, serverMetadataUrls(issuer));
  if (!found.ok) {
    return found;
  }
  return found.value
    ? readServerMetadata(found.value.document, found.value.url, [issuer, ...aliases], policy)
    : fail(oauthFailure('metadata-missing', { issuer }));
}

/** Reads a metadata document; see {@link findServerMetadata} for what it fails with. */
export function readServerMetadata(
  document: JsonObject,
  url: string,
  issuers: readonly string[],
  policy: UrlPolicy,
): Result<AuthorizationServer, OAuthFailure> {
  const issuer = textOf(document, 'issuer');
  if (issuer === undefined) {
    return fail(oauthFailure('metadata-invalid', { url: placeOf(url), member: 'issuer' }));
  }
  if (!issuers.includes(issuer)) {
    const data = { url: placeOf(url), expected: issuers[0] ?? '', actual: plainText(issuer) };
    return fail(oauthFailure('issuer-mismatch', data));
  }
  const endpoints: Partial<Record<Endpoint, string>> = {};
  for (const [property, member] of Object.entries(endpointNames) as [Endpoint, string][]) {
    if (document[member] === undefined || document[member] === null) {
      continue;
    }
    const endpoint = textOf(document, member) ?? '';
    const checked = checkUrl(endpoint, policy);
    if (!checked.ok) {
      const data = { url: placeOf(url), endpoint: member, actual: plainText(endpoint), reason: checked.error };
      return fail(oauthFailure('endpoint-forbidden', data));
    }
    endpoints[property] = endpoint;
  }
  const lists = {
    scopesSupported: textsOf(document, 'scopes_supported'),
    grantTypes: textsOf(document, 'grant_types_supported'),
    clientAuthMethods: textsOf(document, 'token_endpoint_auth_methods_supported'),
  };
  return ok({
    issuer,
    ...endpoints,
    ...(lists.scopesSupported && { scopesSupported: lists.scopesSupported }),
    ...(lists.grantTypes && { grantTypes: lists.grantTypes }),
    ...(lists.clientAuthMethods && { clientAuthMethods: lists.clientAuthMethods }),
    pkce: textsOf(document, 'code_challenge_methods_supported')?.includes('S256') ?? false,
    issInResponse: document.authorization_response_iss_parameter_supported === true,
    metadataDocuments: document.client_id_metadata_document_supported === true,
  });
}

/** The endpoint, or the failure `endpoint-missing` that says which there isn't. */
export function endpointOf(server: AuthorizationServer, endpoint: Endpoint): Result<string, OAuthFailure> {
  const url = server[endpoint];
  return url === undefined
    ? fail(oauthFailure('endpoint-missing', { issuer: server.issuer, endpoint: endpointNames[endpoint] }))
    : ok(url);
}
