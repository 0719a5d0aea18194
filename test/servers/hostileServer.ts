import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a server misbehaves. `never` accepts and says nothing; `drip` sends a byte a second; `endless` never ends its answer;
 * `gigabyte` sends a list of 1 GB; `manyTools` one of 100,000 tools; `manyPages` as many, over pages; `samePage` a cursor
 * that leads to itself; `redirectLoop` sends clients in circles, `redirectAway` to another server; `invalidUtf8`, `notJson`,
 * `notRpc`, `wrongId`, `wrongShape` break the rules; `hungUp` ends the connection in the middle of an answer;
 * `hostileNames` offers what is named to do harm where it's shown; `refused` answers 403 to everything.
 */
export type Misbehaviour =
  | 'never'
  | 'drip'
  | 'endless'
  | 'endlessEvents'
  | 'gigabyte'
  | 'manyTools'
  | 'manyPages'
  | 'samePage'
  | 'redirectLoop'
  | 'redirectAway'
  | 'invalidUtf8'
  | 'notJson'
  | 'notRpc'
  | 'wrongId'
  | 'wrongShape'
  | 'hungUp'
  | 'hostileNames'
  | 'refused'
  | 'none';

export interface HostileServerOptions {
  readonly behaviour: Misbehaviour;
  /** From when on it misbehaves: with the first request, or only when it's asked for a list. */
  readonly from: 'start' | 'list';
  /** The address to listen on, `127.0.0.1` when left out. */
  readonly host?: string;
  /** Where `redirectAway` leads to. */
  readonly elsewhere?: string;
}

export interface HostileServer {
  readonly url: string;
  readonly port: number;
  /** `POST tools/list`, behind it the cursor or the id of a cancelled request; in the order in which they came. */
  readonly requests: readonly string[];
  /** Those of the requests that came with a credential, each behind its path. */
  readonly authorized: readonly string[];
  /** Bytes written in answers so far. */
  readonly sent: number;
  /** How many answers are still being written. */
  readonly open: number;
  /** Calls back with each request as it comes, before anything is answered. */
  onRequest: (request: string) => void;
  close(): Promise<void>;
}

/** Texts that do harm where they are taken for Markdown, HTML, links, formulas, terminals or another direction. */
export const hostileNames = [
  '[click](command:workbench.action.quit)',
  '<img src=x onerror="document.title=1">',
  '</td></table><script>document.title=2</script>',
  '=HYPERLINK("https://evil.example","x")',
  '@SUM(1+1)*cmd|" /C calc"!A0',
  '| a | b |\n| --- | --- |',
  '\u202egnp.exe',
  '\u001b[31mred\u001b[0m\u0007',
  'a\u0000b\r\nSet-Cookie: x',
  '__proto__',
  'constructor',
  'x'.repeat(100_000),
] as const;

/** What can only be done with a list of tools. */
const onlyTools: ReadonlySet<Misbehaviour> = new Set(['manyTools', 'manyPages', 'samePage']);

const gigabyte = 1024 ** 3;

/** A server that keeps to MCP (2025-06-18) except where it's told not to. */
export async function startHostileServer(options: HostileServerOptions): Promise<HostileServer> {
  const requests: string[] = [];
  const authorized: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const counts = { sent: 0, open: 0 };
  const server = createServer((req, res) => {
    counts.open++;
    res.once('close', () => {
      counts.open--;
    });
    handle(req, res).catch(() => res.destroy());
  });

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of req as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
    }
    const message = parse(text);
    const detail = message.params?.cursor ?? message.params?.requestId;
    const request = [req.method, message.method, detail].filter(part => part !== undefined).join(' ');
    requests.push(request);
    if (req.headers.authorization !== undefined) {
      authorized.push(`${req.url} ${request}`);
    }
    running.onRequest(request);
    const isList = message.method?.endsWith('/list') ?? false;
    const isOtherList = isList && message.method !== 'tools/list' && onlyTools.has(options.behaviour);
    if (options.from === 'start' || (isList && !isOtherList)) {
      await misbehave(req, res, message);
    } else {
      behave(res, message);
    }
  }

  async function misbehave(req: IncomingMessage, res: ServerResponse, message: RpcMessage): Promise<void> {
    const { id } = message;
    switch (options.behaviour) {
      case 'never':
        return;
      case 'drip':
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.flushHeaders();
        drip(res, JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } }));
        return;
      case 'endless':
        res.writeHead(200, { 'Content-Type': 'application/json' });
        return pour(res, Number.POSITIVE_INFINITY, '{"jsonrpc":"2.0","x":"', 'a'.repeat(64 * 1024));
      case 'endlessEvents':
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        return pour(res, Number.POSITIVE_INFINITY, '', `: ${'a'.repeat(8 * 1024)}\n\n`);
      case 'gigabyte':
        res.writeHead(200, { 'Content-Type': 'application/json' });
        return pour(res, gigabyte, `{"jsonrpc":"2.0","id":${id},"result":{"tools":[`, `${JSON.stringify(tool('t'))},`);
      case 'manyTools':
        return answer(res, id, { tools: Array.from({ length: 100_000 }, (_, index) => tool(`tool_${index}`)) });
      case 'manyPages': {
        const page = Number(message.params?.cursor ?? 0);
        const tools = Array.from({ length: 100 }, (_, index) => tool(`tool_${page * 100 + index}`));
        return answer(res, id, { tools, ...(page < 999 && { nextCursor: String(page + 1) }) });
      }
      case 'samePage':
        return answer(res, id, { tools: [tool('again')], nextCursor: 'same' });
      case 'redirectLoop':
        res.writeHead(307, { Location: req.url === '/mcp' ? '/again' : '/mcp' }).end();
        return;
      case 'redirectAway':
        res.writeHead(307, { Location: options.elsewhere ?? '/mcp' }).end();
        return;
      case 'invalidUtf8':
        res.writeHead(200, { 'Content-Type': 'application/json' });
        res.end(
          Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}')]),
        );
        return;
      case 'notJson':
        res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"jsonrpc": oops');
        return;
      case 'notRpc':
        res.writeHead(200, { 'Content-Type': 'application/json' }).end('[1, null, {"hello": "world"}]');
        return;
      case 'wrongId':
        return answer(res, 'somebody-else', { tools: [] });
      case 'wrongShape':
        return answer(res, id, { tools: { not: 'a list' }, protocolVersion: 7 });
      case 'hungUp':
        res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
        res.write('{"jsonrpc":"2.0",', () => res.destroy());
        return;
      case 'hostileNames':
        return answer(res, id, listFor(message.method));
      case 'refused':
        res.writeHead(403, { 'Content-Type': 'application/json' }).end('{"error":"forbidden"}');
        return;
      case 'none':
        behave(res, message);
    }
  }

  function behave(res: ServerResponse, { id, method }: RpcMessage): void {
    if (id === undefined) {
      res.writeHead(202).end();
      return;
    }
    if (method === 'initialize') {
      answer(res, id, {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {}, resources: {}, prompts: {} },
        serverInfo: { name: 'hostile', version: '1' },
      });
    } else if (method?.endsWith('/list')) {
      answer(res, id, { [method.slice(0, -'/list'.length)]: [] });
    } else {
      send(res, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
    }
  }

  function answer(res: ServerResponse, id: RpcMessage['id'], result: object): void {
    send(res, { jsonrpc: '2.0', id, result });
  }

  function send(res: ServerResponse, message: object): void {
    const text = JSON.stringify(message);
    counts.sent += text.length;
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
  }

  /** Writes until that much has gone out or the client hangs up, no faster than it reads. */
  async function pour(res: ServerResponse, bytes: number, begin: string, piece: string): Promise<void> {
    const block = piece.repeat(Math.max(1, Math.floor((64 * 1024) / piece.length)));
    res.write(begin);
    for (let written = 0; written < bytes && !res.destroyed; written += block.length) {
      counts.sent += block.length;
      if (!res.write(block)) {
        await eitherEvent(res, 'drain', 'close');
      }
    }
    res.end('null]}}');
  }

  function drip(res: ServerResponse, text: string): void {
    let at = 0;
    const timer = setInterval(() => {
      counts.sent++;
      res.write(text.charAt(at++));
      if (at === text.length || res.destroyed) {
        clearInterval(timer);
      }
    }, 1000);
    timers.add(timer);
  }

  server.listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = options.host?.includes(':') ? `[${options.host}]` : (options.host ?? '127.0.0.1');
  const running: HostileServer = {
    url: `http://${host}:${port}/mcp`,
    port,
    requests,
    authorized,
    get sent() {
      return counts.sent;
    },
    get open() {
      return counts.open;
    },
    onRequest: () => undefined,
    async close() {
      for (const timer of timers) {
        clearInterval(timer);
      }
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return running;
}

function eitherEvent(res: ServerResponse, ...events: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      for (const event of events) {
        res.off(event, done);
      }
      resolve();
    };
    for (const event of events) {
      res.on(event, done);
    }
  });
}

interface RpcMessage {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly cursor?: string; readonly requestId?: number | string };
}

function parse(text: string): RpcMessage {
  try {
    return JSON.parse(text) as RpcMessage;
  } catch {
    return {};
  }
}

function tool(name: string, description = '') {
  return { name, description, inputSchema: { type: 'object' } };
}

function listFor(method = ''): object {
  switch (method) {
    case 'tools/list':
      return { tools: hostileNames.map(name => tool(name, name)) };
    case 'resources/list':
      return { resources: hostileNames.map(name => ({ uri: `note:${name}`, name, description: name })) };
    default:
      return { prompts: hostileNames.map(name => ({ name, description: name })) };
  }
}
