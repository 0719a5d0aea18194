import type { HostOptions } from '../../host/hostOptions.ts';

// Without tolerance, a token of a few seconds is over when it says so. In a browser VS Code saves by itself after a second.
export const host = {
  settings: { 'files.autoSave': 'off', 'mcpKeyring.clockTolerance': 0 },
  timeoutSeconds: 300,
} satisfies HostOptions;
