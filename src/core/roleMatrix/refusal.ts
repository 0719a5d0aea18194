import type { ConnectFailure } from '../connection/connection.ts';
import type { Exchange } from '../connection/exchange.ts';

/**
 * Why a role got no answer. `refused`: the server said no to this role, with `status` or a JSON-RPC error; `not-sent`: there was
 * nothing to send, `reason` says why in words; otherwise what stands in the way of everybody, or of nobody else.
 */
export interface Refusal {
  readonly code: 'refused' | 'not-sent' | ConnectFailure['code'];
  readonly status?: number;
  /** The system's error code, the limit that was reached, or the server's own words. */
  readonly reason?: string;
}

/** JSON-RPC codes that say that there is no such method: the server doesn't know it, whoever asks. */
const methodNotFound = -32601;

/** Whether a failure is the server's no to this role, or something else. */
export function refusalOf(failure: ConnectFailure, exchanges: readonly Exchange[]): Refusal {
  // The client may wrap a 401 in an error of its own; what came over the wire counts.
  const status =
    failure.status ?? (failure.code === 'http' || failure.code === 'protocol' ? exchanges.at(-1)?.status : undefined);
  if (status === 401 || status === 403) {
    return { code: 'refused', status };
  }
  if (failure.code === 'rpc' && failure.rpc && failure.rpc.code !== methodNotFound) {
    return { code: 'refused', reason: failure.rpc.message };
  }
  return {
    code: failure.code,
    ...(status !== undefined && { status }),
    ...(failure.reason !== undefined && { reason: failure.reason }),
  };
}
