import { type JsonNode, memberOf, readJsonTree } from './jsonTree.ts';
import type { JsonMember, JsonValue } from './render.ts';

/** A server's object as it stood in a file, read again: what it says, without its comments. */
export interface ServerSource {
  readonly value: JsonValue;
  /** Those of its headers that are strings; where a name stands twice, the last. */
  readonly headers: ReadonlyMap<string, string>;
}

/** @param source the text of the object, comments and all; undefined if it is none */
export function readServerSource(source: string): ServerSource | undefined {
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

function jsonValueOf(node: JsonNode, text: string): JsonValue {
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
