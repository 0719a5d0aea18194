import * as oauth from 'oauth4webapi';
import { fail, ok, type Result } from '../result.ts';
import type { OAuthClient } from './clients.ts';
import type { OAuthFailure } from './failures.ts';
import { boundedFetch, type HttpAnswer, type HttpContext } from './http.ts';
import type { AuthorizationServer } from './serverMetadata.ts';

/** Carries a failure through oauth4webapi, which knows only throws. */
class Unanswered extends Error {
  readonly failure: OAuthFailure;

  constructor(failure: OAuthFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** What the functions of oauth4webapi are to be given as their options. */
export interface MessageOptions {
  readonly [oauth.customFetch]: (
    url: string,
    init: { method: string; headers: Record<string, string>; body?: URLSearchParams | string | null | undefined },
  ) => Promise<Response>;
  readonly [oauth.allowInsecureRequests]: true;
}

/**
 * Sends a message that oauth4webapi composes, by way of {@link boundedFetch}. Its answer is read by ourselves: oauth4webapi
 * is strict where servers in the wild aren't, and keeps whole bodies in its errors.
 *
 * Fails with what {@link boundedFetch} fails with.
 */
export async function sendMessage(
  context: HttpContext,
  compose: (options: MessageOptions) => Promise<Response>,
): Promise<Result<HttpAnswer, OAuthFailure>> {
  let received: HttpAnswer | undefined;
  try {
    await compose({
      async [oauth.customFetch](url, init) {
        const answer = await boundedFetch(context, url, {
          method: 'POST',
          headers: init.headers,
          ...(init.body !== undefined && init.body !== null && { body: String(init.body) }),
        });
        if (!answer.ok) {
          throw new Unanswered(answer.error);
        }
        received = answer.value;
        return new Response(null, { status: 204 });
      },
      // Loopback is http; boundedFetch sees to the rest.
      [oauth.allowInsecureRequests]: true,
    });
  } catch (error) {
    if (error instanceof Unanswered) {
      return fail(error.failure);
    }
    throw error;
  }
  if (!received) {
    throw new Error('The message was not sent.');
  }
  return ok(received);
}

/** The server as oauth4webapi wants it described. */
export function toMessageServer(server: AuthorizationServer): oauth.AuthorizationServer {
  const { tokenEndpoint, registrationEndpoint, revocationEndpoint, introspectionEndpoint } = server;
  return {
    issuer: server.issuer,
    authorization_response_iss_parameter_supported: server.issInResponse,
    ...(server.authorizationEndpoint !== undefined && { authorization_endpoint: server.authorizationEndpoint }),
    ...(tokenEndpoint !== undefined && { token_endpoint: tokenEndpoint }),
    ...(registrationEndpoint !== undefined && { registration_endpoint: registrationEndpoint }),
    ...(revocationEndpoint !== undefined && { revocation_endpoint: revocationEndpoint }),
    ...(introspectionEndpoint !== undefined && { introspection_endpoint: introspectionEndpoint }),
    ...(server.deviceAuthorizationEndpoint !== undefined && {
      device_authorization_endpoint: server.deviceAuthorizationEndpoint,
    }),
  };
}

export function toMessageClient(client: OAuthClient): oauth.Client {
  return { client_id: client.clientId };
}
