import * as oauth from 'oauth4webapi';
import { ok, type Result } from '../result.ts';
import { type AssertionSigner, authenticateClient } from './clientAuthentication.ts';
import type { OAuthClient } from './clients.ts';
import type { OAuthFailure } from './failures.ts';
import type { HttpAnswer, HttpContext } from './http.ts';
import { type MessageOptions, sendMessage, toMessageClient, toMessageServer } from './messages.ts';
import { type AuthorizationServer, endpointOf } from './serverMetadata.ts';
import { readTokens, type TokenSet } from './tokens.ts';

/** Everything that a request to a server's endpoints is made with. */
export interface OAuthContext extends HttpContext {
  /** In ms. */
  now(): number;
  /** For clients whose method is `private_key_jwt`. */
  readonly sign?: AssertionSigner;
}

/** Who asks whom. */
export interface Parties {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
}

/** A request by one of oauth4webapi's functions. */
type Compose = (
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  options: MessageOptions,
) => Promise<Response>;

/**
 * Asks a token endpoint. Fails with `endpoint-missing`, with what `authenticateClient` and `readTokens` fail with, and with
 * what a request fails with.
 */
export function requestTokens(
  context: OAuthContext,
  parties: Parties,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Result<TokenSet, OAuthFailure>> {
  return sendTokenRequest(context, parties, (server, client, authentication, options) =>
    oauth.genericTokenEndpointRequest(server, client, authentication, grantType, { ...parameters }, options),
  );
}

/**
 * Sends a request in the client's name. Fails with what `authenticateClient` fails with, and with what a request fails with.
 * @returns the answer, and when (ms) it was asked for
 */
export async function sendAuthenticated(
  context: OAuthContext,
  { server, client }: Parties,
  compose: Compose,
): Promise<Result<{ readonly answer: HttpAnswer; readonly now: number }, OAuthFailure>> {
  const now = context.now();
  const authentication = await authenticateClient(server, client, now, context.sign);
  if (!authentication.ok) {
    return authentication;
  }
  const sent = await sendMessage(context, options =>
    compose(toMessageServer(server), toMessageClient(client), authentication.value, options),
  );
  return sent.ok ? ok({ answer: sent.value, now }) : sent;
}

/** The same for a request that oauth4webapi has a function of its own for. */
export async function sendTokenRequest(
  context: OAuthContext,
  { server, client }: Parties,
  compose: Compose,
): Promise<Result<TokenSet, OAuthFailure>> {
  const endpoint = endpointOf(server, 'tokenEndpoint');
  if (!endpoint.ok) {
    return endpoint;
  }
  const sent = await sendAuthenticated(context, { server, client }, compose);
  return sent.ok ? readTokens(sent.value.answer, sent.value.now) : sent;
}

/** `scope` and `resource` as parameters; what is empty is left out. */
export function targetParameters(target: {
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
}): Record<string, string> {
  return {
    ...(target.scopes.length > 0 && { scope: target.scopes.join(' ') }),
    ...(target.resource !== undefined && { resource: target.resource }),
  };
}
