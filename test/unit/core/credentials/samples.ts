import type {
  ApiKeyCredential,
  BearerCredential,
  OAuthCredential,
  SignedJwtCredential,
  SigningKey,
} from '../../../../src/core/credentials/types.ts';
import type { CredentialGrant, RecipeGrant, StandardGrant } from '../../../../src/core/oauth/grant.ts';
import { snakeCaseNames } from '../../../../src/core/oauth/tokenEndpoint.ts';
import { standardFields, type TokenSet } from '../../../../src/core/oauth/tokens.ts';
import { Secret } from '../../../../src/core/secret.ts';

const common = {
  attachments: [],
  history: [],
  createdAt: Date.UTC(2026, 0, 1),
  timesRenewed: 0,
};

export function apiKey(id = 'key-1', key = 'demo-key-not-a-secret'): ApiKeyCredential {
  return { ...common, kind: 'apiKey', id, name: id, header: { name: 'X-API-Key', scheme: '' }, key: new Secret(key) };
}

export function bearer(id: string, token: string): BearerCredential {
  return {
    ...common,
    kind: 'bearer',
    id,
    name: id,
    header: { name: 'Authorization', scheme: 'Bearer' },
    token: new Secret(token),
  };
}

export function hmacKey(id = 'hmac-1'): SigningKey {
  return {
    type: 'oct',
    id,
    name: id,
    createdAt: common.createdAt,
    text: new Secret('demo-shared-secret-that-protects-nothing'),
    encoding: 'utf8',
  };
}

export function signedJwt(id: string, keyId = 'hmac-1', lifetimeSeconds: number | null = 3600): SignedJwtCredential {
  return {
    ...common,
    kind: 'signedJwt',
    id,
    name: id,
    header: { name: 'Authorization', scheme: 'Bearer' },
    keyId,
    template: {
      algorithm: 'HS256',
      header: { typ: 'JWT' },
      claims: { iss: 'mcp-auth-server', sub: 'alice', role: 'viewer' },
      lifetimeSeconds,
      notBefore: false,
      tokenId: false,
    },
  };
}

export function oauth(id: string, grant: CredentialGrant = codeGrant()): OAuthCredential {
  return {
    ...common,
    kind: 'oauth',
    id,
    name: id,
    header: { name: 'Authorization', scheme: 'Bearer' },
    grant,
  };
}

/** Tokens of an hour, obtained when the fake clock starts. */
export function tokenSet(changes: Partial<TokenSet> = {}): TokenSet {
  const obtainedAt = Date.UTC(2026, 0, 2, 3, 4, 5);
  return {
    accessToken: new Secret('access-1'),
    refreshToken: new Secret('refresh-1'),
    obtainedAt,
    expiresAt: obtainedAt + 3_600_000,
    lifetime: 'expires_in',
    ...changes,
  };
}

export function codeGrant(changes: Partial<StandardGrant> = {}): StandardGrant {
  const issuer = 'https://auth.example.com';
  return {
    flow: 'authorizationCode',
    server: {
      issuer,
      tokenEndpoint: `${issuer}/token`,
      pkce: true,
      issInResponse: true,
      metadataDocuments: false,
    },
    client: { issuer, clientId: 'native-app', source: 'preregistered', authMethod: 'none' },
    scopes: ['notes:read'],
    resource: 'https://example.com/mcp',
    tokens: tokenSet(),
    ...changes,
  };
}

export function recipeGrant(changes: Partial<RecipeGrant> = {}): RecipeGrant {
  return {
    flow: 'tokenEndpoint',
    recipe: {
      url: 'https://auth.example.com/oauth/token',
      body: 'json',
      names: snakeCaseNames,
      clientId: 'demo-client',
      clientSecret: new Secret('demo-client-secret-that-protects-nothing'),
      grantType: 'client_credentials',
      scopes: [],
      extra: { audience: 'demo' },
      fields: standardFields,
      refresh: { grantType: 'refresh_token' },
    },
    tokens: tokenSet(),
    ...changes,
  };
}
