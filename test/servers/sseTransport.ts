import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AuthInfo, JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/server';

/** Shorter than the idle limits of common proxies and of fetch. */
const PING_MILLISECONDS = 15_000;

/**
 * The HTTP+SSE transport of the 2024-11-05 revision, which hosted platforms still offer and which the server package no
 * longer has: one open stream carries what the server says, the client posts to the address that the stream's first
 * event names.
 */
export class SseTransport implements Transport {
  readonly sessionId = randomUUID();
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: (<T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void) | undefined;

  readonly #res: ServerResponse;
  readonly #postPath: string;
  #ping: NodeJS.Timeout | undefined;
  #isClosed = false;

  /**
   * @param res the answer to the client's GET
   * @param postPath where the client is to post; `?sessionId=...` is appended
   */
  constructor(res: ServerResponse, postPath: string) {
    this.#res = res;
    this.#postPath = postPath;
  }

  async start(): Promise<void> {
    this.#res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      Connection: 'keep-alive',
    });
    this.#res.once('close', () => void this.close());
    this.#res.write(`event: endpoint\ndata: ${this.#postPath}?sessionId=${this.sessionId}\n\n`);
    this.#ping = setInterval(() => this.#res.write(': ping\n\n'), PING_MILLISECONDS);
    this.#ping.unref();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) {
      throw new Error('The stream is closed.');
    }
    this.#res.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** Takes in what the client posted. */
  receive(message: JSONRPCMessage, authInfo: AuthInfo | undefined): void {
    this.onmessage?.(message, authInfo === undefined ? {} : { authInfo });
  }

  async close(): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    clearInterval(this.#ping);
    this.#res.end();
    this.onclose?.();
  }
}
