import type { Span } from '../text.ts';

/** How a config file is written and what its clients make of it. One row of `formats.ts`. */
export interface ConfigFormat {
  readonly id: FormatId;
  /** Where the map of servers stands, as key paths from the root; `[]` is the root itself. The first that exists is meant, and the first is created. */
  readonly serversPaths: readonly (readonly string[])[];
  /** Where the `inputs` array stands; absent where the format has none. */
  readonly inputsPath?: readonly string[];
  /** Whether comments and trailing commas are allowed. Read tolerantly everywhere; written nowhere by us. */
  readonly comments: boolean;
  /** What this format's clients resolve inside a header value. */
  readonly indirections: readonly Indirection[];
  /** The key under which a server's URL stands, first one is written. */
  readonly urlKeys: readonly string[];
  /** The value of `type` that is written for a server over HTTP; absent where clients want none. */
  readonly httpType?: string;
  readonly headers: boolean;
  /** One level of indentation in a file that we create or that shows no indentation of its own. */
  readonly indent: string;
}

export type FormatId = 'vscode' | 'vscodeUser' | 'codeWorkspace' | 'dotMcp';

/** `input`: `${input:id}`; `envColon`: `${env:NAME}`; `env`: `${NAME}` and `${NAME:-default}`. */
export type Indirection = 'input' | 'envColon' | 'env';

/** A config file's text, understood as far as it goes. Spans of strings include the quotes. */
export interface ParsedConfig {
  /** In the order of the text. A name that stands twice appears twice; clients take the last. */
  readonly servers: readonly ParsedServer[];
  readonly inputs: readonly ParsedInput[];
  /** What keeps the text from being a well-formed config file, in the order of the text; empty when all is well. */
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigProblem {
  readonly code:
    | 'syntax'
    | 'root-not-object'
    | 'servers-not-object'
    | 'server-not-object'
    | 'inputs-not-array'
    | 'headers-not-object'
    | 'duplicate-server';
  readonly span: Span;
}

export interface ParsedServer {
  readonly name: string;
  readonly nameSpan: Span;
  /** The server's object. */
  readonly span: Span;
  readonly transport: 'http' | 'sse' | 'stdio' | 'unknown';
  readonly url?: ParsedString;
  /** The object under `headers`, if there is one. Where a key stands twice the last one counts, as for clients. */
  readonly headersSpan?: Span;
  readonly headers: readonly ParsedHeader[];
}

export interface ParsedString {
  readonly value: string;
  readonly span: Span;
}

export interface ParsedHeader {
  readonly name: string;
  readonly nameSpan: Span;
  /** Absent while the value is half-typed or isn't a string. */
  readonly value?: string;
  /** The value's span, or the empty span behind the name where there is none. */
  readonly valueSpan: Span;
}

export interface ParsedInput {
  readonly id: string;
  readonly type: string;
  readonly command?: string;
  /** `args` when it is a string. */
  readonly args?: string;
  readonly span: Span;
}
