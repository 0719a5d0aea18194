import type { HostOptions } from '../../host/hostOptions.ts';

const edits = process.env.MCP_KEYRING_CONCURRENT_EDITS ?? '100';

export const host = {
  windows: 2,
  timeoutSeconds: 600 + Number(edits),
  env: {
    MCP_KEYRING_CONCURRENT_EDITS: edits,
    MCP_KEYRING_RENEWALS: process.env.MCP_KEYRING_RENEWALS ?? '12',
  },
} satisfies HostOptions;
