import fc from 'fast-check';
import type { Model } from './jsonModel.ts';

/** How many random cases a property is tried on: 2,000, or what MCP_KEYRING_CASES says. */
export const cases = Number(process.env.MCP_KEYRING_CASES ?? 2000);

export const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c') },
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'a.b',
    'q"u\\o',
    'ü 🚀',
    '\ud800',
    'servers',
    'headers',
    '/*',
    '//',
    '{',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);

export const headerNames = fc.constantFrom(
  'Authorization',
  'authorization',
  'AUTHORIZATION',
  'X-API-Key',
  'x-api-key',
  'É',
);

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'Bearer abc',
    'https://a.example/mcp',
    '// no comment',
    '/* nor this',
    '"',
    ',}',
    'a\nb\t\u0000',
    '🚀',
  ),
  fc.string({ maxLength: 8 }),
);
const scalars: fc.Arbitrary<Model> = fc.oneof(texts, fc.constantFrom<Model>(0, -1.5e3, 1e21, true, false, null));
const anything: fc.Arbitrary<Model> = fc.letrec<{ value: Model }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 3 }).map(items => ({ items })),
    objects(names, tie('value')),
  ),
})).value;

function objects(keys: fc.Arbitrary<string>, values: fc.Arbitrary<Model>, maxLength = 3): fc.Arbitrary<Model> {
  return fc.array(fc.tuple(keys, values), { maxLength }).map(members => ({ members }));
}

/** Mostly the first, sometimes anything. */
function mostly(arbitrary: fc.Arbitrary<Model>): fc.Arbitrary<Model> {
  return fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: anything });
}

function shuffled(members: readonly fc.Arbitrary<[string, Model]>[]): fc.Arbitrary<Model> {
  return fc.shuffledSubarray([...members]).chain(chosen => fc.tuple(...chosen).map(list => ({ members: list })));
}

function member(key: string, value: fc.Arbitrary<Model>): fc.Arbitrary<[string, Model]> {
  return value.map(content => [key, content]);
}

const server = shuffled([
  member('type', fc.constantFrom('http', 'sse', 'stdio')),
  member('url', mostly(texts)),
  member('headers', mostly(objects(headerNames, mostly(texts)))),
  member('headers', mostly(objects(headerNames, mostly(texts)))),
  member('command', texts),
  member('args', anything),
  fc.tuple(names, anything),
]);
const serverMap = mostly(objects(names, mostly(server), 4));
const input = shuffled([
  member('id', mostly(fc.constantFrom('i', 'j'))),
  member('type', fc.constantFrom('command', 'promptString')),
  member('command', fc.constantFrom('c', 'd')),
  member('args', fc.constantFrom('i', 'j')),
  fc.tuple(names, anything),
]);
const inputList = mostly(fc.array(mostly(input), { maxLength: 4 }).map(items => ({ items })));

/** Values of config files: mostly sound, with everything in them that goes wrong in practice. */
export const configModels: fc.Arbitrary<Model> = mostly(
  fc.oneof(
    shuffled([
      member('servers', serverMap),
      member('mcpServers', serverMap),
      member('inputs', inputList),
      fc.tuple(names, anything),
      member('servers', serverMap),
    ]),
    shuffled([member('servers', serverMap), member('inputs', inputList)]),
    objects(names, server),
  ),
);

/** A small generator of numbers, so that one drawn integer stands for a whole layout. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** How a value is written. */
export interface Layout {
  /** As a formatter would, or as nobody would. */
  readonly tidy: boolean;
  readonly lineBreaks: readonly string[];
  readonly indent: string;
  readonly comments: boolean;
  readonly trailingCommas: boolean;
  readonly byteOrderMark: boolean;
  readonly seed: number;
}

export const layouts: fc.Arbitrary<Layout> = fc.record({
  tidy: fc.boolean(),
  lineBreaks: fc.constantFrom(['\n'], ['\r\n'], ['\n', '\r\n'], ['\r'], ['\r', '\n', '\r\n']),
  indent: fc.constantFrom('  ', '\t', '    ', ' '),
  comments: fc.boolean(),
  trailingCommas: fc.boolean(),
  byteOrderMark: fc.boolean(),
  seed: fc.integer(),
});

/** Writes a value in some layout, with every comment different from the others. */
export function writeText(model: Model | undefined, layout: Layout): string {
  const random = randomFrom(layout.seed);
  let commentCount = 0;
  const lineBreak = (): string => layout.lineBreaks[random(layout.lineBreaks.length)] as string;
  const block = (): string => `/* ${commentCount++}${random(4) === 0 ? `,"}${lineBreak()} *` : ''} */`;
  const line = (): string => `// ${commentCount++} }],"${lineBreak()}`;
  const wild = (): string => {
    let blanks = '';
    for (let count = random(4); count > 0; count--) {
      const kind = random(layout.comments ? 8 : 6);
      blanks += kind < 3 ? ' ' : kind === 3 ? '\t' : kind < 6 ? lineBreak() : kind === 6 ? block() : line();
    }
    return blanks;
  };
  const maybe = (text: () => string): string => (layout.comments && random(4) === 0 ? text() : '');

  const string = (text: string): string => {
    const escapes = random(5) === 0;
    const chars = Array.from(text, char =>
      escapes && random(4) === 0 && /^[A-Za-z/]$/.test(char)
        ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
        : JSON.stringify(char).slice(1, -1),
    );
    return `"${chars.join('')}"`;
  };
  const write = (value: Model, indent: string): string => {
    if (typeof value === 'string') {
      return string(value);
    }
    if (typeof value !== 'object' || value === null) {
      return JSON.stringify(value);
    }
    const [open, close] = 'members' in value ? ['{', '}'] : ['[', ']'];
    const within = indent + layout.indent;
    const parts: ((inner: string) => string)[] =
      'members' in value
        ? value.members.map(
            ([key, content]) =>
              inner =>
                write(key, inner) + (layout.tidy ? ': ' : `${wild()}:${wild()}`) + write(content, inner),
          )
        : value.items.map(content => inner => write(content, inner));
    const comma = (index: number): string =>
      index < parts.length - 1 || (layout.trailingCommas && parts.length > 0) ? ',' : '';
    if (!layout.tidy) {
      return open + wild() + parts.map((part, index) => part(within) + wild() + comma(index) + wild()).join('') + close;
    }
    if (parts.length === 0 || random(4) === 0) {
      const padding = random(2) === 0 ? ' ' : '';
      const inside = parts.map((part, index) => part(indent) + comma(index)).join(' ');
      return open + padding + inside + maybe(() => ` ${block()}`) + padding + close;
    }
    const inside = parts.map(
      (part, index) =>
        maybe(() => `${lineBreak()}${within}${line().trimEnd()}`) +
        lineBreak() +
        within +
        part(within) +
        comma(index) +
        maybe(() => (random(2) === 0 ? ` ${block()}` : ` ${line().trimEnd()}`)),
    );
    return open + inside.join('') + lineBreak() + indent + close;
  };

  const text =
    (layout.tidy ? maybe(line) : wild()) +
    (model === undefined ? '' : write(model, '')) +
    (layout.tidy ? lineBreak() : wild());
  return (layout.byteOrderMark ? '\ufeff' : '') + text;
}

/** Texts of config files in every layout; sometimes without a value. */
export const configTexts: fc.Arbitrary<string> = fc
  .tuple(fc.option(configModels, { nil: undefined, freq: 30 }), layouts)
  .map(([model, layout]) => writeText(model, layout));

/** Texts that are strict JSON. */
export const strictTexts: fc.Arbitrary<string> = fc
  .tuple(configModels, layouts)
  .map(([model, layout]) =>
    writeText(model, { ...layout, comments: false, trailingCommas: false, byteOrderMark: false }),
  );

/** A text as somebody leaves it in the middle of typing, or as a disk leaves it. */
export const brokenTexts: fc.Arbitrary<string> = fc
  .tuple(
    configTexts,
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.oneof(
          fc.constant(''),
          fc.string({ maxLength: 3 }),
          fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '/*', '//', '\\', '\0', '\ud800', '-', '1e', 'tru'),
        ),
      ),
    ),
  )
  .map(([text, changes]) => {
    let result = text;
    for (const [position, removed, inserted] of changes) {
      const at = result.length === 0 ? 0 : position % result.length;
      result = result.slice(0, at) + inserted + result.slice(at + removed);
    }
    return result;
  });
