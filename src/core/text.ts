/** A half-open range of UTF-16 offsets in a text: `start` is inside, `end` is not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Replaces `span` of a text by `text`. Spans of one list of edits refer to the original text and don't overlap. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** Applies edits, in any order, to the text that they were computed for. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let result = '';
  let last = 0;
  for (const edit of sorted) {
    if (edit.span.start < last) {
      throw new RangeError('edits overlap');
    }
    result += text.slice(last, edit.span.start) + edit.text;
    last = edit.span.end;
  }
  return result + text.slice(last);
}

/** The edits that bring `applyEdits(text, edits)` back to `text`. */
export function invertEdits(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  let shift = 0;
  return edits
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
    .map(({ span, text: inserted }) => {
      const start = span.start + shift;
      shift += inserted.length - (span.end - span.start);
      return { span: { start, end: start + inserted.length }, text: text.slice(span.start, span.end) };
    });
}

// Control characters (C0 without tab and newline, DEL, C1), bidirectional overrides and isolates, zero-width characters,
// line and paragraph separators, the tag block: none of them has a good reason to stand in a name or a claim on the screen.
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
// As above; line breaks in JSON are its own.
const invisibleInJson =
  /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const loneSurrogate = /[\ud800-\udfff]/gu;

/**
 * JSON in which no character is invisible or changes the direction of others: each stands as the escape that means it, so
 * the JSON says the same.
 */
export function visibleJson(json: string): string {
  return json.replace(loneSurrogate, escaped).replace(invisibleInJson, escaped);
}

function escaped(character: string): string {
  let text = '';
  for (let index = 0; index < character.length; index++) {
    text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return text;
}

/**
 * Text from outside (claims, server names, error descriptions), made fit for one line on the screen: invisible and
 * direction-changing characters become U+FFFD, line breaks and tabs become blanks, and at most `limit` UTF-16 units remain.
 * It takes no markup away: where markup is rendered, escape it there as well.
 */
export function plainText(text: string, limit = 200): string {
  // Cut before replacing, so that a hostile megabyte costs no more than its first few characters.
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut
    .replace(loneSurrogate, '\ufffd')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(invisible, '\ufffd');
}

/**
 * One line of text as Markdown that shows exactly that text: every ASCII punctuation character is escaped (CommonMark 0.31,
 * section 2.4), which leaves no link, image, HTML, icon, table cell or bare URL.
 */
export function markdownText(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
