import type { HostOptions } from '../../host/hostOptions.ts';

export const host = { timeoutSeconds: 300 } satisfies HostOptions;
