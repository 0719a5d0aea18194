import { type SubjectParts, subjectOf } from '../../src/core/connection/subject.ts';
import type { SecretEncoding } from '../../src/core/credentials/types.ts';
import { Secret } from '../../src/core/secret.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import {
  CONTAINER_AUDIENCE,
  CONTAINER_ISSUER,
  signContainerToken,
  startContainerServer,
} from '../servers/containerServer.ts';
import type { HttpMcpServer } from '../servers/httpMcpServer.ts';
import { JWKS_SERVER_AUDIENCE, JWKS_SERVER_ISSUER, startJwksServer } from '../servers/jwksServer.ts';
import { startPlatformServer } from '../servers/platformServer.ts';
import { signRolesToken, startRolesServer } from '../servers/rolesServer.ts';
import type { Misconfiguration } from './misconfiguration.ts';
import { base64Secret, makePair, otherSecret, signToken, textSecret } from './tokens.ts';

interface Made {
  readonly server: HttpMcpServer;
  readonly value: string;
  readonly name?: string;
  readonly kind?: SubjectParts['kind'];
  readonly secret?: { readonly text: string; readonly encoding: SecretEncoding };
}

function row(
  server: string,
  defect: string,
  cause: Misconfiguration['cause'],
  make: () => Promise<Made>,
): Misconfiguration {
  return {
    server,
    defect,
    cause,
    async start() {
      const made = await make();
      const { secret } = made;
      return {
        subject: subjectOf({
          serverUrl: made.server.url,
          kind: made.kind ?? 'bearer',
          header: { name: made.name ?? 'Authorization', value: new Secret(made.value) },
          ...(secret && {
            signingKey: { type: 'oct', id: 'k', name: 'k', createdAt: 0, ...secret, text: new Secret(secret.text) },
          }),
        }),
        close: () => made.server.close(),
      };
    },
  };
}

const key = 'demo-key-not-a-secret';
const long = new Date(Date.now() - 86_400_000);

/** The servers of the other suites, which were not written with diagnosis in mind. */
export const houseServers: readonly Misconfiguration[] = [
  row('API key server', 'a wrong key', 'credential-refused', async () => ({
    server: await startApiKeyServer({ keys: [key] }),
    value: 'wrong',
    name: 'X-API-Key',
    kind: 'apiKey',
  })),
  row('API key server', 'the key in Authorization', 'header-name', async () => ({
    server: await startApiKeyServer({ keys: [key] }),
    value: `Bearer ${key}`,
    kind: 'apiKey',
  })),
  row('shared-secret JWT with roles', 'expired', 'token-expired', async () => ({
    server: await startRolesServer({ secret: textSecret }),
    value: `Bearer ${await signRolesToken({ secret: textSecret, role: 'admin', lifetimeSeconds: -60 })}`,
  })),
  row('shared-secret JWT with roles', 'another secret', 'signature-refused', async () => ({
    server: await startRolesServer({ secret: textSecret }),
    value: `Bearer ${await signRolesToken({ secret: otherSecret, role: 'admin' })}`,
  })),
  row('shared-secret JWT with roles', 'another issuer (it says “Invalid token”)', 'issuer-wrong', async () => ({
    server: await startRolesServer({ secret: textSecret }),
    value: `Bearer ${await signRolesToken({ secret: textSecret, role: 'admin', issuer: 'somebody-else' })}`,
  })),
  row('shared-secret JWT with roles', 'no “Bearer ”', 'scheme-missing', async () => ({
    server: await startRolesServer({ secret: textSecret }),
    value: await signRolesToken({ secret: textSecret, role: 'admin' }),
  })),
  row('shared-secret JWT with roles', 'its clock is a day ahead', 'clocks-apart', async () => ({
    server: await startRolesServer({ secret: textSecret, dateOffset: 86_400_000 }),
    value: `Bearer ${await signRolesToken({ secret: textSecret, role: 'admin' })}`,
  })),
  row('sample container', 'the secret decoded from base64', 'secret-encoding', async () => ({
    server: await startContainerServer({ secret: base64Secret }),
    value: `Bearer ${await signToken(new Uint8Array(Buffer.from(base64Secret, 'base64')), {
      issuer: CONTAINER_ISSUER,
      audience: CONTAINER_AUDIENCE,
    })}`,
    kind: 'signedJwt',
    secret: { text: base64Secret, encoding: 'base64' },
  })),
  row('sample container', 'expired', 'token-expired', async () => ({
    server: await startContainerServer({ secret: textSecret }),
    value: `Bearer ${await signContainerToken({ secret: textSecret, role: 'user', now: long })}`,
  })),
  row('sample container', 'another secret', 'signature-refused', async () => ({
    server: await startContainerServer({ secret: textSecret }),
    value: `Bearer ${await signContainerToken({ secret: otherSecret, role: 'user' })}`,
  })),
  row('sample container', 'another audience (it says “Invalid or expired token”)', 'audience-wrong', async () => ({
    server: await startContainerServer({ secret: textSecret }),
    value: `Bearer ${await signContainerToken({ secret: textSecret, role: 'user', audience: 'https://other.example.com' })}`,
  })),
  row('sample container', '“bearer” twice', 'scheme-wrong', async () => ({
    server: await startContainerServer({ secret: textSecret }),
    value: `Bearer Bearer ${await signContainerToken({ secret: textSecret, role: 'user' })}`,
  })),
  row('sample container', 'a wrong API key', 'credential-refused', async () => ({
    server: await startContainerServer({ secret: textSecret, apiKeys: [key] }),
    value: 'wrong',
    name: 'x-api-key',
    kind: 'apiKey',
  })),
  row('resource server', 'HS256 where RS256 is taken (it says “invalid or expired”)', 'algorithm-refused', async () => {
    const pair = await makePair('one');
    return {
      server: await startJwksServer({ mode: { kind: 'jwks', keys: [pair.jwk] } }),
      value: `Bearer ${await signRolesToken({ secret: textSecret, role: 'admin' })}`,
    };
  }),
  row('resource server', 'expired', 'token-expired', async () => {
    const pair = await makePair('one');
    return {
      server: await startJwksServer({ mode: { kind: 'jwks', keys: [pair.jwk] } }),
      value: `Bearer ${await signToken(pair.privateKey, {
        kid: 'one',
        issuer: JWKS_SERVER_ISSUER,
        audience: JWKS_SERVER_AUDIENCE,
        issuedIn: -7200,
        expiresIn: -10,
      })}`,
    };
  }),
  row('resource server', 'a scope is missing', 'permission-missing', async () => {
    const pair = await makePair('one');
    return {
      server: await startJwksServer({ mode: { kind: 'jwks', keys: [pair.jwk] }, requiredScopes: ['notes:admin'] }),
      value: `Bearer ${await signToken(pair.privateKey, {
        kid: 'one',
        issuer: JWKS_SERVER_ISSUER,
        audience: JWKS_SERVER_AUDIENCE,
      })}`,
    };
  }),
  row('hosted platform', 'revoked', 'credential-refused', async () => {
    const server = await startPlatformServer();
    const { token, id } = await server.createToken({ description: 'laptop' });
    server.revokeToken(id);
    return { server, value: `Bearer ${token}` };
  }),
  row('hosted platform', 'expired', 'token-expired', async () => {
    const server = await startPlatformServer();
    const { token } = await server.createToken({ description: 'laptop', lifetimeSeconds: -5 });
    return { server, value: `Bearer ${token}` };
  }),
  row('hosted platform', 'of another platform', 'signature-refused', async () => {
    const other = await startPlatformServer();
    const { token } = await other.createToken({ description: 'laptop' });
    await other.close();
    return { server: await startPlatformServer(), value: `Bearer ${token}` };
  }),
];
