import type { Exchange, ExchangeFailure } from './exchange.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Fetch, RequestHeader } from './recorder.ts';

/** What it takes to connect to a server as an MCP client does. */
export interface ConnectRequest {
  readonly serverUrl: string;
  /** Sent with every request, to the server's own origin alone. Secret values as `Secret`. */
  readonly headers: readonly RequestHeader[];
  readonly http: Fetch;
  /** Cancels whatever is under way. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<ConnectionLimits>;
  /** ms since the epoch; the machine's clock when left out. */
  readonly now?: () => number;
  /** Hears of every exchange when it begins and when its head is there. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** Over what is spoken: Streamable HTTP (MCP 2025-03-26 and later), or the HTTP+SSE of 2024-11-05. */
export type TransportKind = 'streamableHttp' | 'sse';

/** What a client asks a server for a list of. */
export const listKinds = ['tools', 'resources', 'prompts'] as const;
export type ListKind = (typeof listKinds)[number];

/** A tool, resource or prompt as it is listed. Texts are the server's, cut to length and otherwise as they came. */
export interface ListedItem {
  /** Of a resource, its URI. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Of a tool: `annotations.readOnlyHint`, and whether it can be called without arguments. */
  readonly readOnly?: boolean;
  readonly callableWithoutArguments?: boolean;
}

export interface Listing {
  /** `notOffered`: the server's capabilities don't name it, so it wasn't asked. */
  readonly state: 'listed' | 'notOffered' | 'failed';
  readonly items: readonly ListedItem[];
  /** Whether there was more than the limits allow. */
  readonly truncated: boolean;
  readonly failure?: ConnectFailure;
}

/** What a tool answered; `text` is the beginning of it. */
export interface ToolAnswer {
  readonly outcome: 'answered' | 'toolError' | 'failed';
  readonly text: string;
  readonly failure?: ConnectFailure;
}

/**
 * Why there is no connection, or no answer. `http`: an answer of `status` 400 or more; `rpc`: a JSON-RPC error, its code and the server's own
 * words in `rpc`; `protocol`: an answer that isn't MCP, `reason` says in the client's words what was wrong.
 */
export interface ConnectFailure {
  readonly code: ExchangeFailure['code'] | 'http' | 'rpc' | 'protocol';
  readonly status?: number;
  readonly reason?: string;
  readonly rpc?: { readonly code: number; readonly message: string };
}

/** A connection that stands. Close it, whatever came of it. */
export interface Connection {
  readonly transport: TransportKind;
  /** Such as `2026-07-28` or `2025-11-25`. */
  readonly protocolVersion: string;
  readonly server: { readonly name: string; readonly version: string };
  /** Every exchange so far, in order. The list grows. */
  readonly exchanges: readonly Exchange[];
  /** Pages through a list. Never throws: what went wrong is in the listing. */
  list(kind: ListKind): Promise<Listing>;
  /** Calls a tool with the arguments given. Never throws. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

/** What came of an attempt to connect; `exchanges` tells of every request, also where it failed. */
export type ConnectOutcome =
  | { readonly ok: true; readonly connection: Connection; readonly exchanges: readonly Exchange[] }
  | { readonly ok: false; readonly failure: ConnectFailure; readonly exchanges: readonly Exchange[] };
