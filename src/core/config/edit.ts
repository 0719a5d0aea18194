import { fail, ok, type Result } from '../result.ts';
import type { Span, TextEdit } from '../text.ts';
import { EditedText } from './editedText.ts';
import * as toml from './editToml.ts';
import { appendItem, appendMember, newDocument, replaceNode, type Source } from './insertChild.ts';
import { type JsonChild, type JsonNode, memberOf, readJsonTree } from './jsonTree.ts';
import { addedRemote, isRemoteServer, removeRemoteHeader, setRemoteHeader, setRemoteUrl } from './remoteEdits.ts';
import { removeChildren } from './removeChildren.ts';
import type { JsonMember, JsonValue } from './render.ts';
import './tomlReader.ts';
import type { ConfigFormat } from './types.ts';

/** Why an edit isn't made; the file is as it was. */
export interface EditProblem {
  readonly code: /** The text can't be read as JSON with comments: any edit would be a guess. */
    | 'syntax'
    | 'root-not-object'
    | 'servers-not-object'
    | 'server-not-object'
    | 'headers-not-object'
    | 'inputs-not-array'
    | 'server-not-found'
    | 'server-exists'
    /** The format has no place for inputs. */
    | 'inputs-unsupported';
  /** Where in the text, if it is about something that is there. */
  readonly span?: Span;
}

export type EditResult = Result<readonly TextEdit[], EditProblem>;

/** One edit of several: from the text as it is after those before to the edits of that text. */
export type EditStep = (text: string) => EditResult;

/**
 * Makes edits one after another and returns them as one list against the original text, as small as it can be: nothing
 * that stays is in it. Refused as a whole at the first step that is refused.
 */
export function planEdits(text: string, steps: readonly EditStep[]): EditResult {
  const edited = new EditedText(text);
  for (const step of steps) {
    const result = step(edited.current);
    if (!result.ok) {
      const { code, span } = result.error;
      return fail(
        span
          ? { code, span: { start: edited.originalOffset(span.start), end: edited.originalOffset(span.end) } }
          : { code },
      );
    }
    edited.apply(result.value);
  }
  return ok(edited.edits());
}

/** What is written for a server over HTTP. */
export interface NewServer {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `http` (Streamable HTTP) unless given. */
  readonly transport?: 'http' | 'sse';
  /** What else stands in its entry; of the format's own fixed members, these replace those of the same key. */
  readonly members?: readonly JsonMember[];
}

/**
 * Appends a server to the file's map of servers, which is made if there is none; an empty text becomes a document.
 * Refuses with `server-exists` for a name that is taken.
 */
export function addServer(text: string, format: ConfigFormat, server: NewServer): EditResult {
  if (format.syntax === 'toml') {
    return toml.addServer(text, format, server);
  }
  return addServerValue(text, format, server.name, serverValue(format, server));
}

/** As {@link addServer}, with all that stood in a server's object elsewhere. */
export function addServerValue(text: string, format: ConfigFormat, name: string, value: JsonValue): EditResult {
  if (format.syntax === 'toml') {
    return toml.addServerValue(text, format, name, value);
  }
  const path = format.serversPaths[0] ?? [];
  const empty = () => ok(newDocument(text, nested([...path, name], value), format.indent));
  return edit(text, format, empty, source => {
    const map = findServers(source, format);
    if (!map.ok) {
      return map;
    }
    if (!map.value) {
      return appendAt(source, path, [name, value]);
    }
    const existing = memberOf(map.value.node, name);
    return existing
      ? fail({ code: 'server-exists', span: { start: existing.start, end: existing.keyEnd } })
      : ok(appendMember(source, map.value.ancestors, map.value.node, [name, value], true));
  });
}

/** Takes a server out of the file; of several with that name the last, which is the one that clients take. */
export function removeServer(text: string, format: ConfigFormat, name: string): EditResult {
  if (format.syntax === 'toml') {
    return toml.removeServer(text, format, name);
  }
  return edit(
    text,
    format,
    () => fail({ code: 'server-not-found' }),
    source => {
      const map = findServers(source, format);
      if (!map.ok) {
        return map;
      }
      const server = map.value && memberOf(map.value.node, name);
      return map.value && server
        ? ok(removeChildren(text, map.value.node, child => child === server))
        : fail({ code: 'server-not-found' });
    },
  );
}

/** Writes a server's URL, over the one that stands there or as a new member. */
export function setUrl(text: string, format: ConfigFormat, serverName: string, url: string): EditResult {
  if (format.syntax === 'toml') {
    return toml.setUrl(text, format, serverName, url);
  }
  return editServer(text, format, serverName, (source, ancestors, server) => {
    if (isRemoteServer(format, server)) {
      return setRemoteUrl(server, url);
    }
    const existing = format.urlKeys.map(key => memberOf(server, key)).find(member => member !== undefined);
    return ok(
      existing
        ? replaceValue(existing, url)
        : appendMember(source, ancestors, server, [format.urlKeys[0] ?? 'url', url]),
    );
  });
}

/**
 * Writes a header of a server. One whose name differs at most in case keeps its spelling and gets the new value; if there
 * are several, the last does and the others go, because clients would send them joined.
 */
export function setHeader(
  text: string,
  format: ConfigFormat,
  serverName: string,
  headerName: string,
  value: string,
): EditResult {
  if (format.syntax === 'toml') {
    return toml.setHeader(text, format, serverName, headerName, value);
  }
  return editHeaders(text, format, serverName, (source, ancestors, server, headers) => {
    if (isRemoteServer(format, server)) {
      return setRemoteHeader(source, ancestors, server, headerName, value);
    }
    if (!headers) {
      return ok(appendMember(source, ancestors, server, ['headers', { members: [[headerName, value]] }]));
    }
    const matches = matching(headers.value, headerName);
    const last = matches.at(-1);
    return ok(
      last
        ? [
            ...removeChildren(text, headers.value, child => child !== last && matches.includes(child)),
            ...replaceValue(last, value),
          ]
        : appendMember(source, [...ancestors, server], headers.value, [headerName, value], true),
    );
  });
}

/** Takes a header out of a server, whatever the case of its name, and `headers` with it where nothing is left inside. */
export function removeHeader(text: string, format: ConfigFormat, serverName: string, headerName: string): EditResult {
  if (format.syntax === 'toml') {
    return toml.removeHeader(text, format, serverName, headerName);
  }
  return editHeaders(text, format, serverName, (_source, _ancestors, server, headers) => {
    if (isRemoteServer(format, server)) {
      return removeRemoteHeader(text, server, headerName);
    }
    const matches = headers ? matching(headers.value, headerName) : [];
    if (!headers || matches.length === 0) {
      return ok([]);
    }
    const edits = removeChildren(text, headers.value, child => matches.includes(child));
    const { start, end } = headers.value;
    const leavesNothing = edits.some(({ span }) => span.start === start + 1 && span.end === end - 1);
    // Without it, clients would go by an earlier `headers` that it stands in for.
    const only = server.children.every(child => child === headers || child.key !== 'headers');
    return ok(leavesNothing && only ? removeChildren(text, server, child => child === headers) : edits);
  });
}

/** An entry of `inputs` for which VS Code runs a command. */
export interface CommandInput {
  readonly id: string;
  readonly type: 'command';
  readonly command: string;
  readonly args: string;
}

/**
 * Brings the input with this id to exactly these four members, adding it where there is none. Of several entries with
 * the id the first stays, which is the one that VS Code takes.
 */
export function ensureInput(text: string, format: ConfigFormat, input: CommandInput): EditResult {
  const path = format.inputsPath;
  if (!path) {
    return fail({ code: 'inputs-unsupported' });
  }
  const members = [
    ['id', input.id],
    ['type', input.type],
    ['command', input.command],
    ['args', input.args],
  ] as const satisfies JsonMember[];
  const item = { members };
  const empty = () => ok(newDocument(text, nested(path, { items: [item] }), format.indent));
  return edit(text, format, empty, source => {
    const inputs = findInputs(source, path);
    if (!inputs.ok) {
      return inputs;
    }
    if (!inputs.value) {
      return appendAt(source, path.slice(0, -1), [path.at(-1) ?? '', { items: [item] }]);
    }
    const { node, ancestors } = inputs.value;
    const entries = withId(node, input.id);
    const [first, ...others] = entries;
    if (!first) {
      return ok(appendItem(source, ancestors, node, item));
    }
    return ok([
      ...removeChildren(text, node, child => others.includes(child)),
      ...repair(source, [...ancestors, node], first.value, members),
    ]);
  });
}

/** Appends an entry to `inputs` for which VS Code asks when a server starts, hiding what is typed. */
export function addPasswordInput(
  text: string,
  format: ConfigFormat,
  input: { readonly id: string; readonly description: string },
): EditResult {
  return addInput(text, format, {
    members: [
      ['id', input.id],
      ['type', 'promptString'],
      ['description', input.description],
      ['password', { literal: 'true' }],
    ],
  });
}

/** @param unless the id of an entry that makes this one superfluous */
function addInput(text: string, format: ConfigFormat, item: JsonValue, unless?: string): EditResult {
  const path = format.inputsPath;
  if (!path) {
    return fail({ code: 'inputs-unsupported' });
  }
  const empty = () => ok(newDocument(text, nested(path, { items: [item] }), format.indent));
  return edit(text, format, empty, source => {
    const inputs = findInputs(source, path);
    if (!inputs.ok) {
      return inputs;
    }
    if (unless !== undefined && inputs.value && withId(inputs.value.node, unless).length > 0) {
      return ok([]);
    }
    return inputs.value
      ? ok(appendItem(source, inputs.value.ancestors, inputs.value.node, item))
      : appendAt(source, path.slice(0, -1), [path.at(-1) ?? '', { items: [item] }]);
  });
}

/** Appends entries to `inputs`, but for those whose id is there already. */
export function addInputs(
  text: string,
  format: ConfigFormat,
  inputs: readonly { readonly id: string; readonly value: JsonValue }[],
): EditResult {
  return planEdits(
    text,
    inputs.map(
      ({ id, value }): EditStep =>
        current =>
          addInput(current, format, value, id),
    ),
  );
}

/** Takes every input with this id out of the file. The array stays, as VS Code's own new files have it. */
export function dropInput(text: string, format: ConfigFormat, id: string): EditResult {
  const path = format.inputsPath;
  if (!path) {
    return ok([]);
  }
  return edit(
    text,
    format,
    () => ok([]),
    source => {
      const inputs = findInputs(source, path);
      if (!inputs.ok) {
        return inputs;
      }
      const node = inputs.value?.node;
      const entries = node ? withId(node, id) : [];
      return ok(node ? removeChildren(text, node, child => entries.includes(child)) : []);
    },
  );
}

/** Something found in the tree, and the objects and arrays around it, the root first. */
interface Found {
  readonly node: JsonNode;
  readonly ancestors: readonly JsonNode[];
}

function edit(
  text: string,
  format: ConfigFormat,
  whenEmpty: () => EditResult,
  change: (source: Source) => EditResult,
): EditResult {
  const tree = readJsonTree(text);
  if (!tree.ok) {
    return fail({ code: 'syntax', span: tree.error });
  }
  const root = tree.value;
  if (!root) {
    return whenEmpty();
  }
  if (root.kind !== 'object') {
    return fail({ code: 'root-not-object', span: spanOf(root) });
  }
  return change({ text, root, indent: format.indent });
}

function editServer(
  text: string,
  format: ConfigFormat,
  name: string,
  change: (source: Source, ancestors: readonly JsonNode[], server: JsonNode) => EditResult,
): EditResult {
  return edit(
    text,
    format,
    () => fail({ code: 'server-not-found' }),
    source => {
      const map = findServers(source, format);
      if (!map.ok) {
        return map;
      }
      const server = map.value && memberOf(map.value.node, name);
      if (!map.value || !server) {
        return fail({ code: 'server-not-found' });
      }
      return server.value.kind === 'object'
        ? change(source, [...map.value.ancestors, map.value.node], server.value)
        : fail({ code: 'server-not-object', span: spanOf(server.value) });
    },
  );
}

function editHeaders(
  text: string,
  format: ConfigFormat,
  serverName: string,
  change: (
    source: Source,
    ancestors: readonly JsonNode[],
    server: JsonNode,
    headers: JsonChild | undefined,
  ) => EditResult,
): EditResult {
  return editServer(text, format, serverName, (source, ancestors, server) => {
    const headers = memberOf(server, 'headers');
    return headers && headers.value.kind !== 'object'
      ? fail({ code: 'headers-not-object', span: spanOf(headers.value) })
      : change(source, ancestors, server, headers);
  });
}

/** The map of servers: under the first of the format's paths that exists, as in `parse.ts`. */
function findServers({ root }: Source, format: ConfigFormat): Result<Found | undefined, EditProblem> {
  for (const path of format.serversPaths) {
    if (path.length === 0) {
      return ok(root.children.some(child => isServer(child.value, format)) ? { node: root, ancestors: [] } : undefined);
    }
    const found = follow(root, path);
    if (found && found.node.kind !== 'object') {
      return fail({ code: 'servers-not-object', span: spanOf(found.node) });
    }
    if (found) {
      return ok(found);
    }
  }
  return ok(undefined);
}

/** Whether a member of the root makes it a bare map of servers. */
function isServer(node: JsonNode, format: ConfigFormat): boolean {
  return ['type', 'command', ...format.urlKeys].some(key => memberOf(node, key)?.value.kind === 'string');
}

function findInputs({ root }: Source, path: readonly string[]): Result<Found | undefined, EditProblem> {
  const found = follow(root, path);
  return found && found.node.kind !== 'array'
    ? fail({ code: 'inputs-not-array', span: spanOf(found.node) })
    : ok(found);
}

function follow(root: JsonNode, path: readonly string[]): Found | undefined {
  let node = root;
  const ancestors: JsonNode[] = [];
  for (const key of path) {
    const member = memberOf(node, key);
    if (!member) {
      return undefined;
    }
    ancestors.push(node);
    node = member.value;
  }
  return { node, ancestors };
}

/** Appends a member to the object at a path, making those objects of the path that are missing. */
function appendAt(source: Source, path: readonly string[], member: JsonMember): EditResult {
  let length = path.length;
  let found = follow(source.root, path);
  while (!found) {
    length--;
    found = follow(source.root, path.slice(0, length));
  }
  if (found.node.kind !== 'object') {
    return fail({ code: 'servers-not-object', span: spanOf(found.node) });
  }
  const missing = path.slice(length);
  const added = missing.length === 0 ? member : nested(missing, { members: [member] });
  return ok(appendMember(source, found.ancestors, found.node, added));
}

/** A member whose value is an object with one member, and so on along the path to the value. */
function nested(path: readonly string[], value: JsonValue): JsonMember {
  const [first = '', ...rest] = path;
  return [first, rest.length === 0 ? value : { members: [nested(rest, value)] }];
}

function serverValue(
  format: ConfigFormat,
  { url, headers, transport = 'http', members: others = [] }: NewServer,
): JsonValue {
  if (format.mcpRemote === 'only') {
    return addedRemote(url, headers ?? {}, transport === 'sse');
  }
  const type = transport === 'sse' ? 'sse' : format.httpType;
  const members: JsonMember[] = [];
  if (type !== undefined) {
    members.push(['type', type]);
  }
  const urlKey = (transport === 'sse' ? format.sseUrlKey : undefined) ?? format.urlKeys[0] ?? 'url';
  members.push([urlKey, url]);
  if (headers && Object.keys(headers).length > 0) {
    members.push(['headers', { members: Object.entries(headers) }]);
  }
  members.push(...(format.fixedMembers ?? []).filter(([key]) => others.every(([other]) => other !== key)), ...others);
  return { members };
}

function matching(headers: JsonNode, name: string): readonly JsonChild[] {
  const lower = name.toLowerCase();
  return headers.children.filter(child => child.key?.toLowerCase() === lower);
}

function withId(inputs: JsonNode, id: string): readonly JsonChild[] {
  return inputs.children.filter(child => memberOf(child.value, 'id')?.value.text === id);
}

function repair(
  source: Source,
  ancestors: readonly JsonNode[],
  entry: JsonNode,
  members: readonly (readonly [key: string, value: string])[],
): readonly TextEdit[] {
  const present = members.map(([key]) => memberOf(entry, key));
  if (entry.children.length !== members.length || present.includes(undefined)) {
    return [replaceNode(source, ancestors, entry, { members })];
  }
  return members.flatMap(([, value], index) => {
    const member = present[index];
    return member ? replaceValue(member, value) : [];
  });
}

function replaceValue({ value }: JsonChild, text: string): readonly TextEdit[] {
  return value.text === text ? [] : [{ span: spanOf(value), text: JSON.stringify(text) }];
}

function spanOf({ start, end }: JsonNode): Span {
  return { start, end };
}
