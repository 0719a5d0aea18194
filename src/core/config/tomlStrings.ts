/** A string of a TOML text, as far as it is well-formed. */
export interface TomlString {
  readonly value: string;
  /** Behind the closing quotes. */
  readonly end: number;
  readonly complete: boolean;
}

/** Where in the text of a TOML string each character of its value stands, and behind the last what follows it. */
export function tomlOffsets(text: string, start: number, end: number): readonly number[] {
  const offsets: number[] = [];
  readTomlString(text, start, offsets);
  offsets.push((offsets.at(-1) ?? end - 1) + 1);
  return offsets;
}

/** A value as a TOML string on one line. What is no Unicode character can't be written and becomes U+FFFD. */
export function quoteToml(value: string): string {
  return JSON.stringify(value.toWellFormed()).replaceAll('\u007f', '\\u007f');
}

/** A name as a TOML key. */
export function tomlKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : quoteToml(name);
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };

/**
 * Reads the string that starts at `start`: basic or literal, on one line or several.
 * @param offsets gets, for each character of the value, where in the text it stands
 */
export function readTomlString(text: string, start: number, offsets?: number[]): TomlString {
  const quote = text.charAt(start);
  const multiline = text.startsWith(quote.repeat(3), start);
  const close = multiline ? quote.repeat(3) : quote;
  let at = start + close.length;
  if (multiline) {
    // A line end right behind the opening quotes is no part of the value.
    at += text.startsWith('\r\n', at) ? 2 : text.charAt(at) === '\n' ? 1 : 0;
  }
  let value = '';
  const add = (piece: string, from: number) => {
    value += piece;
    for (let index = 0; offsets !== undefined && index < piece.length; index++) {
      offsets.push(piece.length === 1 ? from : from + index);
    }
  };
  const plain = quote === '"' ? (multiline ? /[^"\\]+/y : /[^"\\\r\n]+/y) : multiline ? /[^']+/y : /[^'\r\n]+/y;
  while (at < text.length) {
    plain.lastIndex = at;
    const run = plain.exec(text)?.[0] ?? '';
    add(run, at);
    at += run.length;
    const char = text.charAt(at);
    if (text.startsWith(close, at)) {
      // Up to two quotes may stand right before the closing three.
      let extra = 0;
      while (multiline && extra < 2 && text.charAt(at + 3) === quote) {
        add(quote, at);
        at++;
        extra++;
      }
      return { value, end: at + close.length, complete: true };
    }
    if (char === '\\') {
      const from = at;
      const [piece, length] = readEscape(text, at);
      add(piece, from);
      at += length;
    } else if (multiline && char === quote) {
      add(char, at++);
    } else {
      break;
    }
  }
  return { value, end: at, complete: false };
}

/** What a backslash and what follows it stand for, and how long they are in the text. */
function readEscape(text: string, at: number): readonly [piece: string, length: number] {
  const char = text.charAt(at + 1);
  const digits = char === 'u' ? 4 : char === 'U' ? 8 : char === 'x' ? 2 : 0;
  if (digits > 0) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
    return [code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd', 2 + digits];
  }
  if (/\s/.test(char)) {
    // A backslash at a line's end swallows all blanks up to the next character.
    const swallowed = /\\\s*/y;
    swallowed.lastIndex = at;
    return ['', swallowed.exec(text)?.[0].length ?? 1];
  }
  return [escapes[char] ?? char, 2];
}
