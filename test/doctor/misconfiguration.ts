import type { CauseId } from '../../src/core/connection/diagnosis/types.ts';
import type { Subject } from '../../src/core/connection/examination.ts';

/** A server in its manner, and a credential that is wrong for it in one way: or an address where the server isn't. */
export interface Misconfiguration {
  readonly server: string;
  readonly defect: string;
  /** The true cause, as whoever made the mistake knows it. */
  readonly cause: CauseId;
  /** Starts the server and says what would be sent to it. */
  start(): Promise<Trouble>;
}

export interface Trouble {
  readonly subject: Subject;
  /** The tool to call, if it takes a call to see what is wrong. */
  readonly tool?: string;
  close(): Promise<void>;
}
