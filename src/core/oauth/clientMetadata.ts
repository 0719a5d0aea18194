import { isLoopback } from '../config/url.ts';
import type { JsonObject } from '../jwt/types.ts';
import type { ClientAuthMethod } from './clients.ts';

/** What an authorization server is told about us. */
export interface ClientDescription {
  readonly name: string;
  /** A page about us. */
  readonly uri?: string;
  readonly redirectUris: readonly string[];
  /** Beside code and refresh. */
  readonly deviceCode?: boolean;
}

/**
 * Client metadata (RFC 7591 section 2) for a registration. `application_type` says whether we run on somebody's machine
 * (MCP 2026-07-28, "Application Type and Redirect URI Constraints"): a redirect to loopback or to an own scheme does.
 */
export function clientMetadata(description: ClientDescription, authMethod: ClientAuthMethod): JsonObject {
  const { name, uri, redirectUris, deviceCode } = description;
  const isNative = redirectUris.every(redirect => !redirect.startsWith('https:') || isLoopback(redirect));
  return {
    client_name: name,
    ...(uri !== undefined && { client_uri: uri }),
    redirect_uris: [...redirectUris],
    grant_types: [
      'authorization_code',
      'refresh_token',
      ...(deviceCode ? ['urn:ietf:params:oauth:grant-type:device_code'] : []),
    ],
    response_types: ['code'],
    token_endpoint_auth_method: authMethod,
    application_type: isNative ? 'native' : 'web',
  };
}

/**
 * The document to be hosted under `url`, which then is the client id (OAuth Client ID Metadata Document, draft 02).
 * @param url see `isDocumentUrl`
 */
export function clientMetadataDocument(url: string, description: ClientDescription): JsonObject {
  return { client_id: url, ...clientMetadata(description, 'none') };
}
