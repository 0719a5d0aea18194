import type { ConnectFailure } from '../connection/connection.ts';
import { readServerWords } from '../connection/serverWords.ts';

/**
 * Why a role got no answer. `refused`: the server said no to this role, with `status` or in the words of a JSON-RPC error;
 * `not-sent`: there was nothing to send, `reason` says why in words; otherwise what came in between, whoever asks.
 */
export interface Refusal {
  readonly code: 'refused' | 'not-sent' | ConnectFailure['code'];
  readonly status?: number;
  /** The system's error code, the limit that was reached, or the server's own words. */
  readonly reason?: string;
}

/** Whether a failure is the server's no to this role, or something else. */
export function refusalOf({ code, status, reason, rpc }: ConnectFailure): Refusal {
  if (status === 401 || status === 403) {
    return { code: 'refused', status };
  }
  if (rpc) {
    // An error may be about anything; a refusal speaks of tokens or of what somebody may do.
    const isRefusal = readServerWords({ body: '', headers: {} }, rpc.message).topics.size > 0;
    return { code: isRefusal ? 'refused' : code, reason: rpc.message };
  }
  return { code, ...(status !== undefined && { status }), ...(reason !== undefined && { reason }) };
}
