import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OAuthClient } from '../../../../src/core/oauth/clients.ts';
import type { OAuthFailure, OAuthFailureCode } from '../../../../src/core/oauth/failures.ts';
import type { AuthorizationServer } from '../../../../src/core/oauth/serverMetadata.ts';
import type { OAuthContext } from '../../../../src/core/oauth/tokenRequest.ts';
import type { Result } from '../../../../src/core/result.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { OAUTH_CLIENT_SECRET } from '../../../servers/oauthClients.ts';

export const REDIRECT_URI = 'http://127.0.0.1:43210/callback';

/** The real network, as the extension uses it, with limits that a test can wait for. */
export function networkContext(changes: Partial<OAuthContext> = {}): OAuthContext {
  return { http: (url, init) => fetch(url, init as RequestInit), now: Date.now, timeLimit: 5000, ...changes };
}

export function unwrap<T>(result: Result<T, OAuthFailure>): T {
  assert(result.ok, result.ok ? '' : `${result.error.code} ${JSON.stringify(result.error.data)}`);
  return result.value;
}

/** The failure, which must have this code. */
export function failureOf(result: Result<unknown, OAuthFailure>, code: OAuthFailureCode): OAuthFailure {
  assert(!result.ok, 'it should have failed');
  assert.equal(result.error.code, code, JSON.stringify(result.error.data));
  return result.error;
}

export function clientOf(
  { issuer }: Pick<AuthorizationServer, 'issuer'>,
  clientId: string,
  authMethod: OAuthClient['authMethod'] = 'none',
): OAuthClient {
  const secret = authMethod.startsWith('client_secret') && { secret: new Secret(OAUTH_CLIENT_SECRET) };
  return { issuer, clientId, source: 'preregistered', authMethod, ...secret };
}

/** A server on loopback that answers what a test wants it to. */
export interface FakeServer {
  readonly origin: string;
  readonly paths: string[];
  answer(path: string, handler: (req: IncomingMessage, res: ServerResponse) => void): void;
  json(path: string, body: unknown, status?: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

export async function startFakeServer(): Promise<FakeServer> {
  const handlers = new Map<string, (req: IncomingMessage, res: ServerResponse) => void>();
  const paths: string[] = [];
  const server = createServer((req, res) => {
    const path = (req.url ?? '').split('?')[0] ?? '';
    paths.push(path);
    const handler = handlers.get(path);
    if (handler) {
      handler(req, res);
    } else {
      res.writeHead(404).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    answer: (path, handler) => handlers.set(path, handler),
    json: (path, body, status = 200, headers = {}) =>
      handlers.set(path, (_, res) => {
        res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        res.end(JSON.stringify(body));
      }),
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
