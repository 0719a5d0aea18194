import type { HostOptions } from '../../host/hostOptions.ts';

export const host = { profile: 'Work', timeoutSeconds: 200 } satisfies HostOptions;
