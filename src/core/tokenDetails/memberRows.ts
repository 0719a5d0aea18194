import type { JsonObject } from '../jwt/types.ts';
import { plainText } from '../text.ts';

/** A claim or header parameter, cut to what a page can show. Texts in it come from outside. */
export interface MemberRow {
  /** As it stands in the token, for looking up what it means. */
  readonly key: string;
  /** Fit for the screen. */
  readonly name: string;
  readonly value: MemberValue;
}

export type MemberValue =
  /** `at` in ms since the epoch. */
  | { readonly kind: 'time'; readonly at: number }
  /** `omitted`: how many characters were cut off. */
  | { readonly kind: 'text' | 'json'; readonly text: string; readonly omitted: number }
  /** `omitted`: how many items were left out. */
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly omitted: number };

export interface MemberRows {
  readonly rows: readonly MemberRow[];
  /** How many members were left out. */
  readonly omitted: number;
}

// A token may have a claim of a quarter of a megabyte, or thirty thousand claims. Who wants all of it opens the JSON.
const mostRows = 100;
const mostItems = 50;
const longestName = 80;
const longestItem = 200;
const longestText = 1000;

const timeClaims: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at']);
/** Seconds that lie beyond the year 5138; such a number is none of seconds. */
const latest = 1e11;

/** The members of a payload, or of a header, in their order. */
export function memberRows(object: JsonObject, what: 'claims' | 'header'): MemberRows {
  const entries = Object.entries(object);
  return {
    rows: entries.slice(0, mostRows).map(([key, value]) => ({
      key,
      name: plainText(key, longestName),
      value: memberValue(what === 'claims' ? key : '', value),
    })),
    omitted: Math.max(0, entries.length - mostRows),
  };
}

function memberValue(claim: string, value: unknown): MemberValue {
  if (timeClaims.has(claim) && typeof value === 'number' && value >= 0 && value < latest) {
    return { kind: 'time', at: value * 1000 };
  }
  if (typeof value === 'string') {
    // Scopes are a list that is written with blanks (RFC 8693 section 4.2).
    const isList = (claim === 'scope' || claim === 'scp') && value.includes(' ');
    return isList ? list(value.split(' ').filter(Boolean)) : cut('text', value);
  }
  if (Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'string')) {
    return list(value);
  }
  return cut('json', jsonText(value));
}

function list(items: readonly string[]): MemberValue {
  return {
    kind: 'list',
    items: items.slice(0, mostItems).map(item => plainText(item, longestItem)),
    omitted: Math.max(0, items.length - mostItems),
  };
}

function cut(kind: 'text' | 'json', text: string): MemberValue {
  return { kind, text: plainText(text, longestText), omitted: Math.max(0, text.length - longestText) };
}

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…'; // Nested so deeply that writing it out overflows the stack.
  }
}
