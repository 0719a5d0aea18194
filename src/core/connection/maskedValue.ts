/** From this length on, four characters at each end say nothing about the rest. */
const showEndsFrom = 24;

/**
 * A secret in a form by which its owner knows it again: `eyJh…f3Qk (164 characters, sha256 9f86d081)`. Of a short one no character is
 * shown. The hash is of the UTF-8 bytes, its first 8 hex digits.
 */
export async function maskedValue(secret: string): Promise<MaskedValue> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  const hash = [...new Uint8Array(digest).subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const shown = secret.length < showEndsFrom ? '…' : `${secret.slice(0, 4)}…${secret.slice(-4)}`;
  return { shown, length: secret.length, hash };
}

export interface MaskedValue {
  /** The first and the last four characters, or only `…`. */
  readonly shown: string;
  /** In UTF-16 units. */
  readonly length: number;
  readonly hash: string;
}
