import { type SubjectParts, subjectOf } from '../../src/core/connection/subject.ts';
import { Secret } from '../../src/core/secret.ts';
import { type Answer, type Oddity, startOddServer } from '../servers/oddServer.ts';
import type { Misconfiguration } from './misconfiguration.ts';
import { bytes, signToken, textSecret } from './tokens.ts';

type Credential = Pick<SubjectParts, 'kind' | 'header'>;

function answer(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: JSON.stringify({ error }) };
}

function page(status: number, title: string, text = ''): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html' },
    body: `<html><head><title>${title}</title></head><body><h1>${title}</h1>${text}<hr>nginx</body></html>`,
  };
}

async function bearer(changes: Parameters<typeof signToken>[1], scheme = 'Bearer '): Promise<Credential> {
  const value = new Secret(`${scheme}${await signToken(bytes(textSecret), { audience: 'notes', ...changes })}`);
  return { kind: 'bearer', header: { name: 'Authorization', value } };
}

const expired = () => bearer({ issuedIn: -7200, expiresIn: -3600 });

function opaque(name: string, value: string, kind: SubjectParts['kind'] = 'bearer'): () => Credential {
  return () => ({ kind, header: { name, value: new Secret(value) } });
}

const nobody = (): Credential => ({ kind: 'none' });
const apiKey = opaque('X-API-Key', 'demo-key-not-a-secret', 'apiKey');

function row(
  server: string,
  defect: string,
  cause: Misconfiguration['cause'],
  oddity: Oddity | (() => Oddity),
  credential: () => Credential | Promise<Credential>,
): Misconfiguration {
  return {
    server,
    defect,
    cause,
    async start() {
      const running = await startOddServer(typeof oddity === 'function' ? oddity() : oddity);
      return {
        subject: subjectOf({ serverUrl: running.url, ...(await credential()) }),
        close: () => running.close(),
      };
    },
  };
}

function guard(strangers: Answer, others: Answer = strangers): Oddity {
  return { kind: 'guard', strangers, others };
}

const stranger = answer(401, 'Authentication required');

/** Servers whose answers lead astray who takes them at their word, or looks no further than at what strangers get. */
export const misleading: readonly Misconfiguration[] = [
  row('401, a web server’s page', 'expired', 'token-expired', guard(page(401, '401 Authorization Required')), expired),
  row(
    'sends strangers to sign in',
    'expired',
    'token-expired',
    guard({ status: 302, headers: { Location: 'https://login.example.com/signin' } }, answer(401, 'Token has expired')),
    expired,
  ),
  row(
    'shows strangers a sign-in page',
    'expired',
    'token-expired',
    guard(page(200, 'Sign in'), answer(401, 'Token has expired')),
    expired,
  ),
  row(
    'has had enough of strangers, 429',
    'expired',
    'token-expired',
    guard(answer(429, 'Slow down'), stranger),
    expired,
  ),
  row(
    '403, speaks of permissions to everybody',
    'expired',
    'token-expired',
    guard(stranger, answer(403, 'Insufficient permissions')),
    expired,
  ),
  row(
    'asks strangers for a token with a scope',
    'no credential in the file',
    'credential-missing',
    guard(answer(401, 'No token provided. A token with the scope notes:read is required.')),
    nobody,
  ),
  row(
    'takes a JWT without “Bearer ”',
    'for another server',
    'audience-wrong',
    guard(stranger, answer(401, 'jwt audience invalid')),
    () => bearer({ audience: 'https://calendar.example.com/mcp' }, ''),
  ),
  row(
    'refuses strangers at every path',
    'a path where nothing is',
    'path-wrong',
    guard(stranger, answer(404, 'Not found')),
    apiKey,
  ),
  row('500, a framework’s page', 'none', 'server-error', guard(stranger, page(500, 'Error')), apiKey),
  row(
    'https where the file says http, a web server’s page',
    'none',
    'tls-expected',
    { kind: 'tlsBehindHttp', says: page(400, '400 The plain HTTP request was sent to HTTPS port') },
    apiKey,
  ),
  row(
    '400, about something else',
    'none',
    'refused',
    guard(stranger, answer(400, 'Bad Request: the header Mcp-Session-Id is required')),
    apiKey,
  ),
];

/** What nobody can tell for sure from outside: whatever is said first must not be said as certain. */
export const undecided: readonly Misconfiguration[] = [
  row(
    '“Authorization failed” to everybody',
    'a wrong key in X-API-Key',
    'credential-refused',
    guard(answer(401, 'Authorization failed')),
    apiKey,
  ),
  row(
    '“Invalid API-Key” to everybody',
    'a wrong key in Authorization',
    'credential-refused',
    guard(answer(401, 'Invalid API-Key')),
    opaque('Authorization', 'Bearer demo-key-not-a-secret'),
  ),
  row(
    '“Authorization or X-API-Key header required” to everybody',
    'a header that a proxy drops',
    'not-seen',
    guard(answer(401, 'Authorization or X-API-Key header required')),
    opaque('Authorization', 'Bearer demo-key-not-a-secret'),
  ),
  row(
    'Spring’s “another algorithm expected, or no matching key”',
    'signed with another key',
    'signature-refused',
    guard(stranger, answer(401, 'Signed JWT rejected: Another algorithm expected, or no matching key(s) found')),
    () => bearer({}),
  ),
  row(
    '“Invalid issuer or audience”',
    'from another issuer',
    'issuer-wrong',
    guard(stranger, answer(401, 'Invalid issuer or audience')),
    () => bearer({}),
  ),
  row(
    '“check signature, issuer and audience”',
    'signed with another key',
    'signature-refused',
    guard(stranger, answer(401, 'Invalid token: check signature, issuer and audience')),
    () => bearer({}),
  ),
  row(
    '“expired, revoked, malformed, or invalid for other reasons”',
    'an opaque token that has expired',
    'token-expired',
    guard(
      stranger,
      answer(401, 'The access token provided is expired, revoked, malformed, or invalid for other reasons.'),
    ),
    opaque('Authorization', 'Bearer demo-token-not-a-secret'),
  ),
  row(
    '“Invalid token”',
    'an opaque token that has expired',
    'token-expired',
    guard(stranger, answer(401, 'Invalid token')),
    opaque('Authorization', 'Bearer demo-token-not-a-secret'),
  ),
  row('“Your trial has expired”', 'none', 'refused', guard(stranger, answer(403, 'Your trial has expired')), apiKey),
  row(
    '500, about a role of its database',
    'none',
    'server-error',
    guard(stranger, answer(500, 'Database error: role "app" has no permission for table notes')),
    apiKey,
  ),
  row('“License key expired”', 'none', 'refused', guard(stranger, answer(403, 'License key expired')), apiKey),
  row(
    '“You have exceeded your quota”',
    'none',
    'refused',
    guard(stranger, answer(403, 'You have exceeded your quota. Ask for more permissions.')),
    apiKey,
  ),
  row(
    '“TLS certificate issuer unknown”',
    'none',
    'refused',
    guard(stranger, answer(401, 'TLS certificate issuer unknown')),
    () => bearer({}),
  ),
  row('“Account disabled”', 'none', 'refused', guard(stranger, answer(403, 'Account disabled')), apiKey),
  row('“Invalid Host”, 403', 'none', 'refused', guard(answer(403, 'Invalid Host: mcp.example.com')), nobody),
  row(
    '401, a web server’s page',
    'a wrong key',
    'credential-refused',
    guard(page(401, '401 Authorization Required')),
    apiKey,
  ),
  row(
    '401, and its clock is 20 seconds behind',
    'signed with another key',
    'signature-refused',
    () => guard(answer(401, '', { Date: new Date(Date.now() - 20_000).toUTCString() })),
    () => bearer({ notBeforeIn: 0 }),
  ),
  row(
    '401, no word',
    'an encrypted token (JWE) that has expired',
    'token-expired',
    guard(stranger, answer(401, '')),
    opaque(
      'Authorization',
      `Bearer ${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}..AAAA.AAAA.AAAA`,
    ),
  ),
];
