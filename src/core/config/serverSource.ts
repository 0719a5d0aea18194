import { applyEdits } from '../text.ts';
import { addServerValue } from './edit.ts';
import { type JsonNode, memberOf, readJsonTree } from './jsonTree.ts';
import type { JsonMember, JsonValue } from './render.ts';
import { placesBelow } from './tomlServers.ts';
import { readToml, type TomlValue } from './tomlTree.ts';
import type { ConfigFormat, ParsedServer } from './types.ts';

/** A server's object as it stood in a file, read again: what it says, without its comments. */
export interface ServerSource {
  readonly value: JsonValue;
  /** Those of its headers that are strings; where a name stands twice, the last. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The text of a server that {@link readServerSource} reads again: of TOML, where it may stand in many places, rewritten. */
export function serverSourceText(text: string, format: ConfigFormat, { name, span }: ParsedServer): string {
  if (format.syntax !== 'toml') {
    return text.slice(span.start, span.end);
  }
  const written = addServerValue('', format, name, { members: tomlMembers(text, [...rootOf(format), name]) });
  return written.ok ? applyEdits('', written.value) : '';
}

/** @param source the text of the object, comments and all; undefined if it is none */
export function readServerSource(source: string, format: ConfigFormat, name: string): ServerSource | undefined {
  if (format.syntax === 'toml') {
    const members = tomlMembers(source, [...rootOf(format), name]);
    const headers = new Map<string, string>();
    for (const [key, value] of members) {
      if (key === 'http_headers' && typeof value === 'object' && 'members' in value) {
        for (const [header, text] of value.members) {
          if (typeof text === 'string') {
            headers.set(header, text);
          }
        }
      }
    }
    return members.length === 0 ? undefined : { value: { members }, headers };
  }
  const tree = readJsonTree(source);
  if (!tree.ok || tree.value?.kind !== 'object') {
    return undefined;
  }
  const headers = new Map<string, string>();
  for (const { key, value } of memberOf(tree.value, 'headers')?.value.children ?? []) {
    if (key !== undefined && value.text !== undefined) {
      headers.set(key, value.text);
    }
  }
  return { value: jsonValueOf(tree.value, source), headers };
}

/** What a text says of a JSON value, without comments. */
export function jsonValueOf(node: JsonNode, text: string): JsonValue {
  switch (node.kind) {
    case 'string':
      return node.text ?? '';
    case 'array':
      return { items: node.children.map(child => jsonValueOf(child.value, text)) };
    case 'object':
      return {
        members: node.children.map((child): JsonMember => [child.key ?? '', jsonValueOf(child.value, text)]),
      };
    case 'literal':
      return { literal: text.slice(node.start, node.end) };
  }
}

function rootOf(format: ConfigFormat): readonly string[] {
  return format.serversPaths[0] ?? [];
}

interface Table {
  readonly members: [string, JsonValue | Table][];
}

/** All that a TOML text says below a name, wherever it says it. Literals are spelled as TOML has them. */
function tomlMembers(text: string, names: readonly string[]): readonly JsonMember[] {
  const root: Table = { members: [] };
  for (const { keys, section, item } of placesBelow(readToml(text), names)) {
    const path = keys.slice(names.length).map(key => key.name);
    if (section.array) {
      continue;
    }
    // What stands in an inline table has a place of its own.
    if (!item || item.value?.kind === 'table') {
      tableAt(root, path);
    } else if (item.value && path.length > 0) {
      tableAt(root, path.slice(0, -1)).members.push([path.at(-1) ?? '', tomlValueOf(item.value, text)]);
    }
  }
  return root.members as readonly JsonMember[];
}

/** The table at a path, made where it is missing. */
function tableAt(root: Table, path: readonly string[]): Table {
  let table = root;
  for (const key of path) {
    const existing = table.members.find(([name]) => name === key)?.[1];
    if (typeof existing === 'object' && 'members' in existing) {
      table = existing as Table;
    } else {
      const added: Table = { members: [] };
      table.members.push([key, added]);
      table = added;
    }
  }
  return table;
}

function tomlValueOf(value: TomlValue, text: string): JsonValue {
  switch (value.kind) {
    case 'string':
      return value.text ?? '';
    case 'array':
      return { items: value.items.flatMap(item => (item.value ? [tomlValueOf(item.value, text)] : [])) };
    case 'table': {
      const table: Table = { members: [] };
      for (const { path, value: inner } of value.items) {
        if (inner) {
          const names = path.map(({ name }) => name);
          tableAt(table, names.slice(0, -1)).members.push([names.at(-1) ?? '', tomlValueOf(inner, text)]);
        }
      }
      return table as JsonValue;
    }
    case 'literal':
      return { literal: text.slice(value.start, value.end) };
  }
}
