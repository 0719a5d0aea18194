import { parseReferences } from '../config/references.ts';
import type { Finding, FindingCode } from '../findings.ts';
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
const schemes = /^(bearer|basic|digest|dpop|token|apikey|api-key|key|negotiate|hoba|mutual|vapid|privatetoken)$/i;

/** `Authorization:` or `X-API-Key:` at the beginning of a value, as it is when a whole header was pasted. */
const pastedName = /^\s*(authorization|proxy-authorization|x-[a-z0-9-]+|api-?key)\s*:\s*/i;

export function parseHeaderValue(headerName: string, value: string): HeaderValueParts {
  const start = (pastedName.exec(value)?.[0].length ?? 0) || value.length - value.trimStart().length;
  const end = value.trimEnd().length;
  const text = value.slice(start, Math.max(start, end));
  const first = /^(\S+)\s+/.exec(text);
  const isScheme = first?.[1] !== undefined && schemes.test(first[1]);
  const alone = !first && isAuthorization(headerName) && schemes.test(text);
  const scheme = alone ? text : isScheme ? first[1] : undefined;
  const tokenStart = alone ? start + text.length : start + (isScheme ? (first[0]?.length ?? 0) : 0);
  const token = value.slice(tokenStart, Math.max(tokenStart, end));
  return {
    ...(scheme !== undefined && { scheme }),
    token,
    tokenSpan: { start: tokenStart, end: tokenStart + token.length },
    shape: shapeOf(token),
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
  const found: FindingCode[] = [];
  const parts = parseHeaderValue(headerName, value);
  if (pastedName.test(value)) {
    found.push('header-name-pasted');
  }
  if (isAuthorization(headerName) && parts.shape === 'jwt' && parts.scheme === undefined) {
    found.push('header-scheme-missing');
  }
  if (parts.scheme !== undefined && doubledScheme(parts.token)) {
    found.push('header-scheme-doubled');
  }
  if (isAuthorization(headerName) && parts.scheme !== undefined && parts.shape === 'empty') {
    found.push('header-invalid-characters');
  }
  if (hasStrayBlanks(value, parts)) {
    found.push('header-whitespace');
  }
  if (!isSendable(value.replace(/[\r\n]/g, ''))) {
    found.push('header-invalid-characters');
  }
  return found.map(code => ({ code, severity: 'error', data: { header: headerName } }));
}

/** The value as it should be, or undefined where nothing can be mended. References stay as they are. */
export function repairHeaderValue(headerName: string, value: string): string | undefined {
  let { scheme, token } = parseHeaderValue(headerName, value.replace(/[\r\n]+\s*/g, ''));
  while (scheme !== undefined && doubledScheme(token)) {
    token = token.replace(/^\S+\s+/, '');
  }
  if (token === '') {
    return undefined;
  }
  if (looksLikeJwt(token)) {
    token = token.replace(/\s+/g, '');
    if (isAuthorization(headerName)) {
      scheme ??= 'Bearer';
    }
  }
  // Several real servers refuse `bearer`, though schemes are case-insensitive (RFC 9110 section 11.1).
  const written = scheme?.toLowerCase() === 'bearer' ? 'Bearer' : scheme;
  const repaired = written === undefined ? token.trim() : `${written} ${token.trim()}`;
  return repaired === value || !isSendable(repaired) ? undefined : repaired;
}

/** What a person pasted, without what isn't part of the credential: quotes, a `-H`, a header's name, a scheme, blanks. */
export function cleanPastedCredential(text: string): {
  readonly token: string;
  readonly scheme?: string;
  readonly headerName?: string;
} {
  let rest = text.trim();
  rest = rest.replace(/^(?:-H|--header)[\s=]+/, '').trim();
  rest = unquoted(rest);
  const name = pastedName.exec(rest);
  const { scheme, token } = parseHeaderValue(name?.[1] ?? 'Authorization', unquoted(rest.slice(name?.[0].length ?? 0)));
  let clean = unquoted(token);
  while (scheme !== undefined && doubledScheme(clean)) {
    clean = clean.replace(/^\S+\s+/, '');
  }
  return {
    token: clean,
    ...(scheme !== undefined && { scheme }),
    ...(name?.[1] !== undefined && { headerName: name[1] }),
  };
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

function hasStrayBlanks(value: string, { scheme, token, shape }: HeaderValueParts): boolean {
  if (value !== value.trim() || /[\r\n]/.test(value)) {
    return true;
  }
  const between =
    scheme === undefined ? '' : (new RegExp(`${scheme.replace(/[^\w]/g, '\\$&')}(\\s*)`).exec(value)?.[1] ?? '');
  return between.length > 1 || (shape === 'jwt' && /\s/.test(token));
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  const [first = '', last = ''] = [trimmed[0], trimmed.at(-1)];
  return trimmed.length > 1 && first === last && /["'`]/.test(first) ? trimmed.slice(1, -1).trim() : trimmed;
}
