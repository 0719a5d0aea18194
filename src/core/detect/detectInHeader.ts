import { Inspector } from './inspector.ts';
import type { SecretPlace } from './types.ts';

/**
 * The rule by which a header's literal value is a secret; undefined for none. Cheap enough for every header of 10,000
 * servers on every keystroke.
 */
export function detectInHeader(name: string, value: string): string | undefined {
  // A value that is one reference is what most files hold once they are tidy.
  if (value.length < 3 || (value.startsWith('${') && value.endsWith('}') && !value.includes('-'))) {
    return undefined;
  }
  let found: string | undefined;
  new Inspector((_place, _name, rule) => {
    found ??= rule;
  }).header('header', name, value);
  return found;
}

/** A secret inside a URL. Offsets are the URL's. */
export interface UrlSecret {
  readonly place: SecretPlace;
  /** Of the parameter; `url` for user info and path. */
  readonly name: string;
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/** The first secret in a URL's user info, path or query; undefined for none. */
export function detectInUrl(url: string): UrlSecret | undefined {
  let found: UrlSecret | undefined;
  new Inspector((place, name, rule, start, end) => {
    found ??= { place, name, rule, start, end };
  }).url('url-query', 'url', url);
  return found;
}
