import type { HostOptions } from '../../host/hostOptions.ts';

// In a browser VS Code saves by itself after a second.
export const host = { settings: { 'files.autoSave': 'off' }, timeoutSeconds: 300 } satisfies HostOptions;
