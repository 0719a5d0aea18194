import type { Span } from '../text.ts';
import type { JsonMember } from './render.ts';

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
  /** What other clients that read the same file resolve, though the one that the file is shown for doesn't. */
  readonly othersResolve?: readonly Indirection[];
  /** The clients that read such files. What only one of them knows is kept between files that share one. */
  readonly clients: readonly ClientId[];
  /** How what several clients have under names of their own is spelled here. */
  readonly options?: Readonly<Partial<Record<OptionId, OptionKey>>>;
  /** The key under which a server's URL stands, first one is written. */
  readonly urlKeys: readonly string[];
  /** The value of `type` that is written for a server over HTTP; absent where clients want none. */
  readonly httpType?: string;
  readonly headers: boolean;
  /** The syntax; JSON (with comments where a client takes them) unless given. */
  readonly syntax?: 'toml';
  /** The key of a URL that is reached over the older SSE transport, where it is another than the first of `urlKeys`. */
  readonly sseUrlKey?: string;
  /** What stands in every server that the client itself writes, beside what is the server's own. */
  readonly fixedMembers?: readonly JsonMember[];
  /**
   * Command lines of `mcp-remote` are read and edited as the servers over HTTP that they stand for; `only` where the
   * client starts nothing but commands, so that new servers are written so too.
   */
  readonly mcpRemote?: 'read' | 'only';
  /** The file holds servers of other projects beside these, which are none of this format's business. */
  readonly shared?: true;
  /** One level of indentation in a file that we create or that shows no indentation of its own. */
  readonly indent: string;
}

export type ClientId =
  | 'vscode'
  | 'copilotCli'
  | 'claudeDesktop'
  | 'claudeCode'
  | 'cursor'
  | 'windsurf'
  | 'geminiCli'
  | 'codex';

/** What a server may have in several formats: how long a tool may take, which tools there are, whether it is switched off. */
export type OptionId = 'timeout' | 'enabledTools' | 'disabledTools' | 'disabled';

export interface OptionKey {
  readonly key: string;
  /** Of `timeout`; milliseconds unless given. */
  readonly seconds?: true;
  /** Of `disabled`: the key says the opposite. */
  readonly inverted?: true;
}

export type FormatId =
  | 'vscode'
  | 'vscodeUser'
  | 'vscodeRemoteUser'
  | 'codeWorkspace'
  | 'dotMcp'
  | 'devContainer'
  | 'copilotCli'
  | 'claudeDesktop'
  | 'claudeCode'
  | 'cursor'
  | 'windsurf'
  | 'geminiCli'
  | 'codex';

/**
 * `input`: `${input:id}`; `envColon`: `${env:NAME}`; `env`: `${NAME}` and `${NAME:-default}`; `envBare`: `$NAME` and
 * `${NAME}`; `envKeys`: a key of its own that names a variable, which is read and written here as `${NAME}`.
 */
export type Indirection = 'input' | 'envColon' | 'env' | 'envBare' | 'envKeys';

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
  /** The client runs `mcp-remote`, and `url` and `headers` are those of its command line; `transport` is `stdio`. */
  readonly viaMcpRemote?: true;
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
  /**
   * The value's span, or the empty span behind the name where there is none. Where the value stands in a variable of the
   * same server's `env`, it is the variable's; where a key only names a variable, that name's.
   */
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
