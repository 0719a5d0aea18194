import type {
  ApiKeyCredential,
  BearerCredential,
  SignedJwtCredential,
  SigningKey,
} from '../../../../src/core/credentials/types.ts';
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
