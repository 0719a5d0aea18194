import type { JsonNode } from './jsonTree.ts';
import { hasLineBreak } from './trivia.ts';

/**
 * What is written: a string, an array, an object as a list of members (where `__proto__` is a name like any other), a
 * number, `true`, `false` or `null` as it is spelled, or the lines of a text as it stood elsewhere.
 */
export type JsonValue =
  | string
  | { readonly items: readonly JsonValue[] }
  | { readonly members: readonly JsonMember[] }
  | { readonly literal: string }
  | { readonly lines: readonly SourceLine[] };

/** A line of a value's text, with how many levels deeper than its first line it is indented. */
export interface SourceLine {
  readonly depth: number;
  readonly text: string;
}

export type JsonMember = readonly [key: string, value: JsonValue];

/** How something new is written, after the manner of what stands around it. */
export interface Style {
  /** Each member on a line of its own, or all on one. */
  readonly lines: boolean;
  readonly lineBreak: string;
  /** One level of indentation. */
  readonly unit: string;
  /** Between a name and its value. */
  readonly colon: string;
  /** Behind the comma between two members on one line. */
  readonly gap: string;
  /** Inside the braces of an object on one line. */
  readonly padding: string;
}

/** A value of the same kind in a text: new ones are spread over lines where it is. */
export interface Example {
  readonly text: string;
  readonly node: JsonNode;
}

/**
 * The text of a value.
 * @param indent of the line that it starts on
 */
export function renderValue(value: JsonValue, style: Style, indent: string, example?: Example): string {
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if ('literal' in value) {
    return value.literal;
  }
  if ('lines' in value) {
    return value.lines
      .map(({ depth, text }, index) => (index === 0 || text === '' ? text : indent + style.unit.repeat(depth) + text))
      .join(style.lineBreak);
  }
  const lines = isInformative(example) ? hasLineBreak(example.text, example.node.start, example.node.end) : style.lines;
  const inner = { ...style, lines };
  const within = indent + style.unit;
  const parts =
    'members' in value
      ? value.members.map(member => renderMember(member, inner, within, example))
      : value.items.map(item => renderValue(item, inner, within));
  const [open, close, padding] = 'members' in value ? ['{', '}', style.padding] : ['[', ']', ''];
  if (parts.length === 0) {
    return open + close;
  }
  return lines
    ? open + parts.map(part => style.lineBreak + within + part).join(',') + style.lineBreak + indent + close
    : open + padding + parts.join(`,${style.gap}`) + padding + close;
}

/** The text of a member: name, colon and value. */
function renderMember([key, value]: JsonMember, style: Style, indent: string, owner?: Example): string {
  const node = owner?.node.children.find(child => child.key === key)?.value;
  return JSON.stringify(key) + style.colon + renderValue(value, style, indent, node && owner && { ...owner, node });
}

function isInformative(example: Example | undefined): example is Example {
  return example !== undefined && example.node.children.length > 0;
}
