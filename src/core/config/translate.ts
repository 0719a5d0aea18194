import { fail, ok, type Result } from '../result.ts';
import type { Span } from '../text.ts';
import {
  addInputs,
  addServer,
  addServerValue,
  type EditResult,
  type EditStep,
  planEdits,
  removeHeader,
  setHeader,
  setUrl,
} from './edit.ts';
import { type JsonNode, memberOf, readJsonTree } from './jsonTree.ts';
import { parseConfig } from './parse.ts';
import type { JsonMember, JsonValue, SourceLine } from './render.ts';
import { jsonValueOf, readServerSource, serverSourceText } from './serverSource.ts';
import { indentAt } from './trivia.ts';
import type { ConfigFormat, OptionId, ParsedServer } from './types.ts';
import { readValue, type ValueLoss, writeValue } from './variables.ts';

/** A server as another format says it. */
export interface TranslatedServer {
  readonly name: string;
  readonly url: string;
  readonly transport: 'http' | 'sse';
  /** In the order of the source, written as `setHeader` wants them. Those that are delivered anew aren't among them. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** All that the target has a word for beside URL and headers. */
  readonly members: readonly JsonMember[];
  /** The entry as it stood, where its comments can come along: written instead of `members`. */
  readonly commented?: JsonValue;
  /** The definitions of inputs that the headers refer to. */
  readonly inputs: readonly TranslatedInput[];
  /** What the target can't say. */
  readonly lost: readonly Loss[];
}

export interface TranslatedInput {
  readonly id: string;
  readonly value: JsonValue;
}

export type Loss =
  | { readonly kind: 'header'; readonly name: string; readonly reason: ValueLoss }
  | { readonly kind: 'member'; readonly key: string }
  /** There are comments in the entry, and the target's clients read none. */
  | { readonly kind: 'comments' }
  /** The server is reached over SSE, and the target's clients know Streamable HTTP alone. */
  | { readonly kind: 'sse' };

/** `reference`: its URL takes something in that the target doesn't resolve. */
export type TranslationProblem = 'server-not-found' | 'no-url' | 'reference';

/**
 * Says in another format what a server says in its own: URL, transport, headers with their references in the target's
 * syntax, and what both have under whatever name. Files that one client reads alike keep everything.
 * @param delivered headers, in lower case, that get their value in another way
 */
export function translateServer(
  text: string,
  from: ConfigFormat,
  name: string,
  to: ConfigFormat,
  delivered: ReadonlySet<string> = new Set(),
): Result<TranslatedServer, TranslationProblem> {
  const config = parseConfig(text, from);
  const parsed = config.servers.findLast(server => server.name === name);
  if (!parsed) {
    return fail('server-not-found');
  }
  if (parsed.url === undefined) {
    return fail('no-url');
  }
  const remote = parsed.viaMcpRemote === true;
  const lost: Loss[] = [];
  const inputsFrom = from.inputsPath && to.inputsPath ? inputsOf(text, from.inputsPath) : [];
  const used = new Set<string>();
  const carry = (value: string, header: string) => {
    const parts = readValue(value, from, remote);
    const written = writeValue(parts, to, header, to.inputsPath !== undefined);
    if ('value' in written) {
      for (const part of parts) {
        if (part.kind === 'input') {
          used.add(part.id);
        }
      }
    }
    return written;
  };
  const url = carry(parsed.url.value, '');
  if ('lost' in url) {
    return fail('reference');
  }
  const headers: { name: string; value: string }[] = [];
  for (const header of parsed.headers) {
    if (delivered.has(header.name.toLowerCase()) || header.value === undefined) {
      continue;
    }
    const written = carry(header.value, header.name);
    if ('value' in written) {
      headers.push({ name: header.name, value: written.value });
    } else {
      lost.push({ kind: 'header', name: header.name, reason: written.lost });
    }
  }
  const transport = isSse(text, from, parsed) ? 'sse' : 'http';
  if (transport === 'sse' && !saysSse(to)) {
    lost.push({ kind: 'sse' });
  }
  const { members, dropped } = translateMembers(membersOf(text, from, parsed), from, to, remote);
  const lines = from.syntax === 'toml' || remote ? undefined : commentedLines(text, parsed.span);
  const keepsComments = lines !== undefined && to.comments && to.syntax !== 'toml' && shareClient(from, to);
  if (lines && !keepsComments) {
    lost.push({ kind: 'comments' });
  }
  return ok({
    name,
    url: url.value,
    transport,
    headers,
    members,
    ...(keepsComments && { commented: { lines } }),
    inputs: inputsFrom.filter(({ id }) => used.has(id)),
    lost: [...lost, ...dropped.map(key => ({ kind: 'member' as const, key }))],
  });
}

/** The edits that put a translated server into a file: inputs that are there already stay as they are. */
export function addTranslated(text: string, format: ConfigFormat, server: TranslatedServer): EditResult {
  const { name, url, transport, members, headers, commented } = server;
  const lost = server.lost.flatMap(loss => (loss.kind === 'header' ? [loss.name] : []));
  return planEdits(text, [
    ...(commented === undefined
      ? [(current: string) => addServer(current, format, { name, url, transport, members })]
      : [
          (current: string) => addServerValue(current, format, name, commented),
          (current: string) => setUrl(current, format, name, url),
          ...lost.map(
            (header): EditStep =>
              current =>
                removeHeader(current, format, name, header),
          ),
        ]),
    ...headers.map(
      (header): EditStep =>
        current =>
          setHeader(current, format, name, header.name, header.value),
    ),
    ...(server.inputs.length > 0 ? [(current: string) => addInputs(current, format, server.inputs)] : []),
  ]);
}

/** What a server's entry has beside its URL, its headers and what says how it is reached. */
function membersOf(text: string, format: ConfigFormat, parsed: ParsedServer): readonly JsonMember[] {
  const source = readServerSource(serverSourceText(text, format, parsed), format, parsed.name);
  const value = source?.value;
  if (typeof value !== 'object' || !('members' in value)) {
    return [];
  }
  const known = new Set([
    'type',
    'headers',
    'http_headers',
    'env_http_headers',
    'bearer_token_env_var',
    ...format.urlKeys,
    ...(parsed.viaMcpRemote ? ['command', 'args', 'env'] : []),
  ]);
  // Of a key that stands twice the last one counts.
  return [...new Map(value.members.filter(([key]) => !known.has(key))).entries()];
}

function translateMembers(
  members: readonly JsonMember[],
  from: ConfigFormat,
  to: ConfigFormat,
  remote: boolean,
): { readonly members: readonly JsonMember[]; readonly dropped: readonly string[] } {
  if (!remote && to.mcpRemote !== 'only' && from.syntax === to.syntax && shareClient(from, to)) {
    return { members, dropped: [] };
  }
  const translated: JsonMember[] = [];
  const dropped: string[] = [];
  for (const [key, value] of members) {
    const option = optionOf(from, key);
    const target = option && to.mcpRemote !== 'only' ? to.options?.[option] : undefined;
    const written = option && readOption(option, value, from);
    if (written === 'default') {
      continue;
    }
    if (option && target && written !== undefined) {
      translated.push([target.key, writeOption(written, target)]);
    } else {
      dropped.push(key);
    }
  }
  return { members: translated, dropped };
}

function shareClient(a: ConfigFormat, b: ConfigFormat): boolean {
  return a.clients.some(client => b.clients.includes(client));
}

function optionOf(format: ConfigFormat, key: string): OptionId | undefined {
  const entries = Object.entries(format.options ?? {}) as [OptionId, { key: string }][];
  return entries.find(([, option]) => option.key === key)?.[0];
}

type OptionValue = number | boolean | readonly string[];

/** `default`: it says what goes without saying everywhere; undefined for what makes no sense. */
function readOption(option: OptionId, value: JsonValue, format: ConfigFormat): OptionValue | 'default' | undefined {
  const key = format.options?.[option];
  const literal = typeof value === 'object' && 'literal' in value ? value.literal : undefined;
  switch (option) {
    case 'timeout': {
      const number = literal === undefined ? Number.NaN : Number(literal.replaceAll('_', ''));
      return Number.isFinite(number) && number > 0 ? number * (key?.seconds ? 1000 : 1) : undefined;
    }
    case 'disabled': {
      const isSet = literal === 'true' ? true : literal === 'false' ? false : undefined;
      const disabled = isSet === undefined ? undefined : key?.inverted ? !isSet : isSet;
      return disabled === false ? 'default' : disabled;
    }
    case 'enabledTools':
    case 'disabledTools': {
      const items = typeof value === 'object' && 'items' in value ? value.items : undefined;
      const names = items?.filter(item => typeof item === 'string');
      if (!items || names?.length !== items.length) {
        return undefined;
      }
      const isAll = option === 'enabledTools' && names.includes('*');
      return isAll || (option === 'disabledTools' && names.length === 0) ? 'default' : names;
    }
  }
}

function writeOption(value: OptionValue, key: { readonly seconds?: true; readonly inverted?: true }): JsonValue {
  if (typeof value === 'number') {
    return { literal: `${key.seconds ? value / 1000 : value}` };
  }
  if (typeof value === 'boolean') {
    return { literal: `${key.inverted ? !value : value}` };
  }
  return { items: value };
}

function isSse(text: string, format: ConfigFormat, parsed: ParsedServer): boolean {
  if (parsed.transport !== 'stdio') {
    return parsed.transport === 'sse';
  }
  // A command line of mcp-remote says it in an argument.
  return parsed.viaMcpRemote === true && /"sse-only"/.test(serverSourceText(text, format, parsed));
}

function saysSse(format: ConfigFormat): boolean {
  return format.syntax !== 'toml';
}

/** The lines of an object that has comments in it; undefined for one that has none. */
function commentedLines(text: string, { start, end }: Span): readonly SourceLine[] | undefined {
  const tree = readJsonTree(text.slice(start, end));
  if (!tree.ok || !tree.value || !hasComments(text.slice(start, end), tree.value)) {
    return undefined;
  }
  const outer = indentAt(text, start);
  const [first = '', ...rest] = text.slice(start, end).split(/\r\n|\r|\n/);
  const blanks = rest.map(line => /^[ \t]*/.exec(line)?.[0] ?? '');
  const unit =
    blanks.find(indent => indent.length > outer.length && indent.startsWith(outer))?.slice(outer.length) ?? '\t';
  return [
    { depth: 0, text: first },
    ...rest.map((line, index) => {
      const own = (blanks[index] ?? '').startsWith(outer) ? (blanks[index] ?? '').slice(outer.length) : '';
      let depth = 0;
      while (own.startsWith(unit, depth * unit.length)) {
        depth++;
      }
      return { depth, text: own.slice(depth * unit.length) + line.trimStart() };
    }),
  ];
}

/** Whether something stands between the values of an object that is neither punctuation nor blank. */
function hasComments(text: string, node: JsonNode): boolean {
  let at = node.start + 1;
  for (const child of node.children) {
    if (text.slice(at, child.start).includes('/') || text.slice(child.keyEnd, child.value.start).includes('/')) {
      return true;
    }
    if (hasComments(text, child.value)) {
      return true;
    }
    at = child.end;
  }
  return node.kind !== 'string' && node.kind !== 'literal' && text.slice(at, node.end).includes('/');
}

function inputsOf(text: string, path: readonly string[]): readonly TranslatedInput[] {
  const tree = readJsonTree(text);
  let node = tree.ok ? tree.value : undefined;
  for (const key of path) {
    node = node && memberOf(node, key)?.value;
  }
  return (node?.kind === 'array' ? node.children : []).flatMap(({ value }) => {
    const id = memberOf(value, 'id')?.value.text;
    return id === undefined ? [] : [{ id, value: jsonValueOf(value, text) }];
  });
}
