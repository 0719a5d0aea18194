import type { Span } from '../text.ts';

/**
 * Where in a config file a secret stands. `url-path` is known by a vendor's prefix alone (Firecrawl's URLs hold the key);
 * `member` is any other member of a server, such as `apiKey`.
 */
export type SecretPlace =
  | 'header'
  | 'env'
  | 'argument'
  | 'url-query'
  | 'url-userinfo'
  | 'url-path'
  | 'input-default'
  | 'oauth-client-secret'
  | 'member';

/** A literal secret in a config file. It says where, never what. */
export interface Detection {
  /** What it was recognised by: an id of `rules.ts` or `vendors.ts`. */
  readonly rule: string;
  readonly place: SecretPlace;
  /**
   * The name that the secret goes by: of the header, variable, option (with its dashes), query parameter or input; of a
   * URL's user info the name of what holds the URL; empty for an argument that stands alone. Text from outside.
   */
  readonly name: string;
  /** The server's name; empty for an input. Text from outside. */
  readonly server: string;
  /** The secret itself, without quotes and scheme (`Bearer `). */
  readonly span: Span;
  /** The whole string in which it stands, quotes included. */
  readonly valueSpan: Span;
}

/**
 * Hears of a secret inside a string.
 * @param start offset in the string's value, as is `end`
 */
export type ReportSecret = (place: SecretPlace, name: string, rule: string, start: number, end: number) => void;

/**
 * What a rule catches and what it must leave alone; a unit test runs every one. `@an:36@` stands for 36 letters and digits
 * (see `test/detect/fakeValues.ts`) and `@nil@` for nothing, so that neither a source file nor the bundle holds what looks
 * like a key: vsce refuses to package one that does.
 */
export interface Samples<T> {
  readonly secret: readonly T[];
  readonly harmless: readonly T[];
}
