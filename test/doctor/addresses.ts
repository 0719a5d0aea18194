import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type SubjectParts, subjectOf } from '../../src/core/connection/subject.ts';
import { Secret } from '../../src/core/secret.ts';
import { startApiKeyServer } from '../servers/apiKeyServer.ts';
import { type Certificate, makeCertificate } from '../servers/certificate.ts';
import { startHostileServer } from '../servers/hostileServer.ts';
import { type Oddity, startOddServer } from '../servers/oddServer.ts';
import { startPlatformServer } from '../servers/platformServer.ts';
import type { Misconfiguration, Trouble } from './misconfiguration.ts';

const key = 'demo-key-not-a-secret';
const day = 86_400_000;
const header: NonNullable<SubjectParts['header']> = { name: 'X-API-Key', value: new Secret(key) };

function odd(
  server: string,
  cause: Misconfiguration['cause'],
  oddity: Oddity | (() => Oddity | Promise<Oddity>),
): Misconfiguration {
  return {
    server,
    defect: 'none',
    cause,
    async start() {
      const running = await startOddServer(typeof oddity === 'function' ? await oddity() : oddity);
      return {
        subject: subjectOf({ serverUrl: running.url, kind: 'apiKey', header }),
        close: () => running.close(),
      };
    },
  };
}

function place(
  server: string,
  defect: string,
  cause: Misconfiguration['cause'],
  start: () => Promise<{ readonly url: string; close(): Promise<void> }>,
): Misconfiguration {
  return {
    server,
    defect,
    cause,
    async start(): Promise<Trouble> {
      const { url, close } = await start();
      return { subject: subjectOf({ serverUrl: url, kind: 'apiKey', header }), close };
    },
  };
}

let authority: Certificate | undefined;

/** An authority that this process trusts from here on, so that nothing is wrong with a certificate but what is to be wrong. */
function trustedAuthority(): Certificate {
  if (!authority) {
    authority = makeCertificate({ name: 'Known Authority', hosts: [], isAuthority: true });
    setDefaultCACertificates([...getCACertificates('default'), authority.certificate]);
  }
  return authority;
}

async function apiKeyServerAt(path: string) {
  const server = await startApiKeyServer({ keys: [key] });
  return { url: `${server.origin}${path}`, close: () => server.close() };
}

const html = { kind: 'page', title: 'Sign in', body: '<form><input type="password"></form>' } as const;

/** Addresses where the MCP server isn't, and what stands there instead. */
export const addresses: readonly Misconfiguration[] = [
  odd('redirects to a sign-in page of another host', 'redirected-elsewhere', {
    kind: 'redirect',
    to: 'https://login.example.com/signin?next=abc',
  }),
  odd('redirects to another host', 'redirected-elsewhere', {
    kind: 'redirect',
    to: 'https://mcp.example.com/mcp',
    status: 308,
  }),
  odd('redirects to another path', 'moved', { kind: 'redirect', to: '/v2/mcp', status: 307 }),
  odd('a sign-in page, 200', 'web-page', { ...html, status: 200 }),
  odd('a sign-in page, 401', 'web-page', { ...html, status: 401 }),
  odd('a page of a firewall, 403', 'web-page', { kind: 'page', status: 403, title: 'Access blocked' }),
  odd('a proxy whose server is away, 502', 'proxy', { kind: 'page', status: 502, title: '502 Bad Gateway' }),
  odd('a page that came by way of a proxy, 403', 'proxy', {
    kind: 'page',
    status: 403,
    title: 'Denied',
    via: '1.1 gateway',
  }),
  odd('429 with Retry-After', 'rate-limited', { kind: 'answer', status: 429, headers: { 'Retry-After': '30' } }),
  odd('429 without', 'rate-limited', { kind: 'answer', status: 429 }),
  odd('500 for everybody', 'server-error', { kind: 'answer', status: 500, body: '{"error":"Internal Server Error"}' }),
  odd('503 for everybody', 'server-error', { kind: 'answer', status: 503 }),
  odd('never answers', 'no-answer', { kind: 'silence' }),
  odd('hangs up', 'connection-lost', { kind: 'hangUp' }),
  odd('HTTP/2 only, in clear', 'http2-only', { kind: 'http2' }),
  odd('426, wants HTTP/2', 'http2-only', {
    kind: 'answer',
    status: 426,
    headers: { Upgrade: 'h2c', Connection: 'Upgrade' },
  }),
  odd('a self-signed certificate', 'certificate-self-signed', () => ({
    kind: 'tls',
    certificate: makeCertificate({ name: 'demo', hosts: ['127.0.0.1'] }),
  })),
  odd('a certificate of an unknown authority', 'certificate-unknown', () => ({
    kind: 'tls',
    certificate: makeCertificate({
      name: 'demo',
      hosts: ['127.0.0.1'],
      authority: makeCertificate({ name: 'Demo Authority', hosts: [] }),
    }),
  })),
  odd('a certificate that expired yesterday', 'certificate-expired', () => ({
    kind: 'tls',
    certificate: makeCertificate({
      name: 'demo',
      hosts: ['127.0.0.1'],
      authority: trustedAuthority(),
      validFrom: new Date(Date.now() - 90 * day),
      validTo: new Date(Date.now() - day),
    }),
  })),
  odd('a certificate for another host', 'certificate-other-name', () => ({
    kind: 'tls',
    certificate: makeCertificate({
      name: 'calendar.example.com',
      hosts: ['calendar.example.com'],
      authority: trustedAuthority(),
    }),
  })),
  odd('http where the file says https', 'plain-http', { kind: 'plainBehindHttps' }),
  odd('https where the file says http', 'tls-expected', { kind: 'tlsBehindHttp' }),
  odd('a proxy that drops the header, 401', 'not-seen', {
    kind: 'answer',
    status: 401,
    body: '{"error":"Authentication required"}',
  }),
  odd('something that does not speak MCP', 'not-mcp', { kind: 'answer', status: 200, body: '{"hello":"world"}' }),
  place('API key', 'the path /api instead of /mcp', 'path-wrong', () => apiKeyServerAt('/api')),
  place('API key', 'no path instead of /mcp', 'path-wrong', () => apiKeyServerAt('/')),
  place('hosted platform', 'a path where nothing is', 'path-wrong', async () => {
    const server = await startPlatformServer();
    return { url: `${server.origin}/v1/nothing`, close: () => server.close() };
  }),
  place('HTTP+SSE only', 'the path /mcp instead of /sse', 'sse-only', async () => {
    const server = await startPlatformServer({ streamableHttp: false });
    return { url: `${server.origin}/mcp`, close: () => server.close() };
  }),
  place('a list that has no end', 'none', 'too-much', () => startHostileServer({ behaviour: 'endless', from: 'list' })),
  place('nobody', 'a port where nothing listens', 'not-listening', async () => {
    const server = await startOddServer({ kind: 'silence' });
    await server.close();
    return { url: server.url, close: async () => undefined };
  }),
  place('nobody', 'a host that does not exist', 'name-unknown', async () => ({
    url: 'https://mcp.invalid/mcp',
    close: async () => undefined,
  })),
];
