import type { HostOptions } from '../../host/hostOptions.ts';

export const host = { settings: { 'editor.tabSize': 7 } } satisfies HostOptions;
