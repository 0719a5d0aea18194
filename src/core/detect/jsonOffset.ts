/**
 * Where in the text of a JSON string the character at `index` of its value stands.
 * @param start of the string, at its quote
 */
export function jsonOffset(text: string, start: number, end: number, index: number): number {
  let at = start + 1;
  for (let left = index; left > 0 && at < end; left--) {
    at += text.charCodeAt(at) !== backslash ? 1 : text.charAt(at + 1) === 'u' ? 6 : 2;
  }
  return at;
}

const backslash = 0x5c;
