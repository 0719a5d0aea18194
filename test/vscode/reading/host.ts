import type { HostOptions } from '../../host/hostOptions.ts';

// Without tolerance, a token of a few seconds is over when it says so.
export const host = { settings: { 'mcpKeyring.clockTolerance': 0 } } satisfies HostOptions;
