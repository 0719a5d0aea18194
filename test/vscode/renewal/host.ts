import type { HostOptions } from '../../host/hostOptions.ts';

export const host = { settings: { 'mcpKeyring.restartServers': 'always' } } satisfies HostOptions;
