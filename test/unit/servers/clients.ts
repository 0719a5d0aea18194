import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** The two kinds of clients in use: `legacy` shakes hands as of 2025, `auto` speaks the 2026-07-28 revision. */
export const ERAS = ['legacy', 'auto'] as const;

export type Era = (typeof ERAS)[number];

/** Connects the official client to a server, sending the headers with every request. */
export async function connectClient(
  url: string,
  headers: Record<string, string>,
  era: Era = 'legacy',
): Promise<Client> {
  const client = new Client({ name: 'test-client', version: '1.0.0' }, { versionNegotiation: { mode: era } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** The names of the tools that a caller with these headers is shown. */
export async function toolNames(url: string, headers: Record<string, string>, era: Era = 'legacy'): Promise<string[]> {
  const client = await connectClient(url, headers, era);
  try {
    return (await client.listTools()).tools.map(tool => tool.name);
  } finally {
    await client.close();
  }
}

/** Calls a tool and returns its text; a failure's text starts with `error: `. */
export async function callTool(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const [first] = content;
  assert(first?.type === 'text');
  return isError ? `error: ${first.text}` : first.text;
}

/** What a server answers to the first message of a client. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly challenge: string | null;
}

/** Posts an `initialize` and returns the answer as it is, without a client's interpretation. */
export async function postInitialize(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
    body: INITIALIZE,
  });
  const text = await response.text();
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    body: isJson ? JSON.parse(text) : text,
    challenge: response.headers.get('WWW-Authenticate'),
  };
}

/** Posts an `initialize` with one header line written byte for byte, past all that `fetch` would tidy up or refuse. */
export async function postRawHeader(url: string, headerLine: string): Promise<string> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  socket.end(
    [
      `POST ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: close',
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      `Content-Length: ${Buffer.byteLength(INITIALIZE)}`,
      headerLine,
      '',
      INITIALIZE,
    ].join('\r\n'),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test-client', version: '1.0.0' } },
});
