import { accepts, isRandomKey } from './accept.ts';
import { meaningOf, type NameMeaning } from './names.ts';
import { isPlaceholder, isReference } from './placeholders.ts';
import type { ReportSecret, SecretPlace } from './types.ts';
import { isMachineMade, jwtLength } from './values.ts';
import { matchVendor } from './vendors.ts';

/** Longer strings are documents; only their start could matter, and reading them would cost. In UTF-16 units. */
const longestValue = 65_536;

/** Of a URL's path, where no vendor's prefix tells. Ids of documents and accounts are shorter. */
const shortestPathSecret = 48;

/** `Bearer x` and its like. Schemes are doubled by mistake, which makes them no less a secret. */
const scheme =
  /^(?:(?:bearer|basic|token|api-?key|bot|dpop|key|geniekey|ssws|digest|negotiate|klaviyo-api-key|zoho-oauthtoken|oauth)\s+)+(?:token\s*=\s*)?/i;
/** Schemes that are no English words: what follows them is meant as a credential whatever the name. */
export const tellingScheme = /^(?:bearer|basic|dpop|ssws|bot)\s/i;
const headerLine = /^\s*([A-Za-z][A-Za-z0-9_-]{0,99})\s*[:=]\s*(?=[^\s=])/;
const jsonMember = /"([A-Za-z_][\w .-]{0,99})\\{0,7}"\s{0,20}:\s{0,20}\\{0,7}"([^"\\]*)/g;
const connectionPart =
  /(?:^|[;\s])(password|pwd|accountkey|sharedaccesskey|sharedaccesssignature|secret|token)\s{0,9}=\s{0,9}(?:'([^']*)|"([^"]*)|([^;\s]+))/gi;
const defaultReference = /\$\{\w+:?[-=]([^${}]+)\}/g;
const urlStart = /^(?:jdbc:)?[A-Za-z][A-Za-z0-9+.-]{0,40}:\/\//;

/**
 * Looks for secrets inside single strings and reports each with its offsets in the string. Structure decides first (the
 * name and the place), then the form.
 */
export class Inspector {
  readonly #report: ReportSecret;

  constructor(report: ReportSecret) {
    this.#report = report;
  }

  /** What the name says of its value. */
  meaning(name: string): NameMeaning {
    return meaningOf(name);
  }

  /**
   * A header's value. Here a name that speaks of a secret is enough: nobody sends `X-API-Key: on`.
   * @param at the value's offset in the string that is reported on
   */
  header(place: SecretPlace, name: string, whole: string, at = 0): void {
    const meaning = this.meaning(name);
    if (meaning === 'public' || whole.length < 3 || whole.length > longestValue) {
      return;
    }
    const { value, start } = trimmed(whole, at);
    if (typeof meaning !== 'object') {
      this.named(place, name, whole, at);
      return;
    }
    if (meaning.id === 'key' && /cookie$/i.test(name)) {
      this.#cookies(place, name, value, start);
      return;
    }
    // The header's own name was pasted into its value.
    if (value.includes(':') && /^(?:proxy-)?authorization\s*:/i.test(value)) {
      const pasted = headerLine.exec(value)?.[0].length ?? 0;
      if (pasted > 0) {
        this.header(place, name, value.slice(pasted), start + pasted);
        return;
      }
    }
    const skip = value.includes(' ') ? (scheme.exec(value)?.[0].length ?? 0) : 0;
    const credential = skip === 0 ? value : value.slice(skip);
    if (
      this.#shape(place, name, credential, start + skip) ||
      this.#references(place, name, credential, start + skip) ||
      (skip > 0 && isHarmlessBasic(value, credential))
    ) {
      return;
    }
    const demand = meaning.value === 'random' && !/key$|auth$/i.test(name) ? 'random' : 'any';
    if (accepts(demand, credential)) {
      this.#report(place, name, meaning.id, start + skip, start + value.length);
    }
  }

  /** The value of a variable, an option, a parameter or a member; `name` is empty where there is none. */
  named(place: SecretPlace, name: string, whole: string, at = 0): void {
    if (whole.length < 4 || whole.length > longestValue) {
      return;
    }
    const meaning = this.meaning(name);
    if (meaning === 'public') {
      return;
    }
    const { value, start } = trimmed(whole, at);
    const first = value.charCodeAt(0);
    // Most values are plain words, and this is all that is done to them.
    if (meaning === undefined && value.length < 16 && !/[:=$]/.test(value)) {
      return;
    }
    if ((first === openBrace || first === openBracket) && value.includes('":') && this.json(place, value, start)) {
      return;
    }
    if (value.includes('://') || (first === dollar && /^\$\{[^}]*\}\S*\?/.test(value))) {
      if (urlStart.test(value) || first === dollar) {
        this.url(place, name, value, start);
        return;
      }
    }
    const skip = value.includes(' ') && tellingScheme.test(value) ? (scheme.exec(value)?.[0].length ?? 0) : 0;
    const credential = skip === 0 ? value : value.slice(skip);
    if (
      this.#shape(place, name, credential, start + skip) ||
      this.#references(place, name, credential, start + skip) ||
      (skip > 0 && isHarmlessBasic(value, credential))
    ) {
      return;
    }
    if (value.includes('=') && this.#connectionString(place, name, value, start)) {
      return;
    }
    if (meaning !== undefined && /headers?$/i.test(name) && this.headerLines(place, value, start)) {
      return;
    }
    if (typeof meaning === 'object') {
      if (accepts(meaning.value, credential)) {
        this.#report(place, name, meaning.id, start + skip, start + value.length);
      }
      return;
    }
    if (skip > 0) {
      if (accepts('opaque', credential)) {
        this.#report(place, name, 'scheme', start + skip, start + value.length);
      }
      return;
    }
    if (meaning !== undefined || place === 'member' || value.length < 32) {
      return;
    }
    // Behind an id and a colon, too.
    const key = value.lastIndexOf(':') + 1;
    if (isRandomKey(value.slice(key))) {
      this.#report(place, name, 'random-value', start + key, start + value.length);
    }
  }

  /** A value that is a secret if it is anything at all, such as the default of an input that asks for a password. */
  expected(place: SecretPlace, name: string, rule: string, whole: string, at = 0): void {
    const { value, start } = trimmed(whole, at);
    if (this.#references(place, name, value, start) || this.#shape(place, name, value, start)) {
      return;
    }
    if (urlStart.test(value)) {
      this.url(place, name, value, start);
    } else if (accepts('any', value)) {
      this.#report(place, name, rule, start, start + value.length);
    }
  }

  /** `Name: value` or `Name=value`; false if the text is neither. */
  headerLine(place: SecretPlace, text: string, at = 0): boolean {
    const match = headerLine.exec(text);
    if (match?.[1] === undefined) {
      return false;
    }
    this.header(place, match[1], text.slice(match[0].length), at + match[0].length);
    return true;
  }

  /** Header lines between commas, semicolons or line ends. */
  headerLines(place: SecretPlace, text: string, at: number): boolean {
    if (!headerLine.test(text)) {
      return false;
    }
    let start = 0;
    for (const line of text.split(/[,;\n]/)) {
      this.headerLine(place, line, at + start);
      start += line.length + 1;
    }
    return true;
  }

  /** The string members of JSON inside a string, however often it was quoted; false if there are none. */
  json(place: SecretPlace, text: string, at = 0): boolean {
    let found = false;
    for (const match of text.matchAll(jsonMember)) {
      const [all, name = '', value = ''] = match;
      const start = match.index + all.length - value.length;
      found = true;
      const meaning = this.meaning(name);
      if (typeof meaning === 'object' && meaning.id === 'authorization') {
        this.header(place, name, value, at + start);
      } else if (value.startsWith('-----BEGIN')) {
        // A key's lines are parted by escaped line ends, at which the pattern stops.
        const end = text.indexOf('"', start);
        this.named(place, name, text.slice(start, end === -1 ? text.length : end), at + start);
      } else {
        this.named(place, name, value, at + start);
      }
    }
    return found;
  }

  /**
   * A URL: its user info, path and query.
   * @param name what holds the URL
   */
  url(place: SecretPlace, name: string, url: string, at = 0): void {
    if (url.length < 40 && !/[@?=]/.test(url)) {
      // No user info, no query, and no path that a vendor's token fits into.
      return;
    }
    const whole = matchVendor(url);
    if (whole !== undefined) {
      this.#report(place, name, whole.rule, at, at + whole.length);
      return;
    }
    const scheme = url.indexOf('://');
    const authority = scheme === -1 ? 0 : scheme + 3;
    const pathStart = indexOfAny(url, /[/?#]/g, authority);
    this.#userInfo(name, url, authority, pathStart, at);
    const query = url.indexOf('?', authority);
    const fragment = url.indexOf('#', authority);
    const pathEnd = Math.min(query === -1 ? url.length : query, fragment === -1 ? url.length : fragment);
    if (pathEnd - pathStart > 20) {
      this.#urlPath(name, url.slice(pathStart, pathEnd), at + pathStart);
    }
    if (query !== -1) {
      this.#query(url.slice(query + 1, fragment > query ? fragment : url.length), at + query + 1);
    }
    if (url.includes('=', authority) && url.includes(';', authority)) {
      this.#connectionString(place, name, url, at);
    }
  }

  #userInfo(name: string, url: string, authority: number, pathStart: number, at: number): void {
    let end = url.lastIndexOf('@', pathStart - 1);
    if (end < authority) {
      // A password with an unescaped slash: databases take it, URLs don't.
      const unescaped = url.indexOf('@', pathStart);
      const colon = url.indexOf(':', authority);
      if (
        /^https?:/i.test(url) ||
        unescaped === -1 ||
        colon === -1 ||
        colon > pathStart ||
        /[\s?]/.test(url.slice(authority, unescaped))
      ) {
        return;
      }
      // `host:5432/path@x` has digits behind the colon.
      if (/^\d+$/.test(url.slice(colon + 1, pathStart))) {
        return;
      }
      end = unescaped;
    }
    const colon = url.indexOf(':', authority);
    const hasPassword = colon !== -1 && colon < end;
    const start = hasPassword ? colon + 1 : authority;
    const raw = url.slice(start, end);
    const value = decoded(raw);
    if (raw === '' || this.#references('url-userinfo', name, raw, at + start)) {
      return;
    }
    const length = vendorOrJwt(value);
    if (length !== undefined && length.length === value.length) {
      this.#report('url-userinfo', name, length.rule, at + start, at + end);
    } else if (hasPassword ? acceptsPassword(value) : accepts('random', value) && !/sentry\.io/i.test(url)) {
      this.#report('url-userinfo', name, 'url-password', at + start, at + end);
    }
  }

  /** What a vendor's prefix gives away, and what is too long and too mixed for an id: paths are full of those. */
  #urlPath(name: string, path: string, at: number): void {
    let start = 0;
    for (const part of path.split('/')) {
      const found = part.length < 16 ? undefined : vendorOrJwt(part);
      if (found !== undefined && found.length === part.length) {
        this.#report('url-path', name, found.rule, at + start, at + start + part.length);
      } else if (part.length >= shortestPathSecret && /[A-Z]/.test(part) && /[a-z]/.test(part) && isMachineMade(part)) {
        this.#report('url-path', name, 'random-value', at + start, at + start + part.length);
      }
      start += part.length + 1;
    }
  }

  #query(query: string, at: number): void {
    let start = 0;
    for (const part of query.split('&')) {
      const equals = part.indexOf('=');
      if (equals > 0 && part.length - equals > 4) {
        const raw = part.slice(equals + 1);
        const value = decoded(raw);
        const name = decoded(part.slice(0, equals));
        const from = at + start + equals + 1;
        if (raw === value) {
          this.named('url-query', name, value, from);
        } else {
          // Offsets of a decoded value aren't those of the text: the whole parameter is the secret.
          const whole = new Inspector((place, key, rule) => this.#report(place, key, rule, from, from + raw.length));
          whole.named('url-query', name, value);
        }
      }
      start += part.length + 1;
    }
  }

  #connectionString(place: SecretPlace, name: string, text: string, at: number): boolean {
    let found = false;
    for (const match of text.matchAll(connectionPart)) {
      const value = match[2] ?? match[3] ?? match[4] ?? '';
      const start = match.index + match[0].length - value.length;
      if (!isReference(value) && !value.includes('${') && accepts('password', value)) {
        this.#report(place, name, 'connection-string', at + start, at + start + value.length);
      }
      found = true;
    }
    return found;
  }

  #cookies(place: SecretPlace, name: string, cookies: string, at: number): void {
    let start = 0;
    for (const part of cookies.split(';')) {
      const equals = part.indexOf('=');
      const secret = part.slice(equals + 1).trim();
      const value = decoded(secret);
      if (!isReference(value) && (accepts('random', value) || jwtLength(value) > 0)) {
        const from = at + start + part.indexOf(secret, equals + 1);
        this.#report(place, name, 'key', from, from + secret.length);
      }
      start += part.length + 1;
    }
  }

  /** True where the value stands for another one; the literals inside it, defaults above all, have been looked at. */
  #references(place: SecretPlace, name: string, value: string, at: number): boolean {
    const braces = value.includes('${') || value.includes('{{');
    if (!braces) {
      return isReference(value);
    }
    for (const match of value.matchAll(defaultReference)) {
      const text = match[1] ?? '';
      const start = at + match.index + match[0].length - 1 - text.length;
      if (this.meaning(name) === undefined || place !== 'header') {
        this.named(place, name, text, start);
      } else {
        this.header(place, name, text, start);
      }
    }
    let start = 0;
    for (const piece of value.split(/(\$\{[^{}]*\}|\{\{[^{}]*\}\}|[\s,;:=])/)) {
      if (!piece.startsWith('${')) {
        this.#shape(place, name, piece, at + start);
      }
      start += piece.length;
    }
    return true;
  }

  /** What is a secret by its form alone. */
  #shape(place: SecretPlace, name: string, value: string, at: number): boolean {
    const found = vendorOrJwt(value);
    if (found !== undefined) {
      this.#report(place, name, found.rule, at, at + found.length);
      return true;
    }
    if (!value.startsWith('-----BEGIN')) {
      return false;
    }
    const lines = /^-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]*)/.exec(value);
    if (lines?.[1] === undefined || lines[1].length < 40 || isPlaceholder(lines[1].trim())) {
      return false;
    }
    this.#report(place, name, 'private-key', at, at + value.length);
    return true;
  }
}

const openBrace = 0x7b;
const openBracket = 0x5b;
const dollar = 0x24;

function vendorOrJwt(value: string): { readonly rule: string; readonly length: number } | undefined {
  if (value.length < 16) {
    return undefined;
  }
  const jwt = jwtLength(value);
  return jwt > 0 ? { rule: 'jwt', length: jwt } : matchVendor(value);
}

function acceptsPassword(value: string): boolean {
  return accepts('password', value) && !isReference(value);
}

/** Without blanks and quotes around it. */
function trimmed(whole: string, at: number): { readonly value: string; readonly start: number } {
  const first = whole.charCodeAt(0);
  const last = whole.charCodeAt(whole.length - 1);
  if (first > 0x27 && last > 0x27) {
    return { value: whole, start: at };
  }
  const value = whole.trim();
  const start = at + whole.indexOf(value);
  const quote = value.charAt(0);
  return value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
    ? { value: value.slice(1, -1), start: start + 1 }
    : { value, start };
}

/** Whether the user name and password of `Basic` are a stand-in. */
function isHarmlessBasic(value: string, credential: string): boolean {
  if (!/^basic\s/i.test(value)) {
    return false;
  }
  try {
    const text = atob(credential);
    const colon = text.indexOf(':');
    return colon !== -1 && isPlaceholder(text.slice(colon + 1));
  } catch {
    return false;
  }
}

function decoded(text: string): string {
  if (!text.includes('%')) {
    return text;
  }
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function indexOfAny(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** Whether what goes by this name holds headers. Codex' `env_http_headers` holds names of variables. */
export function namesHeaders(name: string): boolean {
  return /headers?$/i.test(name) && !/^env[_-]/i.test(name);
}
