import type { ClientAuth } from 'oauth4webapi';
import { encodeBase64url } from '../jwt/base64url.ts';
import type { JsonObject } from '../jwt/types.ts';
import { fail, ok, type Result } from '../result.ts';
import type { OAuthClient } from './clients.ts';
import { type OAuthFailure, oauthFailure } from './failures.ts';
import type { AuthorizationServer } from './serverMetadata.ts';

/**
 * Signs the claims of a client assertion with a key of the keyring and gives the JWT; undefined if the key is gone.
 */
export type AssertionSigner = (claims: JsonObject) => Promise<string | undefined>;

/** How long an assertion is good, in seconds: for one request, and for clocks that differ a little. */
const assertionLifetime = 60;

/**
 * How a client proves who it is to the server that it belongs to, and to no other. Nothing that identifies a client goes
 * out but through here.
 *
 * Fails with `client-of-another-issuer`, `client-auth-unsupported` for a method whose secret or signer isn't there, and
 * `signature-unavailable`.
 * @param now in ms
 */
export async function authenticateClient(
  server: AuthorizationServer,
  client: OAuthClient,
  now: number,
  sign?: AssertionSigner,
): Promise<Result<ClientAuth, OAuthFailure>> {
  if (client.issuer !== server.issuer) {
    return fail(oauthFailure('client-of-another-issuer', { expected: client.issuer, actual: server.issuer }));
  }
  const { authMethod, clientId, secret } = client;
  const unsupported = fail(oauthFailure('client-auth-unsupported', { issuer: server.issuer, method: authMethod }));
  switch (authMethod) {
    case 'none':
      return ok((_server, _client, body) => body.set('client_id', clientId));
    case 'client_secret_basic':
      return secret
        ? ok((_server, _client, _body, headers) => headers.set('authorization', basic(clientId, secret.reveal())))
        : unsupported;
    case 'client_secret_post':
      return secret
        ? ok((_server, _client, body) => {
            body.set('client_id', clientId);
            body.set('client_secret', secret.reveal());
          })
        : unsupported;
    case 'private_key_jwt': {
      if (!sign) {
        return unsupported;
      }
      const assertion = await sign(assertionClaims(server.issuer, clientId, now));
      return assertion === undefined
        ? fail(oauthFailure('signature-unavailable', { issuer: server.issuer, clientId }))
        : ok((_server, _client, body) => {
            body.set('client_id', clientId);
            body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
            body.set('client_assertion', assertion);
          });
    }
  }
}

/** RFC 7523 section 3. The audience is the issuer alone: an assertion for one server's token endpoint could be replayed at another's. */
function assertionClaims(issuer: string, clientId: string, now: number): JsonObject {
  const seconds = Math.floor(now / 1000);
  return {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    jti: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
    iat: seconds,
    exp: seconds + assertionLifetime,
  };
}

/**
 * RFC 6749 section 2.3.1: both parts in the form encoding of the URL standard, which leaves `-._*` alone. oauth4webapi
 * escapes these too, and servers that don't decode (there are many) then know neither id nor secret.
 */
function basic(clientId: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${btoa(`${encode(clientId)}:${encode(secret)}`)}`;
}
