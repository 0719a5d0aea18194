import type { Span, TextEdit } from '../text.ts';
import type { JsonChild, JsonNode } from './jsonTree.ts';
import { beforeBlanks, behindBlanks, behindLineBreak, hasLineBreak, isLineBreak, lineStart } from './trivia.ts';

/**
 * The edits that take members or items out of their container: each with its comma, and with its line where it has one
 * for itself. Every comment outside of them stays, and so does a trailing comma.
 */
export function removeChildren(
  text: string,
  container: JsonNode,
  isRemoved: (child: JsonChild) => boolean,
): readonly TextEdit[] {
  const removed = container.children.filter(isRemoved);
  const last = removed.at(-1);
  if (!last) {
    return [];
  }
  if (isNothingElse(text, container, removed)) {
    return [{ span: { start: container.start + 1, end: container.end - 1 }, text: '' }];
  }
  const spans: Span[] = removed.flatMap(({ start, end, comma }) => [
    { start, end },
    ...(comma === undefined ? [] : [{ start: comma, end: comma + 1 }]),
  ]);
  // With the last one goes the comma that separated it from the last one left.
  const left = container.children.findLast(child => !isRemoved(child));
  if (last === container.children.at(-1) && last.comma === undefined && left?.comma !== undefined) {
    spans.push({ start: left.comma, end: left.comma + 1 });
  }
  return joined(text, spans).map(span => ({
    span: span.end - span.start === 1 && span.start === left?.comma ? span : withBlanks(text, span),
    text: '',
  }));
}

/** Whether blanks are all that would be left. */
function isNothingElse(text: string, container: JsonNode, removed: readonly JsonChild[]): boolean {
  if (removed.length < container.children.length) {
    return false;
  }
  let at = container.start + 1;
  for (const { start, end, comma } of removed) {
    if (!isBlank(text, at, start) || (comma !== undefined && !isBlank(text, end, comma))) {
      return false;
    }
    at = comma === undefined ? end : comma + 1;
  }
  return isBlank(text, at, container.end - 1);
}

/** Joins spans that only blanks and line breaks separate. */
function joined(text: string, spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && isBlank(text, last.end, span.start) && !pullsComment(text, last.end, span)) {
      result[result.length - 1] = { start: last.start, end: span.end };
    } else {
      result.push(span);
    }
  }
  return result;
}

/** Whether a comment behind a span would change lines if what is before the span went too. */
function pullsComment(text: string, from: number, { start, end }: Span): boolean {
  return hasLineBreak(text, from, start) && text.startsWith('/', behindBlanks(text, end));
}

/** Extends what is removed over the blanks that nobody needs without it. */
function withBlanks(text: string, { start, end }: Span): Span {
  const line = lineStart(text, start);
  const startsLine = beforeBlanks(text, start) <= line;
  const next = behindBlanks(text, end);
  const endsLine = next === text.length || isLineBreak(text.charCodeAt(next));
  if (endsLine) {
    return startsLine
      ? { start: line, end: behindLineBreak(text, next) }
      : { start: beforeBlanks(text, start), end: next };
  }
  const closes = text[next] === '}' || text[next] === ']';
  return closes ? { start: beforeBlanks(text, start), end } : { start, end: next };
}

function isBlank(text: string, from: number, to: number): boolean {
  return /^[ \t\r\n]*$/.test(text.slice(from, to));
}
