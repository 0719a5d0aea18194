/** A comment in a text. The end of a line comment is before the line break. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  /** False for a block comment that nothing ends. */
  readonly closed: boolean;
}

/** The comments of a part of a text that is nothing but blanks, line breaks and comments. */
export function readComments(text: string, from: number, to: number): readonly Comment[] {
  const comments: Comment[] = [];
  let start = text.indexOf('/', from);
  while (start !== -1 && start < to) {
    let end: number;
    let closed = true;
    if (text[start + 1] === '*') {
      const close = text.indexOf('*/', start + 2);
      closed = close !== -1;
      end = closed ? close + 2 : to;
    } else {
      end = lineEnd(text, start);
    }
    comments.push({ start, end, closed });
    start = text.indexOf('/', end);
  }
  return comments;
}

/** Where the line that holds an offset starts. JSON's line breaks are CR, LF and both. */
export function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isLineBreak(text.charCodeAt(start - 1))) {
    start--;
  }
  // The byte order mark stands outside of all lines.
  return start === 0 && text.charCodeAt(0) === 0xfeff && offset > 0 ? 1 : start;
}

/** Where the line that holds an offset ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && !isLineBreak(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

/** The offset behind the line break at an offset. */
export function behindLineBreak(text: string, offset: number): number {
  return text.startsWith('\r\n', offset) ? offset + 2 : Math.min(offset + 1, text.length);
}

/** The blanks with which the line that holds an offset begins. */
export function indentAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, behindBlanks(text, start));
}

/** The first offset from here on that holds no blank or tab. */
export function behindBlanks(text: string, offset: number): number {
  let end = offset;
  while (isBlank(text.charCodeAt(end))) {
    end++;
  }
  return end;
}

/** Where the blanks and tabs right before an offset start. */
export function beforeBlanks(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && isBlank(text.charCodeAt(start - 1))) {
    start--;
  }
  return start;
}

export function hasLineBreak(text: string, from: number, to: number): boolean {
  for (let offset = from; offset < to; offset++) {
    if (isLineBreak(text.charCodeAt(offset))) {
      return true;
    }
  }
  return false;
}

/** The line break used just before an offset, or else the text's first, or else LF. */
export function lineBreakNear(text: string, offset: number): string {
  const before = offset > 0 ? text.lastIndexOf('\n', offset - 1) : -1;
  const at = before === -1 ? text.indexOf('\n') : before;
  if (at === -1) {
    return text.includes('\r') ? '\r' : '\n';
  }
  return text[at - 1] === '\r' ? '\r\n' : '\n';
}

export function isLineBreak(char: number): boolean {
  return char === 0x0a || char === 0x0d;
}

function isBlank(char: number): boolean {
  return char === 0x20 || char === 0x09;
}
