import { parseKeyringInputId, parseReferences } from '../config/references.ts';
import type { Finding, FindingData } from '../findings.ts';
import type { Span } from '../text.ts';
import { looksLikeCurl, parseCurl } from './curl.ts';
import { looksLikeJwt } from './decode.ts';

/** A header's value taken apart: `Bearer abc` is a scheme and a token. */
export interface HeaderValueParts {
  /** As it is written; absent where the value has none. */
  readonly scheme?: string;
  readonly token: string;
  /** Of the token, in the value. */
  readonly tokenSpan: Span;
  readonly shape: 'jwt' | 'opaque' | 'reference' | 'empty';
}

/** Schemes that authenticate (IANA registry, and those that servers made up). Any other first word is part of the token. */
const schemes = /^(?:bearer|basic|digest|dpop|token|apikey|api-key|key|negotiate|hoba|mutual|vapid|privatetoken)$/i;

/** `Authorization:` or `X-API-Key:` at the beginning of a value, as it is when a whole header was pasted. */
const pastedName = /^(?:\s*["']?(authorization|proxy-authorization|x-[a-z0-9-]+|api-?key)["']?\s*:\s*)+/i;

/** `Bearer: abc`: somebody took the scheme for a name. */
const schemeWithColon = /^bearer\s*:\s*/i;

/** Characters without a width, which come along when text is copied from a page. */
const zeroWidth = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

interface Parsed extends HeaderValueParts {
  readonly namePasted: boolean;
  readonly colon: boolean;
  /** What stands between scheme and token. */
  readonly gap: string;
}

export function parseHeaderValue(headerName: string, value: string): HeaderValueParts {
  const { scheme, token, tokenSpan, shape } = parse(headerName, value);
  return { ...(scheme !== undefined && { scheme }), token, tokenSpan, shape };
}

function parse(headerName: string, value: string): Parsed {
  const name = pastedName.exec(value)?.[0].length ?? 0;
  const begin = name || value.length - value.trimStart().length;
  const end = Math.max(begin, value.trimEnd().length);
  const colon = isAuthorization(headerName) ? (schemeWithColon.exec(value.slice(begin, end))?.[0].length ?? 0) : 0;
  const start = begin + colon;
  const text = value.slice(start, end);
  const [before = '', word = '', gap = ''] = /^(\S+)(\s+)/.exec(text) ?? [];
  let scheme: string | undefined;
  let tokenStart = start;
  if (colon === 0 && schemes.test(word)) {
    scheme = word;
    tokenStart = start + before.length;
  } else if (colon === 0 && before === '' && isAuthorization(headerName) && schemes.test(text)) {
    scheme = text;
    tokenStart = end;
  }
  const token = value.slice(tokenStart, end);
  return {
    ...(scheme !== undefined && { scheme }),
    token,
    tokenSpan: { start: tokenStart, end },
    shape: shapeOf(token),
    namePasted: name > 0,
    colon: colon > 0,
    gap: scheme === undefined ? '' : gap,
  };
}

function shapeOf(token: string): HeaderValueParts['shape'] {
  if (token === '') {
    return 'empty';
  }
  if (token.includes('${') && parseReferences(token).length > 0) {
    return 'reference';
  }
  return looksLikeJwt(token) ? 'jwt' : 'opaque';
}

/** What's wrong with a header's value before anybody looks at the token in it (design section 7). */
export function headerFindings(headerName: string, value: string): Finding[] {
  const findings: Finding[] = [];
  const add = (code: Finding['code'], data: FindingData = {}) =>
    findings.push({ code, severity: 'error', data: { header: headerName, ...data } });
  const parts = parse(headerName, value);
  if (parts.namePasted) {
    add('header-name-pasted');
  }
  if (lacksScheme(headerName, parts)) {
    add('header-scheme-missing');
  }
  if (parts.scheme !== undefined && doubledScheme(parts.token)) {
    add('header-scheme-doubled');
  }
  if (hasStrayBlanks(value, parts)) {
    add('header-whitespace');
  }
  if (parts.scheme !== undefined && parts.shape === 'empty') {
    add('header-invalid-characters', { reason: 'empty' });
  } else if (!isSendable(value.replace(/[\r\n]/g, ''))) {
    add('header-invalid-characters');
  }
  return findings;
}

/**
 * A JWT needs the scheme, and so does an input of ours, which gives the token alone. Any other input or an opaque value
 * may hold the scheme already, or need none.
 */
function lacksScheme(headerName: string, { scheme, shape, token, colon }: Parsed): boolean {
  if (!isAuthorization(headerName) || scheme !== undefined || shape === 'empty') {
    return false;
  }
  return colon || shape === 'jwt' || (shape === 'reference' && isKeyringReference(token));
}

function isKeyringReference(token: string): boolean {
  const [first] = parseReferences(token);
  return first?.kind === 'input' && first.span.start === 0 && parseKeyringInputId(first.name) !== undefined;
}

/** The value as it should be, or undefined where nothing can be mended. References stay as they are. */
export function repairHeaderValue(headerName: string, value: string): string | undefined {
  const repaired = repairOnce(headerName, value);
  // One mistake may hide another, as a line end does the header's name behind it.
  return repaired === undefined ? undefined : (repairHeaderValue(headerName, repaired) ?? repaired);
}

function repairOnce(headerName: string, value: string): string | undefined {
  const visible = value.replace(zeroWidth, '');
  const parts = parse(headerName, visible);
  let { scheme, token } = parts;
  while (scheme !== undefined && doubledScheme(token)) {
    token = token.replace(/^\S+\s+/, '');
  }
  if (token === '') {
    return undefined;
  }
  const shape = shapeOf(token);
  if (shape === 'jwt') {
    token = token.replace(/\s+/g, '');
  } else if (shape === 'opaque') {
    // A line end in the middle is a terminal's: what it broke belongs together.
    token = token.replace(/[\r\n]+\s*/g, '');
  }
  if (lacksScheme(headerName, { ...parts, shape, token })) {
    scheme = 'Bearer';
  }
  // Several real servers refuse `bearer`, though schemes are case-insensitive (RFC 9110 section 11.1).
  const written = scheme?.toLowerCase() === 'bearer' ? 'Bearer' : scheme;
  const repaired = written === undefined ? token : `${written} ${token}`;
  return repaired === value || !isSendable(repaired) ? undefined : repaired;
}

/** A header's name of any kind before a value: only where a person pasted the whole line, for a value may have a colon too. */
const anyName = /^["']?([a-z][a-z0-9-]*)["']?\s*:\s+(?=\S)/i;

/**
 * What a person pasted, without what isn't part of the credential: quotes, a cURL command or its `-H`, a header's name, a
 * scheme, blanks, characters that can't be seen.
 */
export function cleanPastedCredential(text: string): {
  readonly token: string;
  readonly scheme?: string;
  readonly headerName?: string;
} {
  const line = headerLine(text.replace(zeroWidth, '').trim());
  // A line of JSON has the name in quotes of its own.
  const rest = /^["'][\w-]+["']\s*:/.test(line) ? line : unquoted(line);
  const name = pastedName.exec(rest) ?? (schemeWithColon.test(rest) ? null : anyName.exec(rest));
  const value = unquoted(rest.slice(name?.[0].length ?? 0));
  const parsed = parse('Authorization', value);
  let token = unquoted(parsed.token);
  while (parsed.scheme !== undefined && doubledScheme(token)) {
    // All at once: one by one, a long row of them would take seconds.
    token = unquoted(token.replace(/^(?:bearer\s+(?=\S))+/i, ''));
  }
  if (looksLikeJwt(token)) {
    token = token.replace(/[\r\n]+\s*/g, '');
  }
  const scheme = parsed.colon ? 'Bearer' : parsed.scheme;
  return {
    token,
    ...(scheme !== undefined && { scheme }),
    ...(name?.[1] !== undefined && { headerName: name[1] }),
  };
}

/** The header that authenticates out of a cURL command or its `-H` option; any other text as it is. */
function headerLine(text: string): string {
  const isOption = /^(?:-H|--header)(?=[\s='"])/.test(text);
  if (!isOption && !looksLikeCurl(text)) {
    return text;
  }
  const { headers } = parseCurl(text);
  const header =
    headers.find(({ name }) => isAuthorization(name)) ??
    headers.find(({ name }) => /key|token|auth|secret/i.test(name)) ??
    (isOption ? headers[0] : undefined);
  return header ? `${header.name}: ${header.value}` : text.replace(/^(?:-H|--header)[\s=]+/, '');
}

/** Whether fetch sends this as a header's value: visible ASCII and blanks, and bytes that every client writes the same way. */
export function isSendable(value: string): boolean {
  return /^[\t\u0020-\u007e]*$/.test(value);
}

function isAuthorization(headerName: string): boolean {
  return /^(?:proxy-)?authorization$/i.test(headerName);
}

function doubledScheme(token: string): boolean {
  return /^bearer\s+\S/i.test(token);
}

function hasStrayBlanks(value: string, { gap, token, shape }: Parsed): boolean {
  return (
    value !== value.trim() ||
    /[\r\n]/.test(value) ||
    (gap !== '' && gap !== ' ') ||
    (shape === 'jwt' && /\s/.test(token))
  );
}

/** Without the quotes around it, and the comma or line continuation that may follow them. */
function unquoted(text: string): string {
  const trimmed = text.replace(/(?<=["'`])\s*[,\\]\s*$/, '').trim();
  const [first = '', last = ''] = [trimmed[0], trimmed.at(-1)];
  return trimmed.length > 1 && first === last && /["'`]/.test(first) ? trimmed.slice(1, -1).trim() : trimmed;
}
