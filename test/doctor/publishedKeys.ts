import { createLocalJWKSet } from 'jose';
import { subjectOf } from '../../src/core/connection/subject.ts';
import { Secret } from '../../src/core/secret.ts';
import { startGuardedServer } from '../servers/guardedServer.ts';
import { startIssuerServer } from './issuerServer.ts';
import type { Misconfiguration } from './misconfiguration.ts';
import { bytes, makePair, type Pair, signToken, type TokenChanges, textSecret } from './tokens.ts';

interface Case {
  readonly defect: string;
  readonly cause: Misconfiguration['cause'];
  readonly token: (made: { readonly right: Pair; readonly other: Pair; readonly issuer: string }) => {
    readonly key: Uint8Array | Pair['privateKey'];
    readonly changes: TokenChanges;
  };
}

const cases: readonly Case[] = [
  {
    defect: 'signed with a key that was rotated away',
    cause: 'key-rotated',
    token: ({ other, issuer }) => ({ key: other.privateKey, changes: { kid: 'last-year', issuer } }),
  },
  {
    defect: 'signed with another key that has the same name',
    cause: 'signature-refused',
    token: ({ other, issuer }) => ({ key: other.privateKey, changes: { kid: 'this-year', issuer } }),
  },
  {
    defect: 'signed with a shared secret where key pairs are published',
    cause: 'algorithm-refused',
    token: ({ issuer }) => ({ key: bytes(textSecret), changes: { issuer } }),
  },
  {
    defect: 'for another server, all else as it should be',
    cause: 'audience-wrong',
    token: ({ right, issuer }) => ({
      key: right.privateKey,
      changes: { kid: 'this-year', issuer, audience: 'https://calendar.example.com/mcp' },
    }),
  },
  {
    defect: 'from another issuer',
    cause: 'issuer-wrong',
    token: ({ other }) => ({
      key: other.privateKey,
      changes: { kid: 'this-year', issuer: 'https://login.example.org' },
    }),
  },
  {
    defect: 'from another issuer, whose keys have other names',
    cause: 'issuer-wrong',
    token: ({ other }) => ({
      key: other.privateKey,
      changes: { kid: 'last-year', issuer: 'https://login.example.org' },
    }),
  },
  {
    defect: 'expired, all else as it should be',
    cause: 'token-expired',
    token: ({ right, issuer }) => ({
      key: right.privateKey,
      changes: { kid: 'this-year', issuer, issuedIn: -7200, expiresIn: -60 },
    }),
  },
];

/** A server that says nothing, and publishes what it takes: what is wrong follows from that. */
export const publishedKeys: readonly Misconfiguration[] = cases.map(({ defect, cause, token }) => ({
  server: '401, no word; OAuth metadata with keys',
  defect,
  cause,
  async start() {
    const right = await makePair('this-year');
    const other = await makePair('last-year');
    const authority = await startIssuerServer([right.jwk]);
    const { issuer } = authority;
    const jwks = createLocalJWKSet({ keys: [right.jwk] });
    const server = await startGuardedServer({
      manner: 'silent',
      authorizationServer: issuer,
      jwt: { key: jwks, algorithms: ['RS256'], issuer, audience: 'nobody-but-me' },
    });
    const { key, changes } = token({ right, other, issuer });
    const value = new Secret(`Bearer ${await signToken(key, { audience: server.url, ...changes })}`);
    return {
      subject: subjectOf({ serverUrl: server.url, kind: 'bearer', header: { name: 'Authorization', value } }),
      async close() {
        await server.close();
        await authority.close();
      },
    };
  },
}));
