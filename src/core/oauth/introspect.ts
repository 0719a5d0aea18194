import * as oauth from 'oauth4webapi';
import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Secret } from '../secret.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import { placeOf } from './http.ts';
import { parseJsonObject } from './json.ts';
import { endpointOf } from './serverMetadata.ts';
import { readTokenError } from './tokenErrors.ts';
import { type OAuthContext, type Parties, sendAuthenticated } from './tokenRequest.ts';

/** What a server says of a token. `claims` are text from outside, in the shape of a JWT's. */
export type Introspection = { readonly active: false } | { readonly active: true; readonly claims: JsonObject };

/**
 * Asks the server about a token (RFC 7662). Fails with `endpoint-missing`, `metadata-invalid` for an answer that doesn't say
 * whether it is active, and with what a token request fails with.
 */
export async function introspectToken(
  context: OAuthContext,
  parties: Parties,
  token: Secret,
): Promise<Result<Introspection, OAuthFailure>> {
  const endpoint = endpointOf(parties.server, 'introspectionEndpoint');
  if (!endpoint.ok) {
    return endpoint;
  }
  const sent = await sendAuthenticated(context, parties, (server, client, authentication, options) =>
    oauth.introspectionRequest(server, client, authentication, token.reveal(), options),
  );
  if (!sent.ok) {
    return sent;
  }
  const { answer, now } = sent.value;
  if (answer.status !== 200) {
    return fail(readTokenError(answer, now));
  }
  const body = parseJsonObject(answer.text);
  if (!body || typeof body.active !== 'boolean') {
    const url = placeOf(endpoint.value);
    return fail(body ? oauthFailure('metadata-invalid', { url, member: 'active' }) : oauthFailure('not-json', { url }));
  }
  const { active, ...claims } = body;
  return ok(active ? { active, claims } : { active: false });
}
