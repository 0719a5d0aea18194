import { readUrl, type UrlProblem } from '../config/url.ts';
import { isSendable } from '../jwt/headerValue.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Secret } from '../secret.ts';
import type { ExampleCall, ExampleHeader, ExampleRequest, Pieces } from './types.ts';

/** What stands for the secret of the header that is meant. */
export const tokenVariable = 'MCP_TOKEN';
/** What stands for a URL with a secret in it. */
const urlVariable = 'MCP_URL';

/** A header of the server that the example is for. */
export type SourceHeader =
  /** No secret: it's written as it is. */
  | { readonly name: string; readonly plain: string }
  /** `prefix` is the scheme with its blank, or empty; `secret` is there where it's asked for in clear. */
  | { readonly name: string; readonly prefix: string; readonly secret?: Secret };

export interface ExampleSource {
  /** As it stands in the config file. */
  readonly url: string;
  /** Whether a secret is known to be in the URL. */
  readonly urlIsSecret: boolean;
  readonly showUrl: boolean;
  readonly transport?: 'http' | 'sse';
  readonly headers: readonly SourceHeader[];
  readonly request: ExampleRequest;
}

/** Every example sets these itself; some languages know no header that is set twice. */
const ofProtocol = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-session-id'];

/** RFC 9110 section 5.6.2. */
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

/**
 * The request of an example: each secret is an environment variable, unless it's given.
 * @returns what is wrong with the URL, or the name of the header that can't be sent
 */
export function exampleCall(
  source: ExampleSource,
): Result<ExampleCall, { readonly url: UrlProblem } | { readonly header: string }> {
  const parts = readUrl(source.url);
  if (!parts.ok) {
    return fail({ url: parts.error });
  }
  const taken = new Set<string>();
  const headers: ExampleHeader[] = [];
  for (const header of source.headers.filter(({ name }) => !ofProtocol.includes(name.toLowerCase()))) {
    const value = piecesOf(header, taken);
    if (!headerName.test(header.name) || !value.every(piece => typeof piece !== 'string' || isSendable(piece))) {
      return fail({ header: header.name });
    }
    headers.push({ name: header.name, value });
  }
  const { href } = new URL(source.url);
  return ok({
    url: source.urlIsSecret && !source.showUrl ? [{ variable: urlVariable }] : [href],
    headers,
    request: source.request,
    ...(source.transport && { transport: source.transport }),
  });
}

function piecesOf(header: SourceHeader, taken: Set<string>): Pieces {
  if ('plain' in header) {
    return [header.plain];
  }
  const { prefix, secret } = header;
  if (secret) {
    return [prefix + secret.reveal()];
  }
  const variable = { variable: variableFor(header.name, taken) };
  return prefix === '' ? [variable] : [prefix, variable];
}

/** The first secret is `MCP_TOKEN`; further ones are named after their headers. */
function variableFor(name: string, taken: Set<string>): string {
  const wanted = taken.size === 0 ? tokenVariable : `MCP_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
  let variable = wanted;
  for (let number = 2; taken.has(variable); number++) {
    variable = `${wanted}_${number}`;
  }
  taken.add(variable);
  return variable;
}
