/**
 * Where in the text of a JSON string each character of its value stands, and behind the last what follows it.
 * @param start of the string, at its quote
 * @param length of its value, in UTF-16 units
 */
export function jsonOffsets(text: string, start: number, end: number, length: number): Uint32Array {
  const offsets = new Uint32Array(length + 1);
  let at = start + 1;
  for (let index = 0; index <= length; index++) {
    offsets[index] = at;
    if (at < end) {
      at += text.charCodeAt(at) !== backslash ? 1 : text.charAt(at + 1) === 'u' ? 6 : 2;
    }
  }
  return offsets;
}

const backslash = 0x5c;
