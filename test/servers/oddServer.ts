import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { type Certificate, makeCertificate } from './certificate.ts';

/** Something that stands where an MCP server is looked for. */
export interface OddServer {
  /** Where the file says that the MCP server is. */
  readonly url: string;
  readonly origin: string;
  /** How many connections it has had. */
  readonly connections: number;
  close(): Promise<void>;
}

/** What it does. Texts are what such things say in the wild. */
export type Oddity =
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly title: string;
      readonly body?: string;
      readonly via?: string;
    }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** One answer to strangers, and another to whoever sends a credential, good or not. */
  | { readonly kind: 'guard'; readonly strangers: Answer; readonly others: Answer }
  | { readonly kind: 'silence' }
  | { readonly kind: 'hangUp' }
  | { readonly kind: 'http2' }
  | { readonly kind: 'http2Tls'; readonly certificate: Certificate }
  | { readonly kind: 'tls'; readonly certificate: Certificate }
  /** Speaks http, and is looked for with https. */
  | { readonly kind: 'plainBehindHttps' }
  /** Speaks https, and is looked for with http. */
  | { readonly kind: 'tlsBehindHttp'; readonly says?: Answer };

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function startOddServer(oddity: Oddity): Promise<OddServer> {
  const server = serverFor(oddity);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const secure = ['tls', 'http2Tls', 'plainBehindHttps'].includes(oddity.kind);
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    url: `${origin}/mcp`,
    origin,
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}

function serverFor(oddity: Oddity): Server | TcpServer {
  switch (oddity.kind) {
    case 'redirect':
      return createServer((_, res) => res.writeHead(oddity.status ?? 302, { Location: oddity.to }).end());
    case 'page':
      return createServer((_, res) => {
        const body = `<!DOCTYPE html><html><head><title>${oddity.title}</title></head><body>${oddity.body ?? ''}</body></html>`;
        res.writeHead(oddity.status, {
          'Content-Type': 'text/html; charset=utf-8',
          ...(oddity.via !== undefined && { Via: oddity.via }),
        });
        res.end(body);
      });
    case 'answer':
      return createServer((_, res) => {
        res.writeHead(oddity.status, { 'Content-Type': 'application/json', ...oddity.headers });
        res.end(oddity.body ?? '{}');
      });
    case 'guard':
      return createServer(({ headers }, res) => {
        const { status, body, ...answer } =
          (headers.authorization ?? headers['x-api-key']) ? oddity.others : oddity.strangers;
        res.writeHead(status, { 'Content-Type': 'application/json', ...answer.headers });
        res.end(body ?? '{}');
      });
    case 'silence':
      return createServer(() => undefined);
    case 'hangUp':
      return createTcpServer(socket => socket.once('data', () => socket.destroy()));
    case 'http2':
      return createHttp2Server((_, res) => res.end());
    case 'http2Tls': {
      const { privateKey: key, certificate: cert } = oddity.certificate;
      return createSecureServer({ key, cert, allowHTTP1: false }, (_, res) => res.end());
    }
    case 'tls': {
      const { privateKey: key, certificate: cert } = oddity.certificate;
      return createHttpsServer({ key, cert }, ok);
    }
    case 'plainBehindHttps':
      return createServer(ok);
    case 'tlsBehindHttp': {
      const { privateKey: key, certificate: cert } = makeCertificate({ name: 'tls', hosts: ['127.0.0.1'] });
      const tls = createHttpsServer({ key, cert }, ok);
      // As nginx and Go do: a request in clear at the port of https gets an answer in clear.
      return createTcpServer(socket => {
        socket.once('data', first => {
          if (first[0] === 0x16) {
            socket.pause();
            socket.unshift(first);
            tls.emit('connection', socket);
            socket.resume();
          } else {
            const { body: text = 'Client sent an HTTP request to an HTTPS server.', headers } = oddity.says ?? {};
            const type = headers?.['Content-Type'] ?? 'text/plain';
            socket.end(
              `HTTP/1.0 400 Bad Request\r\nContent-Length: ${text.length}\r\nContent-Type: ${type}\r\n\r\n${text}`,
            );
          }
        });
      });
    }
  }
}

const ok: RequestListener = (_, res) => {
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.end('{}');
};
