import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that answers what a test wants it to. */
export interface FakeServer {
  readonly origin: string;
  readonly paths: string[];
  answer(path: string, handler: (req: IncomingMessage, res: ServerResponse) => void): void;
  json(path: string, body: unknown, status?: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

/** @param port a free one when left out */
export async function startFakeServer(port = 0): Promise<FakeServer> {
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
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
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
