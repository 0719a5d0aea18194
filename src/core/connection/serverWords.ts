import { parseJsonObject, textOf } from '../oauth/json.ts';
import type { Exchange } from './exchange.ts';

/** What a refusal is about, as far as its words say. */
export type Topic =
  | 'expired'
  | 'notYetValid'
  | 'audience'
  | 'issuer'
  | 'signature'
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
  /** Headers that the text names, in lower case. */
  readonly headers: readonly string[];
}

const textLimit = 600;

/** `Invalid or expired token` says neither. */
const eitherOr =
  /\b(?:invalid|malformed|revoked|missing|bad|unknown)\b[^.;]{0,24}\bor\b[^.;]{0,24}\bexpired|\bexpired\b[^.;]{0,24}\bor\b/i;

const topics: readonly (readonly [Topic, RegExp])[] = [
  ['notYetValid', /not (?:yet )?(?:valid yet|yet valid|active)|\bnbf\b|issued in the future|\bbefore\b.*\bvalid\b/i],
  ['audience', /\baud\b|\baudience\b/i],
  ['issuer', /\biss\b|\bissuer\b/i],
  ['signature', /signature|\bJWSSignature|\bno (?:matching|applicable) key|\bkid\b|unknown key|\bjwks\b/i],
  ['algorithm', /\balg\b|\balgorithms?\b/i],
  [
    'permission',
    /insufficient|\bscopes?\b|permissions?\b|\broles?\b|forbidden|not allowed|not authori[sz]ed to|access (?:is )?denied|privileges?\b|only (?:admins?|editors?)/i,
  ],
  [
    'missing',
    /missing|\brequired?\b|not provided|no (?:token|credentials?|api[- _]?key|authorization)|unauthenticated/i,
  ],
  ['revoked', /revoked|disabled|deactivated/i],
  ['malformed', /malformed|cannot be parsed|could not parse|decod/i],
  [
    'scheme',
    /\bbearer (?:scheme|prefix)|must (?:start|begin) with|expected ['"]?bearer|invalid (?:authorization )?scheme/i,
  ],
  ['credential', /token|credential|api[- _]?key|\bauth|login|sign[- ]?in|unauthori[sz]ed|jwt/i],
];

const namedHeader = /\b(x-[a-z0-9-]*(?:key|token|auth)[a-z0-9-]*|api-key|authorization)\b/gi;

/** Reads a refusal: the challenge, then the members of a JSON body that are for people, else the text as it is. */
export function readServerWords({ body, headers }: Pick<Exchange, 'body' | 'headers'>, more = ''): ServerWords {
  const isPage = looksLikePage({ body, headers });
  const parts = [more, isPage ? '' : bodyWords(body), challengeWords(headers['www-authenticate'] ?? '')];
  const text = parts.filter(Boolean).join(' · ').slice(0, textLimit);
  const found = new Set(topics.filter(([, pattern]) => pattern.test(text)).map(([topic]) => topic));
  if (/expired?\b|\bexp\b/i.test(text) && !eitherOr.test(text)) {
    found.add('expired');
  }
  const named = [...`${isPage ? '' : bodyWords(body)} ${more}`.matchAll(namedHeader)].map(([name]) =>
    name.toLowerCase(),
  );
  return { text, topics: found, headers: [...new Set(named)] };
}

/** Whether an answer is a page for people instead of one for programs. */
export function looksLikePage({ body, headers }: Pick<Exchange, 'body' | 'headers'>): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*(?:<!doctype html|<html)\b/i.test(body);
}

/** The title of a page. It comes from outside. */
export function pageTitle(body: string): string | undefined {
  return /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1]?.trim() || undefined;
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
  return [...challenge.matchAll(/\b(?:error|error_description)="([^"]*)"/g)].map(([, words]) => words).join(': ');
}
