import { fail, ok } from '../result.ts';
import type { Span, TextEdit } from '../text.ts';
import { type EditProblem, type EditResult, type NewServer, planEdits } from './edit.ts';
import { soleVariable } from './mcpRemote.ts';
import type { JsonMember, JsonValue } from './render.ts';
import { placesBelow, type TomlPlace } from './tomlServers.ts';
import { quoteToml, tomlKey } from './tomlStrings.ts';
import { readToml, type TomlDocument, type TomlItem, type TomlSection, type TomlValue } from './tomlTree.ts';
import { behindLineBreak, indentAt, lineBreakNear, lineEnd, lineStart } from './trivia.ts';
import type { ConfigFormat } from './types.ts';

/** The edits of `edit.ts` for TOML: where a table stands, and in which of TOML's ways, it stays. */
export function addServer(
  text: string,
  format: ConfigFormat,
  { name, url, headers = {}, members: others = [] }: NewServer,
): EditResult {
  const members: JsonMember[] = [[format.urlKeys[0] ?? 'url', url], ...others];
  if (Object.keys(headers).length === 0) {
    return addServerValue(text, format, name, { members });
  }
  // Some of them may be taken from variables.
  return planEdits(text, [
    current => addServerValue(current, format, name, { members }),
    ...Object.entries(headers).map(
      ([header, value]) =>
        (current: string) =>
          setHeader(current, format, name, header, value),
    ),
  ]);
}

export function addServerValue(text: string, format: ConfigFormat, name: string, value: JsonValue): EditResult {
  return edit(text, document => {
    const root = rootOf(format);
    const broken = serversProblem(document, root);
    if (broken) {
      return fail(broken);
    }
    const [existing] = placesBelow(document, [...root, name]);
    if (existing) {
      return fail({ code: 'server-exists', span: spanOf(existing) });
    }
    const pairs = (typeof value === 'object' && 'members' in value ? value.members : []).flatMap(([key, member]) => {
      const rendered = key === 'type' ? undefined : render(member);
      return rendered === undefined ? [] : [`${tomlKey(key === 'headers' ? 'http_headers' : key)} = ${rendered}`];
    });
    const inline = placesBelow(document, root).find(
      place => place.keys.length === root.length && place.item?.value?.kind === 'table',
    );
    if (inline?.item?.value) {
      return ok([insertInline(text, inline.item.value, `${tomlKey(name)} = { ${pairs.join(', ')} }`)]);
    }
    const lineBreak = lineBreakNear(text, text.length);
    const header = `[${[...root, name].map(tomlKey).join('.')}]`;
    const lines = [header, ...pairs].join(lineBreak);
    const isEmpty = text === '' || text === '\ufeff';
    const endsLine = isEmpty || /[\r\n]$/.test(text);
    const before = isEmpty ? '' : endsLine ? lineBreak : lineBreak + lineBreak;
    return ok([{ span: { start: text.length, end: text.length }, text: before + lines + (endsLine ? lineBreak : '') }]);
  });
}

export function removeServer(text: string, format: ConfigFormat, name: string): EditResult {
  return editServer(text, format, name, (document, names) => {
    const places = placesBelow(document, names);
    // What is inside of a place that goes, goes with it.
    const sections = places.filter(place => !place.item);
    const items = places.filter(
      place =>
        place.item &&
        !sections.some(({ section }) => section === place.section) &&
        !places.some(other => other !== place && other.item?.value !== undefined && other.item.value === place.table),
    );
    return ok([...removeLines(text, [...sections, ...items.filter(place => !place.table)]), ...removeInline(items)]);
  });
}

export function setUrl(text: string, format: ConfigFormat, serverName: string, url: string): EditResult {
  return editServer(text, format, serverName, (document, names) => {
    const key = format.urlKeys[0] ?? 'url';
    const value = valueAt(document, [...names, key]);
    return value ? ok(replace(value, url)) : insertPair(text, document, names, key, quoteToml(url));
  });
}

export function setHeader(
  text: string,
  format: ConfigFormat,
  serverName: string,
  headerName: string,
  value: string,
): EditResult {
  const [key, content] = headerPlace(headerName, value);
  return planEdits(text, [
    // Elsewhere it would be sent as well.
    current =>
      editServer(current, format, serverName, (document, names) => {
        const matches = headerPlaces(document, names, headerName);
        const kept = matches.findLast(place => keyAt(place, names.length) === key);
        return ok(
          dropHeaders(
            current,
            document,
            names,
            matches.filter(place => place !== kept),
          ),
        );
      }),
    current =>
      editServer(current, format, serverName, (document, names) => {
        const existing = headerPlaces(document, names, headerName).find(place => keyAt(place, names.length) === key);
        if (existing?.item) {
          const node = existing.item.value;
          return ok(node ? replace(node, content) : []);
        }
        if (key === 'bearer_token_env_var') {
          return insertPair(current, document, names, key, quoteToml(content));
        }
        const map = valueAt(document, [...names, key]);
        if (map && map.kind !== 'table') {
          return fail({ code: 'headers-not-object', span: { start: map.start, end: map.end } });
        }
        const edits = insertInto(current, document, [...names, key], tomlKey(headerName), quoteToml(content));
        return edits
          ? ok(edits)
          : insertPair(current, document, names, key, `{ ${tomlKey(headerName)} = ${quoteToml(content)} }`);
      }),
  ]);
}

export function removeHeader(text: string, format: ConfigFormat, serverName: string, headerName: string): EditResult {
  return editServer(text, format, serverName, (document, names) =>
    ok(dropHeaders(text, document, names, headerPlaces(document, names, headerName))),
  );
}

/** The key below the server, and what is written there: a value that is nothing but a variable has keys of its own. */
function headerPlace(name: string, value: string): readonly [key: string, content: string] {
  const bearer = name.toLowerCase() === 'authorization' && /^Bearer (\$\{.*\})$/.exec(value)?.[1];
  const bearerVariable = bearer ? soleVariable(bearer) : undefined;
  if (bearerVariable !== undefined && isVariable(bearerVariable)) {
    return ['bearer_token_env_var', bearerVariable];
  }
  const variable = soleVariable(value);
  return variable !== undefined && isVariable(variable) ? ['env_http_headers', variable] : ['http_headers', value];
}

function isVariable(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** Every pair that gives the server this header. */
function headerPlaces(document: TomlDocument, names: readonly string[], header: string): readonly TomlPlace[] {
  const lower = header.toLowerCase();
  return placesBelow(document, names).filter(place => {
    if (!place.item || place.section.array) {
      return false;
    }
    const key = keyAt(place, names.length);
    const depth = place.keys.length - names.length;
    return depth === 1
      ? key === 'bearer_token_env_var' && lower === 'authorization'
      : depth === 2 &&
          (key === 'http_headers' || key === 'env_http_headers') &&
          keyAt(place, names.length + 1)?.toLowerCase() === lower;
  });
}

/** Takes headers out, and a table with them where nothing is left inside. */
function dropHeaders(
  text: string,
  document: TomlDocument,
  names: readonly string[],
  places: readonly TomlPlace[],
): readonly TextEdit[] {
  const gone = new Set(places.map(({ item }) => item));
  const whole = new Map<TomlItem | TomlSection, TomlPlace>();
  for (const place of places) {
    const around = placesBelow(document, [...names, keyAt(place, names.length) ?? '']);
    const inside = around.filter(other => other.item && other.keys.length > names.length + 1);
    const owner = around.find(other => other.keys.length === names.length + 1);
    const taken = owner && inside.length > 0 && inside.every(({ item }) => gone.has(item)) ? owner : place;
    whole.set(taken.item ?? taken.section, taken);
  }
  const list = [...whole.values()];
  const outer = list.filter(place => !list.some(other => other !== place && isInside(place, other)));
  return [
    ...removeLines(
      text,
      outer.filter(place => !place.table),
    ),
    ...removeInline(outer),
  ];
}

function isInside(place: TomlPlace, other: TomlPlace): boolean {
  return other.item ? other.item.value === place.table && place.table !== undefined : other.section === place.section;
}

function edit(text: string, change: (document: TomlDocument) => EditResult): EditResult {
  const document = readToml(text);
  const [problem] = document.problems;
  return problem ? fail({ code: 'syntax', span: problem }) : change(document);
}

function editServer(
  text: string,
  format: ConfigFormat,
  name: string,
  change: (document: TomlDocument, names: readonly string[]) => EditResult,
): EditResult {
  return edit(text, document => {
    const root = rootOf(format);
    const names = [...root, name];
    const broken = serversProblem(document, root);
    if (broken) {
      return fail(broken);
    }
    const places = placesBelow(document, names);
    if (places.length === 0) {
      return fail({ code: 'server-not-found' });
    }
    const wrong = places.find(place => place.keys.length === names.length && !isTable(place));
    return wrong ? fail({ code: 'server-not-object', span: spanOf(wrong) }) : change(document, names);
  });
}

function serversProblem(document: TomlDocument, root: readonly string[]): EditProblem | undefined {
  const wrong = placesBelow(document, root).find(place => place.keys.length === root.length && !isTable(place));
  return wrong && { code: 'servers-not-object', span: spanOf(wrong) };
}

function isTable({ item, section }: TomlPlace): boolean {
  return item ? item.value?.kind === 'table' : !section.array;
}

function rootOf(format: ConfigFormat): readonly string[] {
  return format.serversPaths[0] ?? [];
}

function keyAt(place: TomlPlace, index: number): string | undefined {
  return place.keys[index]?.name;
}

function spanOf({ item, section }: TomlPlace): Span {
  const { start, end } = item ?? section;
  return { start, end };
}

function valueAt(document: TomlDocument, names: readonly string[]): TomlValue | undefined {
  return placesBelow(document, names).find(place => place.keys.length === names.length && place.item)?.item?.value;
}

/** Writes a pair into a server's table, which is given a header if it has none. */
function insertPair(
  text: string,
  document: TomlDocument,
  names: readonly string[],
  key: string,
  value: string,
): EditResult {
  // A table of that name: two of them are no TOML.
  const [taken] = placesBelow(document, [...names, key]);
  if (taken) {
    return fail({ code: 'server-not-object', span: spanOf(taken) });
  }
  const edits = insertInto(text, document, names, tomlKey(key), value);
  if (edits) {
    return ok(edits);
  }
  // There are only tables inside of it.
  const first = placesBelow(document, names)[0]?.section;
  const at = lineStart(text, first?.start ?? text.length);
  const lineBreak = lineBreakNear(text, at);
  const indent = first ? indentAt(text, first.start) : '';
  const header = `${indent}[${names.map(tomlKey).join('.')}]${lineBreak}`;
  const pair = `${header}${indent}${tomlKey(key)} = ${value}${lineBreak}${lineBreak}`;
  return ok([{ span: { start: at, end: at }, text: pair }]);
}

/** Writes a pair into a table after the manner of what stands there; undefined if nothing does. */
function insertInto(
  text: string,
  document: TomlDocument,
  names: readonly string[],
  key: string,
  value: string,
): readonly TextEdit[] | undefined {
  const places = placesBelow(document, names);
  const own = places.find(place => place.keys.length === names.length && isTable(place));
  if (own?.item?.value) {
    return [insertInline(text, own.item.value, `${key} = ${value}`)];
  }
  if (own) {
    return [insertLine(text, own.section, own.section.items.at(-1), `${key} = ${value}`)];
  }
  // `name.url = ...`: the new pair is spelled with the same first keys, in a line or in the same inline table.
  const dotted = places.findLast(({ item, keys }) => item && keys.length - item.path.length < names.length);
  const item = dotted?.item;
  if (!dotted || !item) {
    return undefined;
  }
  const next = item.path[names.length - (dotted.keys.length - item.path.length)];
  const pair = `${text.slice(item.start, next?.start)}${key} = ${value}`;
  return [dotted.table ? insertInline(text, dotted.table, pair) : insertLine(text, dotted.section, item, pair)];
}

/** On a line of its own behind a pair, or behind the section's header. */
function insertLine(text: string, section: TomlSection, item: TomlItem | undefined, pair: string): TextEdit {
  const at = lineEnd(text, item?.end ?? section.end);
  const indent = indentAt(text, item?.start ?? section.start);
  return { span: { start: at, end: at }, text: lineBreakNear(text, at) + indent + pair };
}

function insertInline(text: string, table: TomlValue, pair: string): TextEdit {
  const last = table.items.at(-1);
  if (!last) {
    return { span: { start: table.start + 1, end: table.end - 1 }, text: ` ${pair} ` };
  }
  const at = last.comma === undefined ? last.end : last.comma + 1;
  const previous = table.items.at(-2);
  const gap = previous?.comma === undefined ? ' ' : text.slice(previous.comma + 1, last.start);
  const space = /^[ \t]*$/.test(gap) ? gap : ' ';
  return { span: { start: at, end: at }, text: last.comma === undefined ? `,${space}${pair}` : `${space}${pair},` };
}

/** Takes headers with what is below them, and pairs, out with their lines. */
function removeLines(text: string, places: readonly TomlPlace[]): readonly TextEdit[] {
  const spans: { start: number; end: number }[] = [];
  const lines = places.map(place => linesOf(text, place)).sort((a, b) => a.start - b.start);
  for (const span of lines) {
    const last = spans.at(-1);
    if (last && span.start <= last.end) {
      last.end = Math.max(last.end, span.end);
    } else {
      spans.push({ ...span });
    }
  }
  return spans.map(({ start, end }) => {
    // Of a last line without a line break, the one before goes.
    const cut = end === text.length && !/[\r\n]/.test(text.charAt(end - 1));
    return { span: { start: cut ? beforeLineBreak(text, start) : start, end }, text: '' };
  });
}

function linesOf(text: string, { item, section }: TomlPlace): Span {
  const last = item?.end ?? section.items.at(-1)?.end ?? section.end;
  const end = behindLineBreak(text, lineEnd(text, last));
  const start = lineStart(text, item?.start ?? section.start);
  if (item) {
    return { start, end };
  }
  // The empty line that sets a section apart goes with it.
  const before = lineStart(text, beforeLineBreak(text, start));
  const isBlank = start > 0 && /^[ \t]*[\r\n]*$/.test(text.slice(before, start)) && before < start;
  return { start: isBlank ? before : start, end };
}

function beforeLineBreak(text: string, offset: number): number {
  if (text.slice(offset - 2, offset) === '\r\n') {
    return offset - 2;
  }
  return offset > 0 && /[\r\n]/.test(text.charAt(offset - 1)) ? offset - 1 : offset;
}

/** Takes pairs out of the inline tables around them. */
function removeInline(places: readonly TomlPlace[]): readonly TextEdit[] {
  const tables = new Set(places.flatMap(({ table }) => (table ? [table] : [])));
  return [...tables].flatMap(table => {
    const gone = new Set(places.map(({ item }) => item));
    const left = table.items.filter(item => !gone.has(item));
    if (left.length === 0) {
      return [{ span: { start: table.start + 1, end: table.end - 1 }, text: '' }];
    }
    const lastLeft = left.at(-1);
    const edits: TextEdit[] = [];
    for (const [index, item] of table.items.entries()) {
      const next = table.items[index + 1];
      if (gone.has(item) && next && lastLeft && next.start <= lastLeft.start) {
        edits.push({ span: { start: item.start, end: next.start }, text: '' });
      }
    }
    const last = table.items.at(-1);
    if (last && lastLeft && last !== lastLeft) {
      edits.push({ span: { start: lastLeft.end, end: last.end }, text: '' });
    }
    return edits;
  });
}

function replace(value: TomlValue, text: string): readonly TextEdit[] {
  return value.kind === 'string' && value.text === text
    ? []
    : [{ span: { start: value.start, end: value.end }, text: quoteToml(text) }];
}

/** On one line; undefined for what TOML has no word for. */
function render(value: JsonValue): string | undefined {
  if (typeof value === 'string') {
    return quoteToml(value);
  }
  if ('literal' in value) {
    return value.literal === 'null' ? undefined : value.literal;
  }
  if ('items' in value) {
    return `[${value.items.flatMap(item => render(item) ?? []).join(', ')}]`;
  }
  if ('lines' in value) {
    return undefined; // JSON's own.
  }
  const pairs = value.members.flatMap(([key, member]) => {
    const rendered = render(member);
    return rendered === undefined ? [] : [`${tomlKey(key)} = ${rendered}`];
  });
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}
