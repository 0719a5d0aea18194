import type { HostOptions } from '../../host/hostOptions.ts';

/** Servers are started, and tokens waited for that differ by a second. */
export const host = { timeoutSeconds: 300 } satisfies HostOptions;
