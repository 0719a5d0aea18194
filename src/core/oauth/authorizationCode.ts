import * as oauth from 'oauth4webapi';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { type OAuthFailure, oauthFailure, readErrorCode, readErrorDescription } from './failures.ts';
import { toMessageClient, toMessageServer } from './messages.ts';
import { endpointOf } from './serverMetadata.ts';
import { findTrap } from './tokenErrors.ts';
import { type OAuthContext, type Parties, sendTokenRequest, targetParameters } from './tokenRequest.ts';
import type { TokenSet } from './tokens.ts';

export interface AuthorizationRequest extends Parties {
  /** Where the browser comes back to, exactly as the token endpoint will be told. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
  /** Further parameters, such as `prompt`; none of our own can be replaced. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** A sign-in under way. It lives in memory only and is good for one answer. */
export interface PendingAuthorization extends AuthorizationRequest {
  readonly state: string;
  readonly verifier: Secret;
  /** In ms. */
  readonly startedAt: number;
  /** When an answer comes too late, in ms. */
  readonly endsAt: number;
}

/** Nobody signs in for longer than this, in ms. */
export const signInLimit = 10 * 60_000;

/**
 * Begins a sign-in with code and PKCE (RFC 6749 section 4.1, RFC 7636; S256 always) and gives the URL to open. What of the
 * server the answer will be checked against, issuer first of all, is recorded here (MCP 2026-07-28, "Authorization Response
 * Validation").
 *
 * Fails with `pkce-unsupported`, `endpoint-missing`, `client-of-another-issuer`.
 * @param now in ms
 */
export async function beginAuthorization(
  request: AuthorizationRequest,
  now: number,
  limit = signInLimit,
): Promise<Result<{ readonly url: string; readonly pending: PendingAuthorization }, OAuthFailure>> {
  const { server, client, redirectUri } = request;
  if (!server.pkce) {
    return fail(oauthFailure('pkce-unsupported', { issuer: server.issuer }));
  }
  if (client.issuer !== server.issuer) {
    return fail(oauthFailure('client-of-another-issuer', { expected: client.issuer, actual: server.issuer }));
  }
  const endpoint = endpointOf(server, 'authorizationEndpoint');
  const tokenEndpoint = endpointOf(server, 'tokenEndpoint');
  if (!endpoint.ok || !tokenEndpoint.ok) {
    return endpoint.ok ? (tokenEndpoint as Result<never, OAuthFailure>) : endpoint;
  }
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(endpoint.value);
  const parameters = {
    ...request.extra,
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...targetParameters(request),
  };
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, value);
  }
  const pending = { ...request, state, verifier: new Secret(verifier), startedAt: now, endsAt: now + limit };
  return ok({ url: url.href, pending });
}

/**
 * Takes the answer that the browser brought back, and the code in it to the token endpoint. The pending sign-in must not be
 * used again, whatever comes of it: `SignIns` sees to that.
 *
 * `state` and `iss` are compared exactly, before anything else in the answer is looked at (RFC 9207 section 2.4): of a forged
 * answer not even the error is shown.
 *
 * Fails with `callback-unknown` (another state), `callback-late`, `callback-invalid` (a parameter missing or there twice),
 * `iss-missing`, `iss-mismatch`, `access-denied`, `authorization-refused`, and what `requestTokens` fails with.
 */
export async function finishAuthorization(
  context: OAuthContext,
  pending: PendingAuthorization,
  callback: URLSearchParams,
): Promise<Result<TokenSet, OAuthFailure>> {
  const { server, client, redirectUri, verifier, resource } = pending;
  const { issuer } = server;
  for (const name of ['state', 'iss', 'error', 'code']) {
    if (callback.getAll(name).length > 1) {
      return fail(oauthFailure('callback-invalid', { issuer, parameter: name, reason: 'repeated' }));
    }
  }
  if (callback.get('state') !== pending.state) {
    return fail(oauthFailure('callback-unknown', { issuer }));
  }
  if (context.now() > pending.endsAt) {
    return fail(oauthFailure('callback-late', { issuer, at: pending.endsAt }));
  }
  const iss = callback.get('iss');
  if (iss === null && server.issInResponse) {
    return fail(oauthFailure('iss-missing', { issuer }));
  }
  if (iss !== null && iss !== issuer) {
    return fail(oauthFailure('iss-mismatch', { issuer }));
  }
  if (callback.has('error')) {
    return fail(readRefusal(issuer, callback));
  }
  if (!callback.get('code') || ['response', 'id_token', 'token'].some(name => callback.has(name))) {
    return fail(oauthFailure('callback-invalid', { issuer, parameter: 'code', reason: 'missing' }));
  }
  // Once more by oauth4webapi, which takes no callback that it hasn't seen itself.
  const checked = oauth.validateAuthResponse(toMessageServer(server), toMessageClient(client), callback, pending.state);
  return sendTokenRequest(context, pending, (messageServer, messageClient, authentication, options) =>
    oauth.authorizationCodeGrantRequest(
      messageServer,
      messageClient,
      authentication,
      checked,
      redirectUri,
      verifier.reveal(),
      { ...options, ...(resource !== undefined && { additionalParameters: { resource } }) },
    ),
  );
}

/** RFC 6749 section 4.1.2.1. */
function readRefusal(issuer: string, callback: URLSearchParams): OAuthFailure {
  const error = readErrorCode(callback.get('error'));
  const description = callback.get('error_description');
  const errorDescription = readErrorDescription(description);
  const trap = findTrap(error, description);
  return oauthFailure(error === 'access_denied' ? 'access-denied' : 'authorization-refused', {
    issuer,
    ...(error !== undefined && { error }),
    ...(errorDescription !== undefined && { errorDescription }),
    ...(trap !== undefined && { trap }),
  });
}
