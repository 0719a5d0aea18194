import { hasStandIn, isPlaceholder } from './placeholders.ts';
import type { ValueDemand } from './rules.ts';
import { isMachineMade, isPlainSetting, isUuid, looksRandom } from './values.ts';
import { isVendorStandIn } from './vendors.ts';

/** Longer values are documents, not secrets. In UTF-16 units. */
const longest = 16_384;

/** Whether a value is what its name announces. References have been told apart before. */
export function accepts(demand: ValueDemand, value: string): boolean {
  if (value.length > longest) {
    return false;
  }
  switch (demand) {
    case 'any':
      return value.length >= 3 && isSecretText(value, 8);
    case 'password':
      return value.length >= 5 && isSecretText(value, 6);
    case 'opaque':
      return isOpaque(value) && isSecretText(value, 20);
    case 'random':
      return isUuid(value) ? isSecretText(value, 0) : looksRandom(value, 16) && isSecretText(value, 20);
    case 'hex':
      return /^[0-9a-f]{32}$/i.test(value) && isSecretText(value, 33);
  }
}

/**
 * Whether a value whose name says nothing is a secret by its looks alone: as long as a key, of letters in both cases and
 * digits. Hashes and ids (hexadecimal, UUID) are left alone.
 */
export function isRandomKey(value: string): boolean {
  return (
    value.length >= 32 &&
    value.length <= 512 &&
    /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    !/[:~]/.test(value) &&
    looksRandom(value, 32) &&
    isSecretText(value, 32)
  );
}

/** @param digits how many digits make a number a secret */
function isSecretText(value: string, digits: number): boolean {
  // Most real secrets get no further than this.
  if (isMachineMade(value)) {
    return !hasStandIn(value);
  }
  if (isPlaceholder(value) || isVendorStandIn(value)) {
    return false;
  }
  return /^\d+$/.test(value) ? value.length >= digits : !isPlainSetting(value);
}

const phrase = /^[A-Za-z]+(?:[-_][A-Za-z]+)*$/;
const secretNoun = /(?:^|[-_])(?:token|key|apikey|secret|password|pat|credentials?)(?:$|[-_])/i;

function isOpaque(value: string): boolean {
  if (value.length < 8 || /\s/.test(value)) {
    return false;
  }
  if (!phrase.test(value)) {
    return /\d/.test(value) || value.length >= 20 || !/^[A-Za-z_.:/-]+$/.test(value);
  }
  // Letters only: a word, a phrase such as `github-access-token`, or a short run of both cases such as `kJwPqRtZ`.
  return value.length >= 20 ? !secretNoun.test(value) : /^[A-Za-z]*[a-z][A-Z]+[a-z]+[A-Z][A-Za-z]*$/.test(value);
}
