import type { JWK } from 'jose';
import type { ClientMetadata } from 'oidc-provider';

/** The secret of every client here that has one. It protects nothing. */
export const OAUTH_CLIENT_SECRET = 'demo-client-secret-that-protects-nothing';

/** Where the browser goes after sign-in; as RFC 8252 section 7.3 has it, any port will do. */
export const OAUTH_REDIRECT_URI = 'http://127.0.0.1/callback';

/**
 * The clients that a test server knows from the start:
 * - `native-app`: public, code and device code, as an editor on somebody's machine is
 * - `web-app`: code, with a secret in the body (`client_secret_post`)
 * - `service-basic`, `service-post`: client credentials
 * - `service-jwt`: client credentials with a signed assertion, where a key is given
 * - `resource-server`: may introspect and nothing else
 */
export function oauthClients(assertionKey?: JWK): ClientMetadata[] {
  const service: Omit<ClientMetadata, 'client_id'> = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
  const secret = { client_secret: OAUTH_CLIENT_SECRET };
  return [
    {
      client_id: 'native-app',
      client_name: 'Native App',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [OAUTH_REDIRECT_URI],
    },
    {
      client_id: 'web-app',
      ...secret,
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [OAUTH_REDIRECT_URI],
    },
    { ...service, ...secret, client_id: 'service-basic', token_endpoint_auth_method: 'client_secret_basic' },
    { ...service, ...secret, client_id: 'service-post', token_endpoint_auth_method: 'client_secret_post' },
    { ...service, ...secret, client_id: 'resource-server', grant_types: [] },
    ...(assertionKey === undefined
      ? []
      : [
          {
            ...service,
            client_id: 'service-jwt',
            token_endpoint_auth_method: 'private_key_jwt' as const,
            jwks: { keys: [assertionKey] },
          },
        ]),
  ];
}
