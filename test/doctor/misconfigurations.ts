import { addresses } from './addresses.ts';
import { credentialDefects } from './credentialDefects.ts';
import { houseServers } from './houseServers.ts';
import type { Misconfiguration } from './misconfiguration.ts';
import { misleading } from './misleading.ts';
import { publishedKeys } from './publishedKeys.ts';

export const misconfigurations: readonly Misconfiguration[] = [
  ...credentialDefects,
  ...publishedKeys,
  ...houseServers,
  ...addresses,
  ...misleading,
];
