import type { JsonHandler } from '../config/walkJson.ts';

/** A string of a TOML text, as far as it is well-formed. */
interface TomlString {
  readonly value: string;
  /** Behind the closing quotes. */
  readonly end: number;
  readonly complete: boolean;
}

/**
 * Reads TOML 1.0 as far as finding strings takes: every table is an object inside the root, reopened where it is reopened
 * in the text; numbers, dates and booleans are literals, unchecked. Never throws; behind an error it goes on with the next
 * line. Linear.
 */
export function walkToml(text: string, handler: JsonHandler): void {
  new Walker(text, handler).walk();
}

/** Where in the text of a TOML string the character at `index` of its value stands. */
export function tomlOffset(text: string, start: number, end: number, index: number): number {
  const offsets: number[] = [];
  readString(text, start, offsets);
  return offsets[index] ?? (offsets.at(-1) ?? end - 1) + 1;
}

/** Nested values deeper than this are skipped: nobody writes them, and each costs a stack frame. */
const deepest = 100;
const bareKey = /[A-Za-z0-9_-]+/y;
const blanks = /[ \t]*/y;
const scalar = /[^\s,\]}#][^,\]}#\r\n]*/y;
const lineEnd = /[^\r\n]*(?:\r\n?|\n|$)/y;

class Walker {
  readonly #text: string;
  readonly #handler: JsonHandler;
  #at = 0;
  #table: readonly string[] = [];

  constructor(text: string, handler: JsonHandler) {
    this.#text = text;
    this.#handler = handler;
    if (text.charCodeAt(0) === 0xfeff) {
      this.#at = 1;
    }
  }

  walk(): void {
    this.#handler.objectStart(this.#at);
    this.#skipToToken();
    while (this.#at < this.#text.length) {
      const start = this.#at;
      if (this.#char() === '[') {
        this.#header();
      } else {
        this.#pair(0);
      }
      this.#endLine();
      if (this.#at === start) {
        this.#at++;
      }
      this.#skipToToken();
    }
    this.#enter([], this.#at);
    this.#handler.objectEnd(this.#at);
  }

  #char(): string {
    return this.#text.charAt(this.#at);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** Over blanks, line ends and comments. */
  #skipToToken(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#char();
      if (char === '#') {
        this.#match(/[^\r\n]*/y);
      } else if (!/\s/.test(char)) {
        return;
      }
    }
  }

  /** A line that goes on where it should have ended isn't TOML. */
  #endLine(): void {
    this.#match(blanks);
    const start = this.#at;
    const rest = this.#match(lineEnd);
    if (!/^\s*(?:#|$)/.test(rest)) {
      this.#handler.problem(start, this.#at);
    }
  }

  /** `[a.b]` and `[[a.b]]`. */
  #header(): void {
    const start = this.#at;
    this.#match(/\[{1,2}/y);
    const path = this.#path();
    if (path.length === 0) {
      this.#handler.problem(start, this.#at);
      return;
    }
    this.#match(/\]{1,2}/y);
    this.#enter(
      path.map(key => key.name),
      start,
    );
  }

  /** Leaves the open table and enters this one. */
  #enter(path: readonly string[], at: number): void {
    let common = 0;
    while (common < path.length && path[common] === this.#table[common]) {
      common++;
    }
    for (let depth = this.#table.length; depth > common; depth--) {
      this.#handler.objectEnd(at);
    }
    for (const name of path.slice(common)) {
      this.#handler.key(name, at, at, true);
      this.#handler.objectStart(at);
    }
    this.#table = path;
  }

  /** A key, dotted or not. */
  #path(): { readonly name: string; readonly start: number; readonly end: number }[] {
    const path = [];
    while (true) {
      this.#match(blanks);
      const start = this.#at;
      let name: string;
      if (this.#char() === '"' || this.#char() === "'") {
        const string = readString(this.#text, start);
        name = string.value;
        this.#at = string.end;
      } else {
        name = this.#match(bareKey);
        if (name === '') {
          return path;
        }
      }
      path.push({ name, start, end: this.#at });
      this.#match(blanks);
      if (this.#char() !== '.' || path.length >= deepest) {
        return path;
      }
      this.#at++;
    }
  }

  /** `a.b = value` */
  #pair(depth: number): boolean {
    const path = this.#path();
    const last = path.pop();
    if (last === undefined || this.#char() !== '=') {
      return false;
    }
    this.#at++;
    this.#match(blanks);
    for (const key of path) {
      this.#handler.key(key.name, key.start, key.end, true);
      this.#handler.objectStart(key.start);
    }
    this.#handler.key(last.name, last.start, last.end, true);
    const found = this.#value(depth);
    if (!found) {
      this.#handler.noValue();
    }
    for (let index = 0; index < path.length; index++) {
      this.#handler.objectEnd(this.#at);
    }
    return found;
  }

  #value(depth: number): boolean {
    const start = this.#at;
    const char = this.#char();
    if (char === '"' || char === "'") {
      const string = readString(this.#text, start);
      this.#at = string.end;
      this.#handler.string(string.value, start, string.end, string.complete);
      return true;
    }
    if ((char === '[' || char === '{') && depth < deepest) {
      this.#container(char === '{', depth + 1);
      return true;
    }
    if (this.#match(scalar) === '') {
      return false;
    }
    this.#handler.literal(start, this.#at);
    return true;
  }

  #container(isTable: boolean, depth: number): void {
    const close = isTable ? '}' : ']';
    if (isTable) {
      this.#handler.objectStart(this.#at++);
    } else {
      this.#handler.arrayStart(this.#at++);
    }
    while (true) {
      this.#skipToToken();
      const char = this.#char();
      if (char === close) {
        this.#at++;
        break;
      }
      if (char === ',') {
        this.#handler.comma(this.#at++);
      } else if (char === '' || !(isTable ? this.#pair(depth) : this.#value(depth))) {
        this.#handler.problem(this.#at, this.#at);
        break;
      }
    }
    if (isTable) {
      this.#handler.objectEnd(this.#at);
    } else {
      this.#handler.arrayEnd(this.#at);
    }
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };

/**
 * Reads the string that starts at `start`: basic or literal, on one line or several.
 * @param offsets gets, for each character of the value, where in the text it stands
 */
function readString(text: string, start: number, offsets?: number[]): TomlString {
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
