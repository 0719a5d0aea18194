import { parseKeyringInputId, parseReferences } from '../config/references.ts';
import type { Finding, FindingData } from '../findings.ts';
import type { Span } from '../text.ts';
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
export const pastedName = /^(?:\s*["']?(authorization|proxy-authorization|x-[a-z0-9-]+|api-?key)["']?\s*:\s*)+/i;

/** `Bearer: abc`: somebody took the scheme for a name. */
export const schemeWithColon = /^bearer\s*:\s*/i;

/** {@link HeaderValueParts}, and what a person got wrong in writing them. */
export interface ParsedHeaderValue extends HeaderValueParts {
  readonly namePasted: boolean;
  readonly colon: boolean;
  /** What stands between scheme and token. */
  readonly gap: string;
}

export function parseHeaderValue(headerName: string, value: string): HeaderValueParts {
  const { scheme, token, tokenSpan, shape } = takeHeaderApart(headerName, value);
  return { ...(scheme !== undefined && { scheme }), token, tokenSpan, shape };
}

export function takeHeaderApart(headerName: string, value: string): ParsedHeaderValue {
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

export function shapeOf(token: string): HeaderValueParts['shape'] {
  if (token === '') {
    return 'empty';
  }
  if (token.includes('${') && parseReferences(token).length > 0) {
    return 'reference';
  }
  return looksLikeJwt(token) ? 'jwt' : 'opaque';
}

/** What's wrong with a header's value before anybody looks at the token in it. */
export function headerFindings(headerName: string, value: string): Finding[] {
  const findings: Finding[] = [];
  const add = (code: Finding['code'], data: FindingData = {}) =>
    findings.push({ code, severity: 'error', data: { header: headerName, ...data } });
  const parts = takeHeaderApart(headerName, value);
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
export function lacksScheme(headerName: string, { scheme, shape, token, colon }: ParsedHeaderValue): boolean {
  if (!isAuthorization(headerName) || scheme !== undefined || shape === 'empty') {
    return false;
  }
  return colon || shape === 'jwt' || (shape === 'reference' && isKeyringReference(token));
}

function isKeyringReference(token: string): boolean {
  const [first] = parseReferences(token);
  return first?.kind === 'input' && first.span.start === 0 && parseKeyringInputId(first.name) !== undefined;
}

/** Whether fetch sends this as a header's value: visible ASCII and blanks, and bytes that every client writes the same way. */
export function isSendable(value: string): boolean {
  return /^[\t\u0020-\u007e]*$/.test(value);
}

export function isAuthorization(headerName: string): boolean {
  return /^(?:proxy-)?authorization$/i.test(headerName);
}

export function doubledScheme(token: string): boolean {
  return /^bearer\s+\S/i.test(token);
}

function hasStrayBlanks(value: string, { gap, token, shape }: ParsedHeaderValue): boolean {
  return (
    value !== value.trim() ||
    /[\r\n]/.test(value) ||
    (gap !== '' && gap !== ' ') ||
    (shape === 'jwt' && /\s/.test(token))
  );
}
