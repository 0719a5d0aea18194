import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LandingPage } from '../../core/oauth/landingPage.ts';
import type { LoopbackRedirect } from '../../core/oauth/redirects.ts';

/** Takes what the browser brought, and gives the page to show once the sign-in has ended. */
export type Answer = (parameters: URLSearchParams) => Promise<LandingPage>;

/** A port of this machine where sign-ins come back to. */
export interface LoopbackReceiver {
  readonly port: number;
  /** No more than this sign-in waits; the port is closed with the last of them. */
  close(): void;
}

interface Listening {
  readonly server: Server;
  readonly port: number;
  /** How many sign-ins wait at each path. */
  readonly paths: Map<string, number>;
}

/** A browser that takes longer to send one line is none, in ms. */
const requestLimit = 10_000;

/**
 * Listens on 127.0.0.1 for browsers that come back from a sign-in, as long as somebody waits for one. Sign-ins of one window
 * share a port that is fixed: which is meant tells the `state`.
 */
export class LoopbackReceivers {
  /** By the port that was asked for, as long as it is one. */
  readonly #fixed = new Map<number, Promise<Listening | undefined>>();
  readonly #open = new Set<Listening>();
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /**
   * @returns undefined where the port is taken by somebody else
   * @throws Error with the system's `code` for any other trouble
   */
  async open({ port, path }: LoopbackRedirect): Promise<LoopbackReceiver | undefined> {
    const listening = await (this.#fixed.get(port) ?? this.#listen(port));
    if (!listening) {
      return undefined;
    }
    const { paths } = listening;
    paths.set(path, (paths.get(path) ?? 0) + 1);
    let open = true;
    return {
      port: listening.port,
      close: () => {
        if (open) {
          open = false;
          this.#leave(listening, path);
        }
      },
    };
  }

  dispose(): void {
    for (const { server } of this.#open) {
      server.close();
      server.closeAllConnections();
    }
    this.#open.clear();
    this.#fixed.clear();
  }

  #leave(listening: Listening, path: string): void {
    const { paths, server, port } = listening;
    const left = (paths.get(path) ?? 1) - 1;
    if (left > 0) {
      paths.set(path, left);
      return;
    }
    paths.delete(path);
    if (paths.size === 0) {
      this.#open.delete(listening);
      this.#fixed.delete(port);
      // The last page may still be on its way.
      server.close();
      server.closeIdleConnections();
    }
  }

  #listen(port: number): Promise<Listening | undefined> {
    const listening = this.#bind(port);
    if (port !== 0) {
      this.#fixed.set(port, listening);
      const forget = () => this.#fixed.delete(port);
      listening.then(bound => bound ?? forget(), forget);
    }
    return listening;
  }

  async #bind(wanted: number): Promise<Listening | undefined> {
    const paths = new Map<string, number>();
    const server = createServer({ requestTimeout: requestLimit, headersTimeout: requestLimit }, (request, response) => {
      void this.#respond(request, response, paths).catch(() => response.destroy());
    });
    server.maxConnections = 16;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, resolve);
      });
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) {
        return undefined;
      }
      throw error;
    }
    const { port } = server.address() as AddressInfo;
    const listening = { server, port, paths };
    this.#open.add(listening);
    return listening;
  }

  async #respond(
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
    paths: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { pathname, searchParams } = new URL(url.startsWith('/') ? url : '/', 'http://127.0.0.1');
    // A name that was made to point here (DNS rebinding) is not ours to answer under.
    if (!/^(?:127\.0\.0\.1|localhost):\d+$/.test(headers.host ?? '')) {
      refuse(response, 403);
    } else if (!paths.has(pathname)) {
      refuse(response, 404);
    } else if (method !== 'GET') {
      refuse(response, 405);
    } else {
      const page = await this.#answer(searchParams);
      response.writeHead(200, { ...page.headers, Connection: 'close' });
      response.end(page.html);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', Connection: 'close' });
  response.end();
}
