import { fail, ok, type Result } from '../result.ts';
import type { Span } from '../text.ts';
import { checkBase64url, decodeBase64urlText } from './base64url.ts';
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
  const header = readHeader(first);
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
  const signature = checkBase64url(third);
  if (signature) {
    const reason = signature === 'alphabet' ? 'signature-not-base64url' : 'signature-not-canonical';
    return fail({ kind: 'malformed', reason, segments: 3, header: header.value });
  }
  return ok({
    header: header.value,
    payload: payload.value,
    segmentLengths: [first.length, second.length, third.length],
  });
}

type Part = 'header' | 'payload';

const segmentProblems = { alphabet: 'not-base64url', canonical: 'not-canonical', utf8: 'not-utf8' } as const;

function problem<P extends Part, W extends string>(part: P, what: W): `${P}-${W}` {
  return `${part}-${what}`;
}

/** Tokens are many and headers few: a server's tokens share one. Bounded, since texts come from outside. */
const knownHeaders = new Map<string, Result<JsonObject, MalformedReason>>();
const knownLimit = 100;
const longestKnown = 500;

function readHeader(segment: string): Result<JsonObject, MalformedReason> {
  const known = knownHeaders.get(segment);
  if (known) {
    return known;
  }
  const header = readObject(segment, 'header');
  if (segment.length <= longestKnown) {
    if (knownHeaders.size >= knownLimit) {
      knownHeaders.clear();
    }
    knownHeaders.set(segment, header);
  }
  return header;
}

function readObject(segment: string, part: Part): Result<JsonObject, MalformedReason> {
  if (segment === '') {
    return fail(problem(part, 'empty'));
  }
  const text = decodeBase64urlText(segment);
  if (!text.ok) {
    return fail(problem(part, segmentProblems[text.error]));
  }
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return fail(problem(part, 'not-json'));
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ok(value as JsonObject)
    : fail(problem(part, 'not-object'));
}

// The base64url of `{"` and of `{` with a blank behind it. The latter are checked once more: `ewok.` is no token.
const jsonStart = /^(?:ey[I-L]|ey[A-D]|ew[o0k])/;
const afterBlank = /^(?:ey[A-D]|ew[o0k])/;

/**
 * Whether a text means to be a JWT: it begins as the base64url of a JSON object does, and has a dot. Cheap; what it lets
 * through may still be malformed.
 */
export function looksLikeJwt(text: string): boolean {
  return beginsAsObject(text) && text.includes('.');
}

function beginsAsObject(text: string): boolean {
  if (!jsonStart.test(text)) {
    return false;
  }
  if (!afterBlank.test(text)) {
    return true;
  }
  const start = /^[A-Za-z0-9_-]{0,40}/.exec(text)?.[0] ?? '';
  const whole = start.slice(0, start.length - (start.length % 4));
  return /^\{\s*(?:"|$)/.test(atob(whole.replaceAll('-', '+').replaceAll('_', '/')));
}

/** The header of the shortest algorithm name, `{"alg":"none"}`, has more; the names of a program's variables have less. */
const shortestHeader = 16;

/**
 * Every place in a text where a JWT or JWE stands, also one that was cut off or spoilt. One pass: a run of token characters
 * is looked at once, so a hostile line costs no more than another.
 */
export function findJwts(text: string): Span[] {
  const found: Span[] = [];
  const start = /ey[A-DI-L]|ew[o0k]/g;
  const run = /[A-Za-z0-9_.-]*/y;
  for (let match = start.exec(text); match; match = start.exec(text)) {
    if (match.index > 0 && isSegmentChar(text.charCodeAt(match.index - 1))) {
      continue;
    }
    run.lastIndex = match.index;
    const chars = run.exec(text)?.[0] ?? '';
    start.lastIndex = match.index + chars.length;
    const token = tokenIn(chars);
    if (token > 0) {
      found.push({ start: match.index, end: match.index + token });
    }
  }
  return found;
}

/** How much of a run of token characters is a token: 0 if none is. */
function tokenIn(run: string): number {
  const first = run.indexOf('.');
  if (first < shortestHeader || !beginsAsObject(run)) {
    return 0;
  }
  let dots = run.split('.').length - 1;
  let end = run.length;
  // A sentence's full stop isn't part of the token, the last dot of an unsigned one is.
  while (dots > 2 && run.charCodeAt(end - 1) === dot) {
    end--;
    dots--;
  }
  return dots > 1 || beginsAsObject(run.slice(first + 1)) ? end : 0;
}

const dot = 0x2e;

function isSegmentChar(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code === 0x2d
  );
}
