import type { HostOptions } from '../../host/hostOptions.ts';

// In a browser VS Code saves by itself after a second. A picker that opens must stay open while the test looks at it.
export const host = { settings: { 'files.autoSave': 'off' } } satisfies HostOptions;
