import { detectionIn, type ExposedSecret, exposedAt } from '../../core/inventory/exposedList.ts';
import type { SecretTarget } from '../../ids.ts';
import type { Services } from '../../services.ts';

/** The secret that a target means, by what the inventory knows now; undefined once the text has changed there. */
export function secretAt({ inventory }: Services, { file, start }: SecretTarget): ExposedSecret | undefined {
  const found = inventory.snapshot.files.find(({ source }) => source.uri === file);
  return found && exposedAt(found, start);
}

/**
 * The secret itself, as it stands in the text. It goes back into the clipboard or is looked for in git's history; nothing
 * shows or logs it.
 */
export function writtenSecret({ file, span, header }: ExposedSecret): string | undefined {
  const { content } = file.source;
  if (content.state !== 'text') {
    return undefined;
  }
  const inner = header ? detectionIn(file, span)?.span : span;
  // Analysis knows the whole value of a header alone, with its quotes.
  return inner ? content.text.slice(inner.start, inner.end) : content.text.slice(span.start + 1, span.end - 1);
}
