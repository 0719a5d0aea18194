import { applyEdits, type TextEdit } from '../text.ts';

/** A run of the original text, or text that stands in place of what was between two runs. */
type Piece = { readonly start: number; readonly end: number } | { readonly text: string };

/** A text and what has been made of it, edit after edit, as one list of edits against the original. */
export class EditedText {
  readonly #original: string;
  #pieces: readonly Piece[];
  #current: string;

  constructor(original: string) {
    this.#original = original;
    this.#pieces = [{ start: 0, end: original.length }];
    this.#current = original;
  }

  get current(): string {
    return this.#current;
  }

  /** @param edits against the current text */
  apply(edits: readonly TextEdit[]): void {
    if (edits.length === 0) {
      return;
    }
    const sorted = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
    const pieces: Piece[] = [];
    let at = 0;
    for (const { span, text } of sorted) {
      pieces.push(...this.#cut(at, span.start), { text });
      at = span.end;
    }
    pieces.push(...this.#cut(at, this.#current.length));
    this.#current = applyEdits(this.#current, edits);
    this.#pieces = pieces.filter(piece => length(piece) > 0);
  }

  /** Where an offset of the current text was in the original; of text that is new, where that was put. */
  originalOffset(offset: number): number {
    let at = 0;
    let original = 0;
    for (const piece of this.#pieces) {
      const next = at + length(piece);
      if ('start' in piece) {
        original = piece.start + Math.max(0, Math.min(offset, next) - at);
      }
      if (offset < next) {
        return original;
      }
      at = next;
    }
    return original;
  }

  /** The smallest edits that lead from the original to the current text; untouched text is in none of them. */
  edits(): readonly TextEdit[] {
    const edits: TextEdit[] = [];
    let at = 0;
    let inserted = '';
    const flush = (start: number): void => {
      const edit = trimEdit(this.#original, { span: { start: at, end: start }, text: inserted });
      if (edit.text !== '' || edit.span.end > edit.span.start) {
        edits.push(edit);
      }
      inserted = '';
    };
    for (const piece of this.#pieces) {
      if ('text' in piece) {
        inserted += piece.text;
      } else {
        flush(piece.start);
        at = piece.end;
      }
    }
    flush(this.#original.length);
    return edits;
  }

  #cut(from: number, to: number): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      const start = Math.max(from - at, 0);
      const end = Math.min(to - at, length(piece));
      if (start < end) {
        pieces.push(
          'text' in piece
            ? { text: piece.text.slice(start, end) }
            : { start: piece.start + start, end: piece.start + end },
        );
      }
      at += length(piece);
    }
    return pieces;
  }
}

function length(piece: Piece): number {
  return 'text' in piece ? piece.text.length : piece.end - piece.start;
}

/** Takes from an edit what it replaces by itself at either end. */
function trimEdit(original: string, { span, text }: TextEdit): TextEdit {
  const old = original.slice(span.start, span.end);
  const shorter = Math.min(old.length, text.length);
  let prefix = 0;
  while (prefix < shorter && old[prefix] === text[prefix]) {
    prefix++;
  }
  while (prefix > 0 && (splits(old, prefix) || splits(text, prefix))) {
    prefix--;
  }
  let suffix = 0;
  while (suffix < shorter - prefix && old[old.length - 1 - suffix] === text[text.length - 1 - suffix]) {
    suffix++;
  }
  while (suffix > 0 && (splits(old, old.length - suffix) || splits(text, text.length - suffix))) {
    suffix--;
  }
  return {
    span: { start: span.start + prefix, end: span.end - suffix },
    text: text.slice(prefix, text.length - suffix),
  };
}

/** Whether an offset lies inside CR LF or a surrogate pair, where an editor has no position. */
function splits(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return (
    (before === 0x0d && after === 0x0a) || (before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff)
  );
}
