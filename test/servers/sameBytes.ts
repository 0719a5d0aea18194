import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two byte strings in a time that tells nothing about where they differ, nor about their lengths. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
