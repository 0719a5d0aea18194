import type { CauseId } from '../../src/core/connection/diagnosis/types.ts';
import { type SubjectParts, subjectOf } from '../../src/core/connection/subject.ts';
import type { SecretEncoding } from '../../src/core/credentials/types.ts';
import { Secret } from '../../src/core/secret.ts';
import { type GuardedServerOptions, type Manner, startGuardedServer } from '../servers/guardedServer.ts';
import type { Misconfiguration } from './misconfiguration.ts';
import { audience, base64Secret, bytes, issuer, otherSecret, signToken, textSecret } from './tokens.ts';

const kinds: Readonly<Record<Manner, string>> = {
  plain: '401, the reason in words',
  challenge: '401, the reason in WWW-Authenticate',
  vague: '403, the same words for everything',
  silent: '401, no word',
  forbidding: '403, the reason in words',
  failing: '500, the reason in words',
  bad: '400, the reason in words',
  rpc: '200, a JSON-RPC error',
  ok: '200, an error that is no JSON-RPC',
};

type Settings = Omit<GuardedServerOptions, 'manner'>;

interface Credential {
  readonly value: string;
  readonly name?: string;
  readonly kind?: SubjectParts['kind'];
  readonly secret?: { readonly text: string; readonly encoding: SecretEncoding };
  readonly otherRoles?: readonly string[];
}

/** One defect, and the server for which it is one. */
interface Defect {
  readonly name: string;
  readonly cause: CauseId;
  readonly settings: Settings;
  readonly tool?: string;
  credential(): Credential | Promise<Credential>;
}

const jwt: Settings = { jwt: { key: bytes(textSecret), algorithms: ['HS256'], issuer, audience } };
const anyAudience: Settings = { jwt: { key: bytes(textSecret), algorithms: ['HS256'] } };

function bearer(token: string): Credential {
  return { value: `Bearer ${token}` };
}

const defects = {
  expired: {
    name: 'expired an hour ago',
    cause: 'token-expired',
    settings: jwt,
    credential: async () => bearer(await signToken(bytes(textSecret), { issuedIn: -7200, expiresIn: -3600 })),
  },
  early: {
    name: 'valid in an hour',
    cause: 'token-not-yet-valid',
    settings: jwt,
    credential: async () => bearer(await signToken(bytes(textSecret), { notBeforeIn: 3600, expiresIn: 7200 })),
  },
  serverAhead: {
    name: 'the server’s clock is two hours ahead',
    cause: 'clocks-apart',
    settings: { ...jwt, dateOffset: 7_200_000 },
    credential: async () => bearer(await signToken(bytes(textSecret))),
  },
  serverBehind: {
    name: 'the server’s clock is an hour behind',
    cause: 'clocks-apart',
    settings: { ...jwt, dateOffset: -3_600_000 },
    credential: async () => bearer(await signToken(bytes(textSecret), { notBeforeIn: 0 })),
  },
  audience: {
    name: 'for another server',
    cause: 'audience-wrong',
    settings: jwt,
    credential: async () =>
      bearer(await signToken(bytes(textSecret), { audience: 'https://calendar.example.com/mcp' })),
  },
  issuer: {
    name: 'from another issuer',
    cause: 'issuer-wrong',
    settings: jwt,
    credential: async () => bearer(await signToken(bytes(textSecret), { issuer: 'https://login.example.org' })),
  },
  key: {
    name: 'signed with another secret',
    cause: 'signature-refused',
    settings: anyAudience,
    credential: async () => ({
      ...bearer(await signToken(bytes(otherSecret), { audience: 'notes' })),
      kind: 'signedJwt',
      secret: { text: otherSecret, encoding: 'utf8' },
    }),
  },
  decoded: {
    name: 'signed with the secret’s base64 bytes instead of its text',
    cause: 'secret-encoding',
    settings: { jwt: { key: bytes(base64Secret), algorithms: ['HS256'] } },
    credential: async () => ({
      ...bearer(await signToken(new Uint8Array(Buffer.from(base64Secret, 'base64')), { audience: 'notes' })),
      kind: 'signedJwt',
      secret: { text: base64Secret, encoding: 'base64' },
    }),
  },
  undecoded: {
    name: 'signed with the secret’s text instead of its base64 bytes',
    cause: 'secret-encoding',
    settings: { jwt: { key: new Uint8Array(Buffer.from(base64Secret, 'base64')), algorithms: ['HS256'] } },
    credential: async () => ({
      ...bearer(await signToken(bytes(base64Secret), { audience: 'notes' })),
      kind: 'signedJwt',
      secret: { text: base64Secret, encoding: 'utf8' },
    }),
  },
  algorithm: {
    name: 'signed with HS512 where HS256 is taken',
    cause: 'algorithm-refused',
    settings: anyAudience,
    credential: async () =>
      bearer(await signToken(bytes(`${textSecret}${textSecret}`), { algorithm: 'HS512', audience: 'notes' })),
  },
  unsigned: {
    name: 'not signed (alg none)',
    cause: 'algorithm-refused',
    settings: anyAudience,
    credential: () => bearer(`${segment({ alg: 'none' })}.${segment({ sub: 'alice', exp: 4_000_000_000 })}.`),
  },
  role: {
    name: 'role viewer where admin is wanted',
    cause: 'permission-missing',
    settings: { jwt: { key: bytes(textSecret), algorithms: ['HS256'], role: 'admin' } },
    credential: async () => ({
      ...bearer(await signToken(bytes(textSecret), { audience: 'notes', claims: { role: 'viewer' } })),
      kind: 'signedJwt',
      otherRoles: ['admin'],
    }),
  },
  scope: {
    name: 'scope notes:read where notes:write is wanted',
    cause: 'permission-missing',
    settings: { jwt: { key: bytes(textSecret), algorithms: ['HS256'], scope: 'notes:write' } },
    credential: async () =>
      bearer(await signToken(bytes(textSecret), { audience: 'notes', claims: { scope: 'notes:read' } })),
  },
  roleAtCall: {
    name: 'role viewer, refused only when a tool is called',
    cause: 'permission-missing',
    settings: { ...anyAudience, roleToCall: 'admin' },
    tool: 'read_note',
    credential: async () =>
      bearer(await signToken(bytes(textSecret), { audience: 'notes', claims: { role: 'viewer' } })),
  },
  failingTool: {
    name: 'none; the tool that is called fails by itself',
    cause: 'call-refused',
    settings: { ...anyAudience, brokenTool: true },
    tool: 'read_note',
    credential: async () => bearer(await signToken(bytes(textSecret), { audience: 'notes' })),
  },
  keyInAuthorization: {
    name: 'an API key in Authorization where X-API-Key is read',
    cause: 'header-name',
    settings: { header: 'x-api-key', keys: ['demo-key-not-a-secret'] },
    credential: () => ({ value: 'Bearer demo-key-not-a-secret', kind: 'apiKey' }),
  },
  tokenInApiKey: {
    name: 'a JWT in X-API-Key where Authorization is read',
    cause: 'header-name',
    settings: { ...anyAudience, authorizationServer: 'https://login.example.com' },
    credential: async () => ({ value: await signToken(bytes(textSecret), { audience: 'notes' }), name: 'X-API-Key' }),
  },
  schemeMissing: {
    name: 'no “Bearer ” before the JWT',
    cause: 'scheme-missing',
    settings: anyAudience,
    credential: async () => ({ value: await signToken(bytes(textSecret), { audience: 'notes' }) }),
  },
  opaqueSchemeMissing: {
    name: 'no “Bearer ” before an opaque token',
    cause: 'scheme-missing',
    settings: { keys: ['demo-token-not-a-secret'] },
    credential: () => ({ value: 'demo-token-not-a-secret' }),
  },
  schemeDoubled: {
    name: '“Bearer Bearer ”',
    cause: 'scheme-wrong',
    settings: anyAudience,
    credential: async () => ({ value: `Bearer Bearer ${await signToken(bytes(textSecret), { audience: 'notes' })}` }),
  },
  schemeLower: {
    name: '“bearer” in small letters',
    cause: 'scheme-wrong',
    settings: { keys: ['demo-token-not-a-secret'] },
    credential: () => ({ value: 'bearer demo-token-not-a-secret' }),
  },
  namePasted: {
    name: 'the header’s name in its value',
    cause: 'header-malformed',
    settings: anyAudience,
    credential: async () => ({
      value: `Authorization: Bearer ${await signToken(bytes(textSecret), { audience: 'notes' })}`,
    }),
  },
  blanks: {
    name: 'two blanks behind “Bearer”',
    cause: 'header-blanks',
    settings: { keys: ['demo-token-not-a-secret'] },
    credential: () => ({ value: 'Bearer  demo-token-not-a-secret' }),
  },
  truncated: {
    name: 'a JWT whose payload was cut off',
    cause: 'token-malformed',
    settings: anyAudience,
    credential: async () => {
      const [head = '', body = '', signature = ''] = (await signToken(bytes(textSecret))).split('.');
      return bearer(`${head}.${body.slice(0, 41)}.${signature}`);
    },
  },
  wrongKey: {
    name: 'an API key that the server does not know',
    cause: 'credential-refused',
    settings: { header: 'x-api-key', keys: ['demo-key-not-a-secret'] },
    credential: () => ({ value: 'mistyped-key', name: 'X-API-Key', kind: 'apiKey' }),
  },
  revoked: {
    name: 'revoked',
    cause: 'credential-refused',
    settings: { keys: ['demo-token-not-a-secret'], revoked: ['demo-token-not-a-secret'] },
    credential: () => bearer('demo-token-not-a-secret'),
  },
  none: {
    name: 'no credential in the file',
    cause: 'credential-missing',
    settings: { keys: ['demo-token-not-a-secret'] },
    credential: () => ({ value: '', kind: 'none' }),
  },
  oauth: {
    name: 'an API key where OAuth is advertised',
    cause: 'oauth-wanted',
    settings: { keys: [], authorizationServer: 'https://login.example.com' },
    credential: () => ({ value: 'Bearer demo-key-not-a-secret', kind: 'bearer' }),
  },
} satisfies Record<string, Defect>;

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** In which manners each defect is met. */
const met: Readonly<Record<keyof typeof defects, readonly Manner[]>> = {
  expired: ['plain', 'challenge', 'vague', 'silent', 'forbidding', 'failing', 'bad', 'rpc', 'ok'],
  early: ['plain', 'challenge', 'vague', 'silent', 'forbidding'],
  serverAhead: ['plain', 'challenge', 'vague', 'silent', 'rpc'],
  serverBehind: ['plain', 'challenge', 'silent'],
  audience: ['plain', 'challenge', 'vague', 'silent', 'forbidding', 'rpc'],
  issuer: ['plain', 'challenge', 'forbidding', 'failing'],
  key: ['plain', 'challenge', 'vague', 'silent', 'failing'],
  decoded: ['plain', 'vague', 'silent'],
  undecoded: ['plain', 'vague', 'challenge'],
  algorithm: ['plain', 'challenge', 'forbidding'],
  unsigned: ['plain', 'vague', 'silent'],
  role: ['plain', 'forbidding', 'rpc'],
  scope: ['challenge', 'forbidding'],
  roleAtCall: ['plain'],
  failingTool: ['plain'],
  keyInAuthorization: ['plain', 'forbidding', 'bad'],
  tokenInApiKey: ['plain', 'challenge'],
  schemeMissing: ['plain', 'challenge', 'silent', 'vague'],
  opaqueSchemeMissing: ['plain', 'challenge'],
  schemeDoubled: ['plain', 'silent', 'vague'],
  schemeLower: ['plain', 'challenge', 'silent'],
  namePasted: ['plain', 'silent'],
  blanks: ['plain', 'challenge'],
  truncated: ['plain', 'vague', 'failing'],
  wrongKey: ['plain', 'forbidding', 'vague'],
  revoked: ['plain', 'challenge', 'forbidding'],
  none: ['plain', 'challenge', 'silent'],
  oauth: ['plain', 'silent'],
};

/** Every defect at every server where it is met. */
export const credentialDefects: readonly Misconfiguration[] = Object.entries(met).flatMap(([id, manners]) =>
  manners.map(manner => misconfiguration(defects[id as keyof typeof defects], manner)),
);

function misconfiguration(defect: Defect, manner: Manner): Misconfiguration {
  const { authorizationServer } = defect.settings;
  return {
    server: authorizationServer === undefined ? kinds[manner] : `${kinds[manner]}; OAuth metadata`,
    defect: defect.name,
    cause: defect.cause,
    async start() {
      const server = await startGuardedServer({ ...defect.settings, manner });
      const credential = await defect.credential();
      const { secret } = credential;
      const subject = subjectOf({
        serverUrl: server.url,
        kind: credential.kind ?? 'bearer',
        ...(credential.kind !== 'none' && {
          header: { name: credential.name ?? 'Authorization', value: new Secret(credential.value) },
        }),
        ...(secret && {
          signingKey: {
            type: 'oct',
            id: 'key',
            name: 'key',
            createdAt: 0,
            text: new Secret(secret.text),
            encoding: secret.encoding,
          },
        }),
        ...(credential.otherRoles && { otherRoles: credential.otherRoles }),
      });
      return { subject, close: () => server.close(), ...(defect.tool !== undefined && { tool: defect.tool }) };
    },
  };
}
