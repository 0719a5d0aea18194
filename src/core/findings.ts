import type { Span } from './text.ts';

/**
 * One thing wrong with a token, a header or a file. Core says what it is as data; `platform/texts.ts` says it in words.
 */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Where in the text that was checked; absent when the token stands in no text. */
  readonly span?: Span;
  /** What the words need: a time in ms (`at`), a reason code, a name, a URL. Text in it comes from outside. */
  readonly data: FindingData;
}

export type FindingData = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type Severity = 'error' | 'warning' | 'information';

export type FindingCode =
  | 'token-expired'
  | 'sign-in-needed'
  | 'token-expires-soon'
  | 'token-not-yet-valid'
  | 'token-no-expiry'
  | 'token-long-lived'
  | 'token-malformed'
  | 'token-encrypted'
  | 'token-alg-none'
  | 'token-signature-invalid'
  | 'token-audience-mismatch'
  | 'token-issuer-mismatch'
  | 'header-scheme-missing'
  | 'header-scheme-doubled'
  | 'header-name-pasted'
  | 'header-whitespace'
  | 'header-invalid-characters'
  | 'secret-in-file'
  | 'secret-in-url'
  | 'secret-in-args'
  | 'insecure-url'
  | 'connection-failed' // data: sentence
  | 'credential-missing'
  | 'credential-refused';
