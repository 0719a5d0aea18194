import { createScanner, type JSONScanner } from 'jsonc-parser';
import { readComments } from './trivia.ts';

/**
 * What {@link walkJson} meets, in the order of the text. Offsets are UTF-16, ends exclusive, strings include their quotes.
 * After every `key` comes either exactly one value or `noValue`. A value inside an object without a `key` before it is
 * debris; a `problem` was reported for it.
 */
export interface JsonHandler {
  objectStart(start: number): void;
  objectEnd(end: number): void;
  arrayStart(start: number): void;
  arrayEnd(end: number): void;
  /** @param complete false where the closing quote is missing */
  key(name: string, start: number, end: number, complete: boolean): void;
  noValue(): void;
  string(value: string, start: number, end: number, complete: boolean): void;
  /** A number, `true`, `false` or `null`. */
  literal(start: number, end: number): void;
  comma(start: number): void;
  /** Here the text isn't JSON, comments and trailing commas apart. */
  problem(start: number, end: number): void;
}

/**
 * Reads JSON with comments, trailing commas and a byte order mark in one pass. It never throws, needs no call stack for
 * nested brackets (jsonc-parser's own `visit` overflows at some thousand), and goes on behind an error so that a file
 * stays understood while it is being typed.
 */
export function walkJson(text: string, handler: JsonHandler): void {
  new Walker(text, handler).walk();
}

// jsonc-parser's SyntaxKind and ScanError are ambient const enums, which isolated modules can't read.
const openBrace = 1;
const closeBrace = 2;
const openBracket = 3;
const closeBracket = 4;
const comma = 5;
const colon = 6;
const nullKeyword = 7;
const trueKeyword = 8;
const falseKeyword = 9;
const stringLiteral = 10;
const numericLiteral = 11;
const endOfFile = 17;
const unexpectedEndOfString = 2;

class Walker {
  readonly #text: string;
  readonly #handler: JsonHandler;
  readonly #scanner: JSONScanner;
  /** The open brackets: true for an object, false for an array. */
  readonly #open: boolean[] = [];
  #token = 0;
  #start = 0;
  #end = 0;
  #error = 0;
  #lastEnd = 0;

  constructor(text: string, handler: JsonHandler) {
    this.#text = text;
    this.#handler = handler;
    this.#scanner = createScanner(text, true);
    if (text.charCodeAt(0) === 0xfeff) {
      this.#scanner.setPosition(1);
    }
  }

  walk(): void {
    this.#next();
    while (this.#token !== endOfFile && !this.#value()) {
      this.#skip();
    }
    // Whether the next member or item must be separated from the one before.
    let needsComma = false;
    while (this.#open.length > 0 && this.#token !== endOfFile) {
      const inObject = this.#open[this.#open.length - 1] === true;
      if (this.#token === comma) {
        if (!needsComma) {
          this.#handler.problem(this.#start, this.#end);
        }
        this.#handler.comma(this.#start);
        this.#next();
        needsComma = false;
      } else if (this.#token === (inObject ? closeBrace : closeBracket)) {
        this.#close(this.#end);
        this.#next();
        needsComma = true;
      } else {
        const isKey = inObject && this.#token === stringLiteral;
        if (needsComma || (inObject && !isKey)) {
          this.#handler.problem(this.#start, this.#end);
        }
        const depth = this.#open.length;
        if (isKey) {
          this.#member();
        } else if (!this.#value()) {
          this.#skip();
        }
        needsComma = this.#open.length === depth;
      }
    }
    if (this.#token === endOfFile) {
      this.#finish();
    } else {
      // Something stands behind the root's end.
      this.#handler.problem(this.#start, this.#end);
    }
  }

  #next(): void {
    this.#lastEnd = this.#end;
    this.#token = this.#scanner.scan();
    this.#start = this.#scanner.getTokenOffset();
    this.#end = this.#scanner.getPosition();
    this.#error = this.#scanner.getTokenError();
    if (this.#error !== 0) {
      this.#handler.problem(this.#start, this.#end);
    }
  }

  // A method, because TypeScript would take the token before `#next` for the one behind it.
  #at(token: number): boolean {
    return this.#token === token;
  }

  #skip(): void {
    this.#handler.problem(this.#start, this.#end);
    this.#next();
  }

  /** Reads a key and its value; of a container, the opening bracket. */
  #member(): void {
    let name = this.#scanner.getTokenValue();
    let start = this.#start;
    let end = this.#end;
    let complete = this.#error !== unexpectedEndOfString;
    this.#next();
    while (true) {
      this.#handler.key(name, start, end, complete);
      if (!this.#at(colon)) {
        this.#handler.problem(end, end);
        this.#handler.noValue();
        return;
      }
      const colonEnd = this.#end;
      this.#next();
      if (!this.#at(stringLiteral)) {
        if (!this.#value()) {
          this.#handler.problem(colonEnd, colonEnd);
          this.#handler.noValue();
        }
        return;
      }
      name = this.#scanner.getTokenValue();
      start = this.#start;
      end = this.#end;
      complete = this.#error !== unexpectedEndOfString;
      this.#next();
      if (!this.#at(colon)) {
        this.#handler.string(name, start, end, complete);
        return;
      }
      // `"url": <nothing yet>` and then the next member: the string is that one's key.
      this.#handler.problem(colonEnd, colonEnd);
      this.#handler.noValue();
    }
  }

  /** Reads a value if one starts here: a scalar whole, of a container the opening bracket. */
  #value(): boolean {
    switch (this.#token) {
      case openBrace:
        this.#open.push(true);
        this.#handler.objectStart(this.#start);
        break;
      case openBracket:
        this.#open.push(false);
        this.#handler.arrayStart(this.#start);
        break;
      case stringLiteral:
        this.#handler.string(
          this.#scanner.getTokenValue(),
          this.#start,
          this.#end,
          this.#error !== unexpectedEndOfString,
        );
        break;
      case numericLiteral:
      case nullKeyword:
      case trueKeyword:
      case falseKeyword:
        this.#handler.literal(this.#start, this.#end);
        break;
      default:
        return false;
    }
    this.#next();
    return true;
  }

  #close(end: number): void {
    if (this.#open.pop() === true) {
      this.#handler.objectEnd(end);
    } else {
      this.#handler.arrayEnd(end);
    }
  }

  /** At the end of the text: closes what is open. */
  #finish(): void {
    const end = this.#text.length;
    // The scanner skips a comment that nothing ends without a word.
    const comment = readComments(this.#text, this.#lastEnd, end).at(-1);
    if (comment?.closed === false) {
      this.#handler.problem(comment.start, end);
    }
    if (this.#open.length > 0) {
      this.#handler.problem(end, end);
    }
    while (this.#open.length > 0) {
      this.#close(end);
    }
  }
}
