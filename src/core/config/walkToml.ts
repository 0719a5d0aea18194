import type { TomlItem, TomlValue } from './tomlTree.ts';
import { readToml } from './tomlTree.ts';
import type { JsonHandler } from './walkJson.ts';

/**
 * Tells what a TOML text says as `walkJson` does of JSON: every table is an object inside the root, reopened where it is
 * reopened in the text; numbers, dates and booleans are literals. Never throws.
 */
export function walkToml(text: string, handler: JsonHandler): void {
  const { sections, problems } = readToml(text);
  for (const { start, end } of problems) {
    handler.problem(start, end);
  }
  let open: readonly string[] = [];
  const enter = (path: readonly string[], at: number) => {
    let common = 0;
    while (common < path.length && path[common] === open[common]) {
      common++;
    }
    for (let depth = open.length; depth > common; depth--) {
      handler.objectEnd(at);
    }
    for (const name of path.slice(common)) {
      handler.key(name, at, at, true);
      handler.objectStart(at);
    }
    open = path;
  };
  handler.objectStart(sections[0]?.start ?? 0);
  for (const { path, start, items } of sections) {
    enter(
      path.map(key => key.name),
      start,
    );
    for (const item of items) {
      walkItem(item, handler);
    }
  }
  enter([], text.length);
  handler.objectEnd(text.length);
}

function walkItem({ path, end, value, comma }: TomlItem, handler: JsonHandler): void {
  const tables = path.slice(0, -1);
  for (const key of tables) {
    handler.key(key.name, key.start, key.end, true);
    handler.objectStart(key.start);
  }
  const last = path.at(-1);
  if (last) {
    handler.key(last.name, last.start, last.end, true);
  }
  if (value) {
    walkValue(value, handler);
  } else {
    handler.noValue();
  }
  for (const _ of tables) {
    handler.objectEnd(end);
  }
  if (comma !== undefined) {
    handler.comma(comma);
  }
}

function walkValue({ kind, start, end, text = '', complete, items }: TomlValue, handler: JsonHandler): void {
  switch (kind) {
    case 'string':
      handler.string(text, start, end, complete);
      return;
    case 'literal':
      handler.literal(start, end);
      return;
    case 'table':
      handler.objectStart(start);
      break;
    case 'array':
      handler.arrayStart(start);
  }
  for (const item of items) {
    walkItem(item, handler);
  }
  if (kind === 'table') {
    handler.objectEnd(end);
  } else {
    handler.arrayEnd(end);
  }
}
