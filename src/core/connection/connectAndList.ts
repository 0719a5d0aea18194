import { connect } from './connect.ts';
import {
  type ConnectFailure,
  type Connection,
  type ConnectRequest,
  type Listing,
  type ListKind,
  listKinds,
} from './connection.ts';
import type { Exchange } from './exchange.ts';

/** What a server shows to whoever calls it with the given headers. */
export interface ListOutcome {
  readonly connected?: Pick<Connection, 'transport' | 'protocolVersion' | 'server'>;
  /** Why there is no connection. */
  readonly failure?: ConnectFailure;
  /** Empty where there is no connection. */
  readonly lists: Readonly<Partial<Record<ListKind, Listing>>>;
  readonly exchanges: readonly Exchange[];
}

/** Connects, lists tools, resources and prompts one after another, and closes. Never throws. */
export async function connectAndList(request: ConnectRequest): Promise<ListOutcome> {
  const outcome = await connect(request);
  if (!outcome.ok) {
    return { failure: outcome.failure, lists: {}, exchanges: outcome.exchanges };
  }
  const { connection } = outcome;
  try {
    const lists: Partial<Record<ListKind, Listing>> = {};
    for (const kind of listKinds) {
      lists[kind] = await connection.list(kind);
    }
    const { transport, protocolVersion, server } = connection;
    return { connected: { transport, protocolVersion, server }, lists, exchanges: outcome.exchanges };
  } finally {
    await connection.close();
  }
}
