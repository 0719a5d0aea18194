import { addServerValue, planEdits, removeHeader, setUrl } from '../../core/config/edit.ts';
import { parseConfig } from '../../core/config/parse.ts';
import type { JsonValue } from '../../core/config/render.ts';
import { readServerSource, serverSourceText } from '../../core/config/serverSource.ts';
import type { ConfigFormat } from '../../core/config/types.ts';
import type { ProvidedSnapshot } from '../../core/inventory/types.ts';
import { applyEdits } from '../../core/text.ts';

/** A server's entry, and whether it says something else than it did in the file. */
export interface EntryNow {
  readonly value: JsonValue;
  readonly isOther: boolean;
}

/**
 * What the entry of a server says that was taken from a file, once it is given back: since then the server may have got
 * another URL, and its credential another header. Undefined where that cannot be written into the entry.
 */
export function entryNow(
  source: JsonValue,
  format: ConfigFormat,
  { parsed, plainHeaders }: ProvidedSnapshot,
): EntryNow | undefined {
  const { name } = parsed;
  const added = addServerValue('', format, name, source);
  const text = added.ok ? applyEdits('', added.value) : '';
  const before = parseConfig(text, format).servers[0];
  const url = parsed.url?.value;
  if (!before || url === undefined) {
    return undefined;
  }
  const namesOf = (headers: readonly { readonly name: string }[]) => headers.map(header => header.name.toLowerCase());
  const hasNew = namesOf(parsed.headers).some(header => !namesOf(before.headers).includes(header));
  const known = new Set([...namesOf(parsed.headers), ...Object.keys(plainHeaders).map(header => header.toLowerCase())]);
  // What one credential has left for another header; all else that stood there stands there again.
  const left = hasNew
    ? before.headers.filter(({ name: header, value }) => value && !known.has(header.toLowerCase()))
    : [];
  if (before.url?.value === url && left.length === 0) {
    return { value: source, isOther: false };
  }
  const edits = planEdits(text, [
    step => setUrl(step, format, name, url),
    ...left.map(header => (step: string) => removeHeader(step, format, name, header.name)),
  ]);
  const now = edits.ok ? applyEdits(text, edits.value) : '';
  const after = parseConfig(now, format).servers[0];
  const value = after && readServerSource(serverSourceText(now, format, after), format, name)?.value;
  return value === undefined ? undefined : { value, isOther: true };
}
