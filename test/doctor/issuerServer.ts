import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

/** An authorization server that does nothing but publish its metadata (RFC 8414) and its keys. */
export interface IssuerServer {
  readonly issuer: string;
  /** May be changed at any time, as when keys are rotated. */
  keys: readonly JWK[];
  close(): Promise<void>;
}

export async function startIssuerServer(keys: readonly JWK[]): Promise<IssuerServer> {
  const server = createServer((req, res) => {
    const found = documents[req.url ?? '']?.();
    res.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: IssuerServer = {
    issuer,
    keys,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  const documents: Readonly<Record<string, () => object>> = {
    '/.well-known/oauth-authorization-server': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    }),
    '/jwks': () => ({ keys: running.keys }),
  };
  return running;
}
