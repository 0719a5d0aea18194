import { parseChallenges } from '../oauth/challenge.ts';
import { parseJsonObject, textOf } from '../oauth/json.ts';
import type { Exchange } from './exchange.ts';

/** What a refusal is about, as far as its words say. */
export type Topic =
  | 'expired'
  | 'notYetValid'
  | 'audience'
  | 'issuer'
  | 'signature'
  | 'key'
  | 'algorithm'
  | 'permission'
  | 'missing'
  | 'revoked'
  | 'malformed'
  | 'scheme'
  | 'credential';

/** A refusal in the server's own words. */
export interface ServerWords {
  /** One text out of the body and the challenge, at most {@link textLimit} characters. It comes from outside. */
  readonly text: string;
  readonly topics: ReadonlySet<Topic>;
  /** It gives several reasons at once, as in `Invalid issuer or audience`, or speaks of a certificate's: none is told for sure. */
  readonly several: boolean;
  /** Headers that the text names, in lower case. */
  readonly headers: readonly string[];
}

/** What a token can be refused for, of which one refusal has one. */
export const refusalReasons: readonly Topic[] = [
  'expired',
  'notYetValid',
  'audience',
  'issuer',
  'signature',
  'key',
  'algorithm',
  'revoked',
];

const textLimit = 600;
/** How much of it is looked through for headers: the time it takes grows with the square. */
const spokenLimit = 1000;

/** `Invalid or expired token` says neither. */
const eitherOr =
  /\b(?:invalid|malformed|revoked|missing|bad|unknown)\b[^.;]{0,24}\bor\b[^.;]{0,24}\bexpired|\bexpired\b[^.;]{0,24}\bor\b/i;

/** Nor does `revoked or deleted`. */
const eitherRevoked = /\brevoked\b[^.;]{0,24}\bor\b|\bor\b[^.;]{0,24}\brevoked\b/i;

const topics: readonly (readonly [Topic, RegExp])[] = [
  ['notYetValid', /not (?:yet )?(?:valid yet|yet valid|active)|\bnbf\b|issued in the future|\bbefore\b.*\bvalid\b/i],
  ['audience', /\baud\b|\baudience\b/i],
  ['issuer', /\biss\b|\bissuer\b/i],
  // `Signature has expired` is how PyJWT says that the token has.
  ['signature', /signature(?! (?:has |is )?expired)/i],
  ['key', /\bno (?:matching|applicable) key|\bkid\b|unknown key|\bjwks\b/i],
  ['algorithm', /\balg\b|\balgorithms?\b/i],
  [
    'permission',
    /insufficient|\bscopes?\b|permissions?\b|\broles?\b|forbidden|not allowed|not authori[sz]ed to|access (?:is )?denied|privileges?\b|only (?:admins?|editors?)/i,
  ],
  [
    'missing',
    /missing|\brequired?\b|not provided|no (?:token|credentials?|api[- _]?key|authorization)|unauthenticated/i,
  ],
  ['revoked', /revoked|\b(?:token|key|credential)s? (?:has been |is |was )?(?:disabled|deactivated)/i],
  ['malformed', /malformed|cannot be parsed|could not parse|decod/i],
  [
    'scheme',
    /\bbearer (?:scheme|prefix)|must (?:start|begin) with|expected ['"]?bearer|invalid (?:authorization )?scheme/i,
  ],
  // `Unexpected token` is what a parser says.
  ['credential', /(?<!unexpected )token|credential|api[- _]?key|\bauth|login|sign[- ]?in|unauthori[sz]ed|jwt/i],
];

/** `Authorization` and `API-key` are words as well: they are headers where the text says so. */
const namedHeader =
  /\bx-[a-z0-9-]*(?:key|token|auth)[a-z0-9-]*\b|\b(?:api-key|authorization)\b(?=["'`]?(?:\s+(?:http\s+|request\s+)?headers?\b|:\s*["'`<{]?bearer\b))|(?<=\bheaders?:?\s+["'`]?)\b(?:api-key|authorization)\b/gi;

/** Reads a refusal: the challenge, then the members of a JSON body that are for people, else the text as it is. */
export function readServerWords({ body, headers }: Pick<Exchange, 'body' | 'headers'>, more = ''): ServerWords {
  const isPage = looksLikePage({ body, headers });
  const parts = [more, isPage ? '' : bodyWords(body), challengeWords(headers['www-authenticate'] ?? '')];
  const text = parts.filter(Boolean).join(' · ').slice(0, textLimit);
  const found = new Set(topics.filter(([, pattern]) => pattern.test(text)).map(([topic]) => topic));
  if (/expired?\b|\bexp\b/i.test(text) && !eitherOr.test(text)) {
    found.add('expired');
  }
  if (eitherRevoked.test(text)) {
    found.delete('revoked');
  }
  const spoken = `${isPage ? '' : bodyWords(body)} ${more}`.slice(0, spokenLimit);
  const named = [...spoken.matchAll(namedHeader)].map(([name]) => name.toLowerCase());
  const several = refusalReasons.filter(topic => found.has(topic)).length > 1 || /\bcertificates?\b/i.test(text);
  return { text, topics: found, several, headers: [...new Set(named)] };
}

/** A header's name as people write it, from lower case: `X-API-Key`. HTTP doesn't care. */
export function canonicalName(name: string): string {
  return name
    .split('-')
    .map(word => (word === 'api' ? 'API' : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`))
    .join('-');
}

/** Whether an answer is a page for people instead of one for programs. */
export function looksLikePage({ body, headers }: Pick<Exchange, 'body' | 'headers'>): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*(?:<!doctype html|<html)\b/i.test(body);
}

/** The title of a page. It comes from outside. */
export function pageTitle(body: string): string | undefined {
  return /<title[^>]{0,200}>([^<]{1,200})/i.exec(body)?.[1]?.trim() || undefined;
}

function bodyWords(body: string): string {
  // An event stream carries its messages in lines.
  const json = /^\s*(?:event:[^\n]*\n)?data: *(\{.*)/.exec(body)?.[1] ?? body;
  const object = parseJsonObject(json);
  if (!object) {
    return body.slice(0, textLimit).replace(/\s+/g, ' ').trim();
  }
  const inner = typeof object.error === 'object' && object.error !== null ? (object.error as typeof object) : undefined;
  const words = [inner, object].flatMap(level =>
    level
      ? ['error', 'error_description', 'message', 'detail', 'title', 'reason', 'code'].map(name => textOf(level, name))
      : [],
  );
  return [...new Set(words.filter(word => word !== undefined))].join(': ');
}

/** Scheme names and URLs would be taken for something that the server says. */
function challengeWords(challenge: string): string {
  return parseChallenges(challenge)
    .flatMap(({ parameters }) => ['error', 'error_description'].map(name => parameters.get(name)))
    .filter(Boolean)
    .join(': ');
}
