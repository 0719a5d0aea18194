import { readUrl } from '../config/url.ts';
import { fail, ok, type Result } from '../result.ts';
import { type BearerChallenge, bearerChallenge } from './challenge.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import type { HttpContext } from './http.ts';
import { probeForChallenge } from './probe.ts';
import { resourceOf } from './resource.ts';
import { findResourceMetadata, type ResourceMetadata } from './resourceMetadata.ts';
import { chooseScopes, type ScopeChoice } from './scopes.ts';
import { type AuthorizationServer, findServerMetadata } from './serverMetadata.ts';
import type { UrlPolicy } from './urlPolicy.ts';

export interface DiscoveryOptions {
  /** As it stands in the config file. */
  readonly serverUrl: string;
  /** The `WWW-Authenticate` of a refusal that somebody has met already: then the server isn't asked for another. */
  readonly challenge?: string;
  /** Issuers with whom there is a client: of several authorization servers, one of these is taken. */
  readonly preferredIssuers?: readonly string[];
  readonly trustedHosts?: readonly string[];
  readonly insecureAllowed?: boolean;
  /** Whether a refresh token is wanted; true when left out. */
  readonly offline?: boolean;
  /**
   * Whether a server without any metadata is taken to have `/authorize`, `/token` and `/register` (MCP 2025-03-26,
   * "Fallbacks for Servers without Metadata Discovery"). It can't announce PKCE then, so this is off unless the user wants it.
   */
  readonly defaultEndpoints?: boolean;
}

/** All that is to be known before a token is asked for. */
export interface Discovery {
  readonly serverUrl: string;
  readonly server: AuthorizationServer;
  /** The other authorization servers that the resource names. */
  readonly otherIssuers: readonly string[];
  /** What to send as `resource`, unless the user wants another. */
  readonly resource: string;
  readonly scopes: ScopeChoice;
  /** How the authorization server was found; `person` where somebody named it. */
  readonly via: 'resource-metadata' | 'origin' | 'default-endpoints' | 'person';
  /** For whatever is to be judged later: a registration, a device's verification page. */
  readonly policy: UrlPolicy;
}

/**
 * Finds out how to get a token for an MCP server: unauthenticated request, challenge, protected resource metadata (RFC
 * 9728), authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0), scopes, resource. By MCP 2026-07-28, which
 * holds for 2025-06-18 and 2025-11-25 too; a server without resource metadata is looked at as one of 2025-03-26, whose
 * authorization server is its own origin.
 *
 * Fails with `not-protected` where a server answers without a token, `url-forbidden` for a URL that no credential may go
 * to, and with what {@link findResourceMetadata} and {@link findServerMetadata} fail with.
 */
export async function discover(
  context: HttpContext,
  options: DiscoveryOptions,
): Promise<Result<Discovery, OAuthFailure>> {
  const { serverUrl } = options;
  const parts = readUrl(serverUrl);
  if (!parts.ok) {
    return fail(oauthFailure('url-forbidden', { reason: parts.error }));
  }
  const policy: UrlPolicy = {
    serverUrl,
    ...(options.trustedHosts && { trustedHosts: options.trustedHosts }),
    ...(options.insecureAllowed && { insecureAllowed: true }),
  };
  let challenge: BearerChallenge | undefined;
  if (options.challenge !== undefined) {
    challenge = bearerChallenge(options.challenge);
  } else {
    const probed = await probeForChallenge(context, serverUrl);
    if (!probed.ok) {
      return probed;
    }
    challenge = bearerChallenge(probed.value.challenge);
  }
  const metadata = await findResourceMetadata(context, policy, challenge?.resourceMetadata);
  if (!metadata.ok) {
    return metadata;
  }
  const found = await findServer(context, options, policy, metadata.value);
  if (!found.ok) {
    return found;
  }
  const { server, via } = found.value;
  const issuers = metadata.value?.authorizationServers ?? [];
  return ok({
    serverUrl,
    server,
    via,
    otherIssuers: issuers.filter(issuer => issuer !== server.issuer),
    resource: metadata.value?.resource ?? resourceOf(serverUrl),
    scopes: chooseScopes({
      challenged: challenge?.scopes,
      ofResource: metadata.value?.scopesSupported,
      ofServer: server.scopesSupported,
      offline: options.offline ?? true,
    }),
    policy,
  });
}

async function findServer(
  context: HttpContext,
  options: DiscoveryOptions,
  policy: UrlPolicy,
  metadata: ResourceMetadata | undefined,
): Promise<Result<Pick<Discovery, 'server' | 'via'>, OAuthFailure>> {
  const issuers = metadata?.authorizationServers ?? [];
  const issuer = issuers.find(candidate => options.preferredIssuers?.includes(candidate)) ?? issuers[0];
  if (issuer !== undefined) {
    const server = await findServerMetadata(context, policy, issuer);
    return server.ok ? ok({ server: server.value, via: 'resource-metadata' }) : server;
  }
  // MCP 2025-03-26, "Authorization Base URL": the origin. The issuer is our own guess, so it may be spelled either way.
  const { origin } = new URL(options.serverUrl);
  const server = await findServerMetadata(context, policy, origin, [`${origin}/`]);
  if (server.ok) {
    return ok({ server: server.value, via: 'origin' });
  }
  return server.error.code === 'metadata-missing' && options.defaultEndpoints && metadata === undefined
    ? ok({ server: defaultServer(origin), via: 'default-endpoints' })
    : server;
}

function defaultServer(origin: string): AuthorizationServer {
  return {
    issuer: origin,
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    registrationEndpoint: `${origin}/register`,
    // Required of every server by that revision; S256 is sent, and a server without it refuses or ignores it.
    pkce: true,
    issInResponse: false,
    metadataDocuments: false,
  };
}
