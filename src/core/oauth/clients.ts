import { isLoopback } from '../config/url.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Secret } from '../secret.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import type { AuthorizationServer } from './serverMetadata.ts';

/** How a client proves at the token endpoint who it is (RFC 7591 section 2, `token_endpoint_auth_method`). */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

export const clientAuthMethods: readonly ClientAuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
];

/** Us, as one authorization server knows us. No other is ever told of it (MCP 2026-07-28, "Authorization Server Binding"). */
export interface OAuthClient {
  /** The issuer that gave or was given the id. */
  readonly issuer: string;
  readonly clientId: string;
  /** Typed in by the user, the URL of a metadata document, or given out by dynamic registration. */
  readonly source: 'preregistered' | 'metadata-document' | 'registered';
  readonly authMethod: ClientAuthMethod;
  readonly secret?: Secret;
  /** When a registered secret ends, in ms; absent for one that doesn't. */
  readonly secretExpiresAt?: number;
  /** As they were registered: no others will be accepted. Of a client that a person typed in, the one to use. */
  readonly redirectUris?: readonly string[];
}

/** What there is to choose a client from. */
export interface ClientOptions {
  /** Clients that the user typed in or that were registered before, for any issuers. */
  readonly known: readonly OAuthClient[];
  /** The https URL under which somebody hosts our metadata document. */
  readonly metadataDocument?: string;
  /** Where the browser will come back to; absent for grants without a browser. */
  readonly redirectUri?: string;
  /** In ms. */
  readonly now: number;
}

/** Use this one, or register first. */
export type ClientChoice = { readonly kind: 'use'; readonly client: OAuthClient } | { readonly kind: 'register' };

/**
 * Which client to be at a server (MCP 2026-07-28, "Client Registration"): one that the user typed in, else the metadata
 * document, else one registered before, else a registration. Fails with `client-needed` where a person has to provide
 * one; `otherIssuers` then says for whom there are some, since the resource may have moved to another server.
 */
export function chooseClient(server: AuthorizationServer, options: ClientOptions): Result<ClientChoice, OAuthFailure> {
  const { known, metadataDocument, redirectUri, now } = options;
  const own = known.filter(client => client.issuer === server.issuer);
  const typed = own.find(client => client.source === 'preregistered');
  if (typed) {
    return ok({ kind: 'use', client: typed });
  }
  if (metadataDocument !== undefined && server.metadataDocuments && isDocumentUrl(metadataDocument)) {
    const { issuer } = server;
    return ok({
      kind: 'use',
      client: { issuer, clientId: metadataDocument, source: 'metadata-document', authMethod: 'none' },
    });
  }
  const registered = own.find(
    client =>
      client.source === 'registered' &&
      (client.secretExpiresAt === undefined || client.secretExpiresAt > now) &&
      (redirectUri === undefined || (client.redirectUris ?? []).some(uri => isSameRedirect(uri, redirectUri))),
  );
  if (registered) {
    return ok({ kind: 'use', client: registered });
  }
  if (server.registrationEndpoint !== undefined) {
    return ok({ kind: 'register' });
  }
  const otherIssuers = [...new Set(known.map(client => client.issuer))].filter(issuer => issuer !== server.issuer);
  return fail(oauthFailure('client-needed', { issuer: server.issuer, otherIssuers }));
}

/**
 * How to prove who we are where nobody has said: with the secret in the header, as every server has to take it (RFC 6749
 * section 2.3.1), unless it lists only the body; without secret not at all.
 */
export function chooseAuthMethod(server: AuthorizationServer, hasSecret: boolean): ClientAuthMethod {
  if (!hasSecret) {
    return 'none';
  }
  const { clientAuthMethods: supported } = server;
  return supported?.includes('client_secret_post') && !supported.includes('client_secret_basic')
    ? 'client_secret_post'
    : 'client_secret_basic';
}

/** A client id has to be https with a path, without dot segments, fragment and user info (CIMD draft section 3). */
export function isDocumentUrl(text: string): boolean {
  try {
    const url = new URL(text);
    return (
      url.protocol === 'https:' &&
      url.pathname !== '/' &&
      url.href === text &&
      !text.includes('#') &&
      url.username === '' &&
      url.password === ''
    );
  } catch {
    return false;
  }
}

/** Whether a redirect URI is the registered one; on loopback any port is (RFC 8252 section 7.3). */
export function isSameRedirect(registered: string, wanted: string): boolean {
  if (registered === wanted) {
    return true;
  }
  if (!isLoopback(registered) || !isLoopback(wanted)) {
    return false;
  }
  const [first, second] = [new URL(registered), new URL(wanted)];
  first.port = second.port = '';
  return first.href === second.href;
}
