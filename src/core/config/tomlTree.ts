import type { Span } from '../text.ts';
import { readTomlString } from './tomlStrings.ts';

/** A TOML text with the place of everything in it, for reading and for edits. */
export interface TomlDocument {
  /** The pairs before the first header, under an empty path, and then a section for each header. */
  readonly sections: readonly TomlSection[];
  /** Where the text isn't TOML 1.0, in order. */
  readonly problems: readonly Span[];
}

/** `[a.b]` or `[[a.b]]` and the pairs below it. */
export interface TomlSection {
  readonly path: readonly TomlKey[];
  readonly array: boolean;
  /** Of the header. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly TomlItem[];
}

export interface TomlKey {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** `a.b = value`, or an item of an array, which has no path. */
export interface TomlItem {
  readonly path: readonly TomlKey[];
  readonly start: number;
  readonly end: number;
  /** Absent where it is missing. */
  readonly value?: TomlValue;
  /** The comma behind it, in an array or an inline table. */
  readonly comma?: number;
}

export interface TomlValue {
  readonly kind: 'string' | 'literal' | 'array' | 'table';
  readonly start: number;
  readonly end: number;
  /** The content of a string. */
  readonly text?: string;
  /** False for a string without its closing quotes. */
  readonly complete: boolean;
  readonly items: readonly TomlItem[];
}

/** Never throws; behind an error it goes on with the next line. Linear. */
export function readToml(text: string): TomlDocument {
  return new Reader(text).read();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Section = Omit<Mutable<TomlSection>, 'items'> & { items: TomlItem[] };

/** Nested values deeper than this are skipped: nobody writes them, and each costs a stack frame. */
const deepest = 100;
const bareKey = /[A-Za-z0-9_-]+/y;
const blanks = /[ \t]*/y;
const scalar = /[^\s,\]}#][^,\]}#\r\n]*/y;
const lineEnd = /[^\r\n]*(?:\r\n?|\n|$)/y;
const comment = /[^\r\n]*/y;
const literal =
  /^(?:true|false|[+-]?(?:inf|nan)|[+-]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?|0x[\dA-Fa-f_]+|0o[0-7_]+|0b[01_]+|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/;

class Reader {
  readonly #text: string;
  readonly #sections: Section[];
  readonly #problems: Span[] = [];
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.#sections = [{ path: [], array: false, start: this.#at, end: this.#at, items: [] }];
  }

  read(): TomlDocument {
    this.#skipToToken();
    while (this.#at < this.#text.length) {
      const start = this.#at;
      if (this.#char() === '[') {
        this.#header();
      } else {
        const item = this.#pair(0);
        if (item) {
          this.#sections.at(-1)?.items.push(item);
        }
      }
      this.#endLine();
      if (this.#at === start) {
        this.#at++;
      }
      this.#skipToToken();
    }
    this.#checkNames();
    return { sections: this.#sections, problems: this.#problems.sort((a, b) => a.start - b.start) };
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

  #problem(start: number, end = start): void {
    this.#problems.push({ start, end });
  }

  /** Over blanks, line ends and comments. */
  #skipToToken(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#char();
      if (char === '#') {
        this.#match(comment);
        this.#at--;
      } else if (!/[ \t\r\n]/.test(char)) {
        return;
      }
    }
  }

  /** A line that goes on where it should have ended isn't TOML. */
  #endLine(): void {
    this.#match(blanks);
    const start = this.#at;
    const rest = this.#match(lineEnd);
    if (!/^(?:#|[\r\n]|$)/.test(rest)) {
      this.#problem(start, start + rest.trimEnd().length);
    }
  }

  #header(): void {
    const start = this.#at;
    const open = this.#match(/\[{1,2}/y);
    const path = this.#path();
    const close = this.#match(/\]{1,2}/y);
    if (path.length === 0 || close.length !== open.length) {
      this.#problem(start, this.#at);
    }
    if (path.length > 0) {
      this.#sections.push({ path, array: open.length === 2, start, end: this.#at, items: [] });
    }
  }

  /** A key, dotted or not; empty where there is none. */
  #path(): TomlKey[] {
    const path: TomlKey[] = [];
    while (true) {
      this.#match(blanks);
      const start = this.#at;
      let name: string;
      if (this.#char() === '"' || this.#char() === "'") {
        const string = readTomlString(this.#text, start);
        name = string.value;
        this.#at = string.end;
        if (!string.complete || /[\r\n]/.test(this.#text.slice(start, string.end))) {
          this.#problem(start, string.end);
        }
      } else {
        name = this.#match(bareKey);
        if (name === '') {
          this.#problem(start);
          return path;
        }
      }
      path.push({ name, start, end: this.#at });
      const end = this.#at;
      this.#match(blanks);
      if (this.#char() !== '.' || path.length >= deepest) {
        this.#at = Math.max(end, this.#at);
        return path;
      }
      this.#at++;
    }
  }

  #pair(depth: number): TomlItem | undefined {
    const path = this.#path();
    const [first] = path;
    if (!first || this.#char() !== '=') {
      if (first) {
        this.#problem(this.#at);
      }
      return undefined;
    }
    this.#at++;
    this.#match(blanks);
    const value = this.#value(depth);
    if (!value) {
      this.#problem(this.#at);
    }
    return { path, start: first.start, end: value?.end ?? this.#at, ...(value && { value }) };
  }

  #value(depth: number): TomlValue | undefined {
    const start = this.#at;
    const char = this.#char();
    if (char === '"' || char === "'") {
      const { value, end, complete } = readTomlString(this.#text, start);
      this.#at = end;
      if (!complete) {
        this.#problem(start, end);
      }
      return { kind: 'string', start, end, text: value, complete, items: [] };
    }
    if ((char === '[' || char === '{') && depth < deepest) {
      return this.#container(char === '{', depth + 1);
    }
    const found = this.#match(scalar).trimEnd();
    if (found === '') {
      return undefined;
    }
    this.#at = start + found.length;
    if (!literal.test(found)) {
      this.#problem(start, this.#at);
    }
    return { kind: 'literal', start, end: this.#at, complete: true, items: [] };
  }

  #container(isTable: boolean, depth: number): TomlValue {
    const start = this.#at++;
    const close = isTable ? '}' : ']';
    const items: Mutable<TomlItem>[] = [];
    let complete = true;
    while (true) {
      this.#skipToToken();
      const char = this.#char();
      if (char === close) {
        this.#at++;
        break;
      }
      const last = items.at(-1);
      if (char === ',') {
        if (!last || last.comma !== undefined) {
          this.#problem(this.#at, this.#at + 1);
        } else {
          last.comma = this.#at;
        }
        this.#at++;
        continue;
      }
      if (last && last.comma === undefined) {
        this.#problem(this.#at);
      }
      const item = char === '' ? undefined : isTable ? this.#pair(depth) : this.#item(depth);
      if (!item) {
        this.#problem(this.#at);
        complete = false;
        break;
      }
      items.push(item);
    }
    return { kind: isTable ? 'table' : 'array', start, end: this.#at, complete, items };
  }

  #item(depth: number): TomlItem | undefined {
    const value = this.#value(depth);
    return value && { path: [], start: value.start, end: value.end, value };
  }

  /** A name may stand once; what has a value can't be a table as well; an inline table is whole. */
  #checkNames(): void {
    const values = new Set<string>();
    const headers = new Set<string>();
    const tables = new Set<string>();
    // Each element of an array of tables is a world of its own.
    let element = '';
    for (const [index, { path, array, start, end, items }] of this.#sections.entries()) {
      const names = path.map(key => key.name);
      if (array) {
        element = `${index}\0`;
      } else if (element !== '' && !this.#isBelow(names, element)) {
        element = '';
      }
      const own = keyOf(names);
      if (path.length > 0) {
        const isTaken = !array && element === '' && (headers.has(own) || tables.has(own));
        if (isTaken || (values.size > 0 && prefixes(names).some(prefix => values.has(prefix)))) {
          this.#problem(start, end);
        }
        if (!array && element === '') {
          headers.add(own);
        }
      }
      this.#checkItems(items, names, element, values, tables);
    }
  }

  #isBelow(names: readonly string[], element: string): boolean {
    const parent = this.#sections[Number.parseInt(element, 10)]?.path ?? [];
    return parent.length < names.length && parent.every((key, index) => key.name === names[index]);
  }

  #checkItems(
    items: readonly TomlItem[],
    base: readonly string[],
    element: string,
    values: Set<string>,
    tables: Set<string>,
  ): void {
    const owner = element + keyOf(base);
    for (const { path, start, value } of items) {
      let key = owner;
      let isTaken = false;
      for (const [index, { name }] of path.entries()) {
        key += keyOf([name]);
        const isLast = index === path.length - 1;
        isTaken ||= values.has(key) || (isLast && tables.has(key));
        if (isLast) {
          values.add(key);
        } else {
          tables.add(key);
        }
      }
      if (isTaken) {
        this.#problem(start, path.at(-1)?.end ?? start);
      }
      if (value?.kind === 'table') {
        // Its own names, apart from all others.
        this.#checkItems(value.items, [], `${start}\0`, new Set(), new Set());
      }
    }
  }
}

function keyOf(names: readonly string[]): string {
  return names.map(name => `${JSON.stringify(name)}.`).join('');
}

/** The keys of all tables on the way to a name, and of the name itself. */
function prefixes(names: readonly string[]): readonly string[] {
  let key = '';
  return names.map(name => {
    key += keyOf([name]);
    return key;
  });
}
