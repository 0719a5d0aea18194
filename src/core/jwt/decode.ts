import { fail, ok, type Result } from '../result.ts';
import type { Span } from '../text.ts';
import { decodeBase64url } from './base64url.ts';
import type { DecodedJwt, JsonObject, MalformedReason, MalformedToken } from './types.ts';

/** Longer texts are no tokens that any server takes in a header. In characters. */
const longest = 256 * 1024;

/**
 * Takes a JWT apart without verifying it (RFC 7515 section 3.1, RFC 7519 section 7.2), with a precise reason for each way in
 * which it can be malformed. An unsigned token (empty signature) decodes; a JWE is said to be encrypted.
 */
export function decodeJwt(text: string): Result<DecodedJwt, MalformedToken> {
  if (text === '' || text.length > longest) {
    return fail({ kind: 'malformed', reason: text === '' ? 'empty' : 'too-long', segments: 0 });
  }
  const parts = text.split('.');
  const [first = '', second = '', third = ''] = parts;
  const header = readObject(first, 'header');
  if (parts.length !== 3) {
    const encrypted = parts.length === 5 && header.ok && typeof header.value.enc === 'string';
    return fail({
      kind: encrypted ? 'encrypted' : 'malformed',
      reason: 'segments',
      segments: parts.length,
      ...(header.ok && { header: header.value }),
    });
  }
  if (!header.ok) {
    return fail({ kind: 'malformed', reason: header.error, segments: 3 });
  }
  const payload = readObject(second, 'payload');
  if (!payload.ok) {
    return fail({ kind: 'malformed', reason: payload.error, segments: 3, header: header.value });
  }
  const signature = decodeBase64url(third);
  if (!signature.ok) {
    const reason = signature.error === 'alphabet' ? 'signature-not-base64url' : 'signature-not-canonical';
    return fail({ kind: 'malformed', reason, segments: 3, header: header.value });
  }
  return ok({
    header: header.value,
    payload: payload.value,
    segmentLengths: [first.length, second.length, third.length],
  });
}

// Fatal: a byte that isn't UTF-8 is an error, not a question mark. The byte order mark isn't JSON either.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Part = 'header' | 'payload';

function problem<P extends Part, W extends string>(part: P, what: W): `${P}-${W}` {
  return `${part}-${what}`;
}

function readObject(segment: string, part: Part): Result<JsonObject, MalformedReason> {
  if (segment === '') {
    return fail(problem(part, 'empty'));
  }
  const bytes = decodeBase64url(segment);
  if (!bytes.ok) {
    return fail(problem(part, bytes.error === 'alphabet' ? 'not-base64url' : 'not-canonical'));
  }
  let text: string;
  try {
    text = utf8.decode(bytes.value);
  } catch {
    return fail(problem(part, 'not-utf8'));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(problem(part, 'not-json'));
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ok(value as JsonObject)
    : fail(problem(part, 'not-object'));
}

/**
 * Whether a text means to be a JWT: it begins as the base64url of `{"` or `{ ` does, and has a dot. Cheap; what it lets
 * through may still be malformed.
 */
export function looksLikeJwt(text: string): boolean {
  return /^(?:ey[A-P]|ew[o0k])/.test(text) && text.includes('.');
}

const tokenChar = /[A-Za-z0-9_\-.]/;

/** Every place in a text where a JWT or JWE stands, in one pass. A run of token characters is looked at once. */
export function findJwts(text: string): Span[] {
  const found: Span[] = [];
  const start = /(?:ey[A-P]|ew[o0k])[A-Za-z0-9_-]*\./g;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const before = text[match.index - 1];
    let end = start.lastIndex;
    while (end < text.length && tokenChar.test(text[end] ?? '')) {
      end++;
    }
    start.lastIndex = end;
    if (before === undefined || !/[A-Za-z0-9_-]/.test(before)) {
      // A sentence's full stop isn't part of the token, the last dot of an unsigned one is.
      const dots = text.slice(match.index, end).split('.').length - 1;
      found.push({ start: match.index, end: text[end - 1] === '.' && dots > 2 ? end - 1 : end });
    }
  }
  return found;
}
