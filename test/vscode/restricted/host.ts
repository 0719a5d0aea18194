import type { HostOptions } from '../../host/hostOptions.ts';

export const host = { trust: false } satisfies HostOptions;
