import type { TextEdit } from '../text.ts';
import type { JsonChild, JsonNode } from './jsonTree.ts';
import { type Example, type JsonMember, type JsonValue, renderValue, type Style } from './render.ts';
import { behindBlanks, hasLineBreak, indentAt, lineBreakNear, lineEnd, lineStart, readComments } from './trivia.ts';

/** A parsed text, and what an edit needs to know beyond the place of the edit. */
export interface Source {
  readonly text: string;
  readonly root: JsonNode;
  /** One level of indentation where the text shows none. */
  readonly indent: string;
}

/**
 * The edits that append a member to an object, written as its neighbours are.
 * @param ancestors the objects and arrays around `object`, the root first
 * @param alike true where all members are of one kind, so that the last one shows how a new one is laid out
 */
export function appendMember(
  source: Source,
  ancestors: readonly JsonNode[],
  object: JsonNode,
  member: JsonMember,
  alike = false,
): readonly TextEdit[] {
  return append(source, ancestors, object, (style, indent) => {
    const example = alike ? exampleIn(source, object) : undefined;
    // The example is the value of another name.
    return JSON.stringify(member[0]) + style.colon + renderValue(member[1], style, indent, example);
  });
}

/** The edits that append an item to an array, written as the others are. */
export function appendItem(
  source: Source,
  ancestors: readonly JsonNode[],
  array: JsonNode,
  item: JsonValue,
): readonly TextEdit[] {
  return append(source, ancestors, array, (style, indent) =>
    renderValue(item, style, indent, exampleIn(source, array)),
  );
}

/** As {@link appendItem}, for several at once. */
export function appendItems(
  source: Source,
  ancestors: readonly JsonNode[],
  array: JsonNode,
  items: readonly JsonValue[],
): readonly TextEdit[] {
  return append(source, ancestors, array, (style, indent) => {
    const example = exampleIn(source, array);
    const separator = style.lines ? `,${style.lineBreak}${indent}` : `,${style.gap}`;
    return items.map(item => renderValue(item, style, indent, example)).join(separator);
  });
}

/** The edit that writes an object anew, laid out as it was. */
export function replaceNode(
  source: Source,
  ancestors: readonly JsonNode[],
  object: JsonNode,
  value: JsonValue,
): TextEdit {
  const { text } = source;
  const last = object.children.at(-1);
  const style = last ? styleBeside(source, object, last) : styleInside(source, ancestors, object);
  const example = { text, node: object };
  return {
    span: { start: object.start, end: object.end },
    text: renderValue(value, style, indentAt(text, object.start), example),
  };
}

/**
 * A document for a text that has no value yet. Its comments stay in front.
 * @param indent one level of indentation
 */
export function newDocument(text: string, root: JsonMember, indent: string): readonly TextEdit[] {
  const lineBreak = lineBreakNear(text, text.length);
  const style: Style = { lines: true, lineBreak, unit: indent, colon: ': ', gap: ' ', padding: ' ' };
  const document = renderValue({ members: [root] }, style, '') + lineBreak;
  const comment = readComments(text, 0, text.length).at(-1);
  const start = comment?.end ?? (text.charCodeAt(0) === 0xfeff ? 1 : 0);
  return [{ span: { start, end: text.length }, text: comment ? lineBreak + document : document }];
}

type Render = (style: Style, indent: string) => string;

function append(
  source: Source,
  ancestors: readonly JsonNode[],
  container: JsonNode,
  render: Render,
): readonly TextEdit[] {
  const last = container.children.at(-1);
  return last ? appendBehind(source, container, last, render) : fillEmpty(source, ancestors, container, render);
}

function appendBehind(source: Source, container: JsonNode, last: JsonChild, render: Render): readonly TextEdit[] {
  const { text } = source;
  const style = styleBeside(source, container, last);
  const indent = indentAt(text, last.start);
  const entry = (style.lines ? style.lineBreak + indent : style.gap) + render(style, indent);
  const end = last.comma === undefined ? last.end : last.comma + 1;
  const at = behindOwnComments(text, end, style.lines);
  // A trailing comma is kept as such: the new last one gets one as well.
  if (last.comma !== undefined) {
    return [{ span: { start: at, end: at }, text: `${entry},` }];
  }
  return at === end
    ? [{ span: { start: end, end }, text: `,${entry}` }]
    : [
        { span: { start: end, end }, text: ',' },
        { span: { start: at, end: at }, text: entry },
      ];
}

function fillEmpty(
  source: Source,
  ancestors: readonly JsonNode[],
  container: JsonNode,
  render: Render,
): readonly TextEdit[] {
  const { text } = source;
  const from = container.start + 1;
  const to = container.end - 1;
  const style = styleInside(source, ancestors, container);
  const indent = indentAt(text, container.start);
  const comments = readComments(text, from, to);
  const comment = comments.at(-1);
  if (!comment) {
    const within = indent + style.unit;
    const inside = style.lines
      ? style.lineBreak + within + render(style, within) + style.lineBreak + indent
      : style.padding + render(style, indent) + style.padding;
    return [{ span: { start: from, end: to }, text: inside }];
  }
  if (!style.lines) {
    return [{ span: { start: comment.end, end: comment.end }, text: ` ${render(style, indent)}` }];
  }
  const commentIndent = startsLine(text, comment.start) ? indentAt(text, comment.start) : undefined;
  const within = commentIndent ?? indent + style.unit;
  // Where nothing else shows it, the comment's indentation is the file's.
  const unit = unitIn(text, source.root) ?? (commentIndent && beyond(indent, commentIndent)) ?? style.unit;
  const entry = style.lineBreak + within + render({ ...style, unit }, within);
  return hasLineBreak(text, comment.end, to)
    ? [{ span: { start: comment.end, end: comment.end }, text: entry }]
    : [{ span: { start: comment.end, end: to }, text: entry + style.lineBreak + indent }];
}

/** Behind the comments that stand on a member's own line and so belong to it. */
function behindOwnComments(text: string, offset: number, lines: boolean): number {
  let at = offset;
  while (true) {
    const start = behindBlanks(text, at);
    if (text.startsWith('//', start)) {
      // On one line, what is new must stand before the comment that ends it.
      return lines ? lineEnd(text, start) : at;
    }
    if (!text.startsWith('/*', start)) {
      return at;
    }
    const end = text.indexOf('*/', start + 2) + 2;
    if (!lines && hasLineBreak(text, start, end)) {
      return at;
    }
    at = end;
  }
}

function exampleIn({ text }: Source, container: JsonNode): Example | undefined {
  const node = container.children.at(-1)?.value;
  return node && { text, node };
}

function styleBeside({ text, root, indent }: Source, container: JsonNode, last: JsonChild): Style {
  const previous = container.children.at(-2);
  const before = previous ? (previous.comma ?? previous.end) + 1 : container.start + 1;
  const colon = colonOf(text, last) ?? colonOf(text, last.value.children[0]) ?? ': ';
  const gap = blanks(text, before, last.start);
  const inner = last.value.children[0];
  return {
    lines: hasLineBreak(text, before, last.start),
    lineBreak: lineBreakNear(text, last.start),
    unit: unitBetween(text, last.start, inner) ?? unitIn(text, root) ?? indent,
    colon,
    gap: (previous ? gap : undefined) ?? (colon.endsWith(':') ? '' : ' '),
    padding:
      (inner ? blanks(text, last.value.start + 1, inner.start) : undefined) ??
      blanks(text, container.start + 1, container.children[0]?.start ?? 0) ??
      (colon.endsWith(':') ? '' : ' '),
  };
}

function styleInside(source: Source, ancestors: readonly JsonNode[], container: JsonNode): Style {
  const { text, root, indent } = source;
  const parent = ancestors.at(-1);
  const index = parent ? parent.children.findIndex(child => child.value === container) : -1;
  const own = parent?.children[index];
  const previous = parent?.children[index - 1];
  const before = previous ? previous.end : (parent?.start ?? 0) + 1;
  const colon = colonOf(text, own) ?? ': ';
  return {
    lines:
      own === undefined || hasLineBreak(text, before, own.start) || hasLineBreak(text, container.start, container.end),
    lineBreak: lineBreakNear(text, container.start),
    unit: unitIn(text, root) ?? indent,
    colon,
    gap: colon.endsWith(':') ? '' : ' ',
    padding: (parent && blanks(text, parent.start + 1, parent.children[0]?.start ?? 0)) ?? '',
  };
}

/** What stands between a name and its value, where that is no more than a colon and blanks. */
function colonOf(text: string, child: JsonChild | undefined): string | undefined {
  if (child?.key === undefined) {
    return undefined;
  }
  const between = text.slice(child.keyEnd, child.value.start);
  return /^[ \t]*:[ \t]*$/.test(between) ? between : undefined;
}

/** The text of a range that holds blanks and tabs alone. */
function blanks(text: string, from: number, to: number): string | undefined {
  return from <= to && behindBlanks(text, from) >= to ? text.slice(from, to) : undefined;
}

/** Values looked at for the text's indentation: the first few show it, or nothing does. */
const unitSearchLimit = 200;

/** The indentation of the first value, from the root on, whose members stand on lines of their own. */
function unitIn(text: string, root: JsonNode): string | undefined {
  const queue: [start: number, node: JsonNode][] = [[root.start, root]];
  for (const [start, node] of queue) {
    const unit = unitBetween(text, start, node.children[0]);
    if (unit !== undefined) {
      return unit;
    }
    for (const child of node.children) {
      if (queue.length < unitSearchLimit) {
        queue.push([child.start, child.value]);
      }
    }
  }
  return undefined;
}

/** By how much a child that begins its line is indented beyond the line on which its owner begins. */
function unitBetween(text: string, ownerStart: number, child: JsonChild | undefined): string | undefined {
  return child && startsLine(text, child.start)
    ? beyond(indentAt(text, ownerStart), indentAt(text, child.start))
    : undefined;
}

function beyond(outer: string, inner: string): string | undefined {
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : undefined;
}

function startsLine(text: string, offset: number): boolean {
  return behindBlanks(text, lineStart(text, offset)) === offset;
}
