import * as oauth from 'oauth4webapi';
import { fail, ok, type Result } from '../result.ts';
import { Secret } from '../secret.ts';
import { type ClientDescription, clientMetadata } from './clientMetadata.ts';
import { type ClientAuthMethod, clientAuthMethods, type OAuthClient } from './clients.ts';
import { type OAuthFailure, oauthFailure, readErrorCode, readErrorDescription } from './failures.ts';
import type { HttpContext } from './http.ts';
import { parseJsonObject, textOf } from './json.ts';
import { sendMessage, toMessageServer } from './messages.ts';
import { type AuthorizationServer, endpointOf } from './serverMetadata.ts';
import { passingFailure } from './tokenErrors.ts';

/**
 * Registers us with a server (RFC 7591), as a public client where it takes one. What comes back belongs to this issuer.
 *
 * Fails with `endpoint-missing`, `registration-refused` (`data.error` is `invalid_redirect_uri` and the like),
 * `client-auth-unsupported`, and what a request fails with.
 * @param now in ms
 */
export async function registerClient(
  context: HttpContext,
  server: AuthorizationServer,
  description: ClientDescription,
  now: number,
): Promise<Result<OAuthClient, OAuthFailure>> {
  const endpoint = endpointOf(server, 'registrationEndpoint');
  if (!endpoint.ok) {
    return endpoint;
  }
  const wanted = wantedAuthMethod(server);
  const answer = await sendMessage(context, options =>
    oauth.dynamicClientRegistrationRequest(
      toMessageServer(server),
      clientMetadata(description, wanted) as Partial<oauth.OmitSymbolProperties<oauth.Client>>,
      options,
    ),
  );
  if (!answer.ok) {
    return answer;
  }
  const passing = passingFailure(answer.value, now);
  if (passing) {
    return fail(passing);
  }
  const body = parseJsonObject(answer.value.text);
  const clientId = body && textOf(body, 'client_id');
  // 201 by the standard; some answer 200.
  if (answer.value.status >= 300 || !body || clientId === undefined) {
    const error = readErrorCode(body?.error);
    const errorDescription = readErrorDescription(body?.error_description);
    return fail(
      oauthFailure('registration-refused', {
        issuer: server.issuer,
        status: answer.value.status,
        ...(error !== undefined && { error }),
        ...(errorDescription !== undefined && { errorDescription }),
      }),
    );
  }
  const secret = textOf(body, 'client_secret');
  const method = textOf(body, 'token_endpoint_auth_method') ?? wanted;
  // A server may have its own mind about the method; what it needs a secret for can't be done without.
  const authMethod = clientAuthMethods.find(known => known === method);
  if (authMethod === undefined || authMethod === 'private_key_jwt' || (authMethod !== 'none' && secret === undefined)) {
    return fail(
      oauthFailure('client-auth-unsupported', { issuer: server.issuer, method: readErrorCode(method) ?? '' }),
    );
  }
  const expires = body.client_secret_expires_at;
  return ok({
    issuer: server.issuer,
    clientId,
    source: 'registered',
    authMethod,
    redirectUris: [...description.redirectUris],
    ...(authMethod !== 'none' && secret !== undefined && { secret: new Secret(secret) }),
    ...(typeof expires === 'number' && expires > 0 && { secretExpiresAt: expires * 1000 }),
  });
}

/** On somebody's machine a secret is none (RFC 8252 section 8.5), so one is taken only where the server insists. */
function wantedAuthMethod({ clientAuthMethods: supported }: AuthorizationServer): ClientAuthMethod {
  const wanted: readonly ClientAuthMethod[] = ['none', 'client_secret_basic', 'client_secret_post'];
  return wanted.find(method => supported?.includes(method)) ?? (supported ? 'none' : 'client_secret_basic');
}
