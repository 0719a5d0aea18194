import { createScanner, type Node, parseTree } from 'jsonc-parser';

/** A JSON value in which the order of members and names that stand twice count. */
export type Model = string | number | boolean | null | { items: Model[] } | { members: [key: string, value: Model][] };

export type ObjectModel = { members: [key: string, value: Model][] };

export function isObject(model: Model | undefined): model is ObjectModel {
  return typeof model === 'object' && model !== null && 'members' in model;
}

/** A text's value as jsonc-parser reads it; undefined for one without a value. Throws on one that it finds broken. */
export function readModel(text: string): Model | undefined {
  const root = readTree(text);
  return root && toModel(root);
}

/** jsonc-parser's tree, whose offsets are those of the text. */
export function readTree(text: string): Node | undefined {
  const errors: { offset: number }[] = [];
  const root = parseTree(text.replace(/^\ufeff/, ' '), errors as never, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  if (errors.length > 0) {
    throw new SyntaxError(`${JSON.stringify(errors)} in ${JSON.stringify(text)}`);
  }
  return root;
}

function toModel(node: Node): Model {
  const children = node.children ?? [];
  switch (node.type) {
    case 'object':
      return {
        members: children.map(({ children: [key, value] = [] }) => [key?.value as string, toModel(value as Node)]),
      };
    case 'array':
      return { items: children.map(toModel) };
    default:
      return node.value as string | number | boolean | null;
  }
}

/** The comments of a text with their offsets, as jsonc-parser sees them. */
export function readComments(text: string): { offset: number; text: string }[] {
  const scanner = createScanner(text.replace(/^\ufeff/, ' '));
  const comments: { offset: number; text: string }[] = [];
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan()) {
    if (token === 12 || token === 13) {
      const offset = scanner.getTokenOffset();
      comments.push({ offset, text: text.slice(offset, offset + scanner.getTokenLength()) });
    }
  }
  return comments;
}
