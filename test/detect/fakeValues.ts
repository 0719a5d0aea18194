const alphabets: Readonly<Record<string, string>> = {
  an: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  b64u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  hex: '0123456789abcdef',
  low: 'abcdefghijklmnopqrstuvwxyz0123456789',
  az: 'abcdefghijklmnopqrstuvwxyz',
  up: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  dig: '0123456789',
};

const marker = /@(?:(an|b64|b64u|hex|low|az|up|dig):(\d+)|(uuid|jwt|nil|begin|end))@/g;

/**
 * Replaces markers by made-up values of the right shape, so that no file of the project holds anything that looks like a
 * key: `@an:36@` 36 letters and digits, `@b64:n@`, `@b64u:n@`, `@hex:n@`, `@low:n@` (small letters and digits), `@az:n@`,
 * `@up:n@`, `@dig:n@`, `@uuid@`, `@jwt@`, and `@begin@` and `@end@`, the lines around a private key; `@nil@` is nothing,
 * and breaks up what a secret scanner would stop at. The same text and seed always give the same values.
 */
export function withFakeValues(text: string, seed = ''): string {
  const random = numbers(seed);
  const run = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabets[alphabet]?.charAt(Math.floor(random() * alphabets[alphabet].length))).join(
      '',
    );
  return text.replace(marker, (_all, alphabet?: string, length?: string, kind?: string) => {
    if (alphabet !== undefined) {
      return run(alphabet, Number(length));
    }
    switch (kind) {
      case 'uuid':
        return `${run('hex', 8)}-${run('hex', 4)}-4${run('hex', 3)}-a${run('hex', 3)}-${run('hex', 12)}`;
      case 'jwt':
        return `${btoa('{"alg":"HS256"}')}.${btoa(`{"sub":"${run('hex', 12)}"}`).replaceAll('=', '')}.${run('b64u', 43)}`;
      case 'nil':
        return '';
      default:
        return `-----${kind?.toUpperCase()} PRIVATE KEY-----`;
    }
  });
}

/** Numbers in [0, 1) that look random and follow from the seed. */
function numbers(seed: string): () => number {
  let state = 0x9e3779b9;
  for (const char of seed) {
    state = Math.imul(state ^ char.charCodeAt(0), 0x85ebca6b) >>> 0;
  }
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
