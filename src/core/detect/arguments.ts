import { accepts } from './accept.ts';
import { type Inspector, namesHeaders, tellingScheme } from './inspector.ts';

const assignment = /^(?:\$env:)?([A-Za-z_][\w.-]{0,99})=(?=\S)/;
const headerArgument = /^([A-Za-z][A-Za-z0-9_-]{0,99}):\s*(?=[^\s/])/;
/** What an argument has that is more than one value. */
const structured = /[=:\s{["']/;
const word = /(?:[^\s"']+|"[^"]*"|'[^']*')+/g;
const environmentOption = /^-{1,2}(?:e|env|env-var|environment|set-env)$/i;
const headerOption = /^-{1,2}(?:h|[a-z-]*headers?)$/i;
/** Any of these three. */
const specialOption = /^-{1,2}(?:[ehu]$|env|set-env|[a-z-]*headers?$|user$|basic|auth|login)/i;
const loginOption = /^-{1,2}(?:u|user|basic-?auth|auth|login)$/i;

/**
 * Reads one command line argument by argument, because `--token x` are two. Understands mcp-remote's
 * `--header "Authorization: ..."` and `Authorization:...`, docker's `-e NAME=value`, JSON, URLs, and whole command lines
 * in one argument, as behind `bash -c`.
 */
export class CommandLine {
  readonly #inspector: Inspector;
  /** The option whose value comes next. */
  #option: string | undefined;
  #depth = 0;

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** @param at the argument's offset in the string that is reported on */
  argument(value: string, at = 0): void {
    const option = this.#option;
    this.#option = undefined;
    if (option !== undefined && !value.startsWith('--')) {
      this.#optionValue(option, value, at);
    } else if (value.charCodeAt(0) === dash) {
      this.#optionArgument(value, at);
    } else {
      this.#plain('', value, at);
    }
  }

  /** Several arguments in one string. */
  words(line: string, at = 0): void {
    if (this.#depth > 3) {
      return;
    }
    this.#depth++;
    this.#option = undefined;
    for (const match of line.matchAll(word)) {
      const text = match[0];
      const quote = text.charAt(0);
      const quoted = text.length > 1 && (quote === '"' || quote === "'") && text.indexOf(quote, 1) === text.length - 1;
      const end = quoted ? -1 : text.length - (/[;&]{0,3}$/.exec(text)?.[0].length ?? 0);
      this.argument(text.slice(quoted ? 1 : 0, end), at + match.index + (quoted ? 1 : 0));
    }
    this.#option = undefined;
    this.#depth--;
  }

  #optionArgument(value: string, at: number): void {
    const equals = value.indexOf('=');
    const blank = value.search(/\s/);
    if (value.startsWith('-----BEGIN')) {
      this.#inspector.named('argument', '', value, at);
    } else if (blank !== -1 && (equals === -1 || blank < equals)) {
      // `--header Authorization: Bearer x` in one argument: the rest belongs together unless it is quoted.
      const option = value.slice(0, blank);
      if (headerOption.test(option)) {
        this.#optionValue(option, value.slice(blank + 1), at + blank + 1);
      } else {
        this.words(value, at);
      }
    } else if (equals > 0) {
      this.#optionValue(value.slice(0, equals), value.slice(equals + 1), at + equals + 1);
    } else if (value.length > 1) {
      this.#option = value;
    }
  }

  #optionValue(option: string, value: string, at: number): void {
    const { text, start } = unquoted(value, at);
    if (specialOption.test(option) && this.#specialOption(option, text, start)) {
      return;
    }
    if (typeof this.#inspector.meaning(option) === 'object') {
      this.#inspector.named('argument', option, text, start);
    } else {
      this.#plain(option, text, start);
    }
  }

  /** Options whose values are headers, assignments or logins. */
  #specialOption(option: string, text: string, start: number): boolean {
    if (headerOption.test(option) && /^[A-Za-z][A-Za-z0-9_-]*$/.test(text)) {
      // mcp-proxy takes `--headers Authorization "Bearer x"`.
      this.#option = text;
      return true;
    }
    if (headerOption.test(option)) {
      return this.#inspector.headerLine('argument', text, start) || this.#json(text, start);
    }
    if (environmentOption.test(option)) {
      return this.#assignment(text, start);
    }
    const colon = text.indexOf(':');
    if (colon <= 0 || !loginOption.test(option) || text.includes('://')) {
      return false;
    }
    const password = text.slice(colon + 1);
    if (!/^\d+$/.test(password) && !/[${<]/.test(text) && accepts('password', password)) {
      this.#inspector.expected('argument', option, 'password', password, start + colon + 1);
    }
    return true;
  }

  /** @param option what stands before it, which may be a switch that takes no value */
  #plain(option: string, value: string, at: number): void {
    if (value.length < 8) {
      return;
    }
    if (!structured.test(value)) {
      this.#inspector.named('argument', option, value, at);
      return;
    }
    const { text, start } = unquoted(value, at);
    if (this.#json(text, start) || this.#assignment(text, start)) {
      return;
    }
    const header = headerArgument.exec(text);
    if (header?.[1] !== undefined && typeof this.#inspector.meaning(header[1]) === 'object') {
      this.#inspector.header('argument', header[1], text.slice(header[0].length), start + header[0].length);
    } else if (/\s/.test(text) && !text.startsWith('-----BEGIN')) {
      this.words(text, start);
    } else {
      this.#inspector.named('argument', option, text, start);
    }
  }

  #json(text: string, at: number): boolean {
    return /^[{["'\\]/.test(text) && text.includes('"') && this.#inspector.json('argument', text, at);
  }

  /** `NAME=value`, quoted or not. */
  #assignment(text: string, at: number): boolean {
    const match = assignment.exec(text);
    if (match?.[1] === undefined) {
      return false;
    }
    const value = text.slice(match[0].length);
    if (isSeveralWords(value) && !namesHeaders(match[1])) {
      return false;
    }
    const start = at + match[0].length;
    if (this.#inspector.meaning(match[1]) === undefined && namesHeaders(match[1])) {
      this.#inspector.headerLines('argument', value, start);
    } else {
      this.#inspector.named('argument', match[1], value, start);
    }
    return true;
  }
}

const dash = 0x2d;

/** Whether this is the start of a command line rather than one value with blanks in it. */
function isSeveralWords(value: string): boolean {
  return /\s/.test(value) && !/^[{[]|^(["']).*\1$/s.test(value) && !tellingScheme.test(value);
}

function unquoted(value: string, at: number): { readonly text: string; readonly start: number } {
  const quote = value.charAt(0);
  return value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
    ? { text: value.slice(1, -1), start: at + 1 }
    : { text: value, start: at };
}
