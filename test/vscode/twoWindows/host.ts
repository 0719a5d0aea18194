import type { HostOptions } from '../../host/hostOptions.ts';

export const host = {
  windows: 2,
  timeoutSeconds: 600,
  env: {
    MCP_KEYRING_CONCURRENT_EDITS: process.env.MCP_KEYRING_CONCURRENT_EDITS ?? '100',
    MCP_KEYRING_RENEWALS: process.env.MCP_KEYRING_RENEWALS ?? '12',
  },
} satisfies HostOptions;
