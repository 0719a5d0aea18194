// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${...} is what config files say.
import fc from 'fast-check';
import type { Node } from 'jsonc-parser';
import {
  addServer,
  dropInput,
  type EditProblem,
  type EditStep,
  ensureInput,
  removeHeader,
  removeServer,
  setHeader,
  setUrl,
} from '../../../../src/core/config/edit.ts';
import type { ConfigFormat } from '../../../../src/core/config/types.ts';
import { isObject, type Model, type ObjectModel } from './jsonModel.ts';
import { headerNames, names } from './jsonTexts.ts';

/** An edit, and what it ought to make of a file's value: written a second time, without a thought for text. */
export interface Operation {
  readonly name: string;
  readonly step: EditStep;
  /** Throws {@link Refusal}. */
  readonly expected: (model: Model | undefined) => Model | undefined;
  /** The values, members and items that may go or change; everything else stays, comments included. */
  readonly touched: (root: Node | undefined) => readonly (Node | undefined)[];
}

export class Refusal extends Error {
  readonly code: EditProblem['code'];

  constructor(code: EditProblem['code']) {
    super(code);
    this.code = code;
  }
}

/** Random edits, on names that random files are likely to have. */
export function operations(format: ConfigFormat): fc.Arbitrary<Operation> {
  return fc
    .oneof(
      fc
        .record({
          name: names,
          url: values,
          headers: fc.option(fc.dictionary(headerNames, values, { maxKeys: 2 }), { nil: undefined }),
          transport: fc.constantFrom('http' as const, 'sse' as const),
        })
        .map(({ headers, ...server }) => add(format, { ...server, ...(headers && { headers }) })),
      names.map(name => remove(format, name)),
      fc.tuple(names, headerNames, values).map(args => writeHeader(format, ...args)),
      fc.tuple(names, headerNames).map(args => dropHeader(format, ...args)),
      fc.tuple(names, values).map(args => writeUrl(format, ...args)),
      ...(format.inputsPath ? [ids.map(id => writeInput(format, id)), ids.map(id => removeInput(format, id))] : []),
    )
    .map(operation => ({ ...operation, [fc.toStringMethod]: () => operation.name }));
}

const ids = fc.constantFrom('i', 'j', 'k');
const values = fc.oneof(
  fc.constantFrom('Bearer ${input:x}', 'https://b.example/mcp', '', '"\\\n', '🚀\ud800', '// /* */ }'),
  fc.string({ maxLength: 6 }),
);

export function add(format: ConfigFormat, server: Parameters<typeof addServer>[2]): Operation {
  const value: ObjectModel = {
    members: [
      ['type', server.transport ?? 'http'],
      ['url', server.url],
    ],
  };
  const headers = Object.entries(server.headers ?? {});
  if (headers.length > 0) {
    value.members.push(['headers', { members: headers }]);
  }
  return {
    name: `add ${JSON.stringify(server)}`,
    step: text => addServer(text, format, server),
    expected: model => {
      const root = rootOf(model);
      const map = serverMap(root, format) ?? memberAt(root, format.serversPaths[0]?.[0] ?? '');
      if (map.members.some(([key]) => key === server.name)) {
        throw new Refusal('server-exists');
      }
      map.members.push([server.name, value]);
      return root;
    },
    touched: () => [],
  };
}

export function remove(format: ConfigFormat, name: string): Operation {
  return {
    name: `remove ${JSON.stringify(name)}`,
    step: text => removeServer(text, format, name),
    expected: model => {
      const root = rootOf(model);
      const map = serverMap(root, format);
      const index = map?.members.findLastIndex(([key]) => key === name) ?? -1;
      if (!map || index === -1) {
        throw new Refusal('server-not-found');
      }
      map.members.splice(index, 1);
      return root;
    },
    touched: root => [propertyOf(mapNode(root, format), name)],
  };
}

export function writeHeader(format: ConfigFormat, server: string, header: string, value: string): Operation {
  return {
    name: `set header ${JSON.stringify([server, header, value])}`,
    step: text => setHeader(text, format, server, header, value),
    expected: model => {
      const root = rootOf(model);
      const owner = serverIn(root, format, server);
      const headers = headersOf(owner) ?? memberAt(owner, 'headers');
      const last = headers.members.findLast(([key]) => sameName(key, header));
      if (last) {
        last[1] = value;
        headers.members = headers.members.filter(member => member === last || !sameName(member[0], header));
      } else {
        headers.members.push([header, value]);
      }
      return root;
    },
    touched: root => headerNodes(root, format, server, header),
  };
}

function dropHeader(format: ConfigFormat, server: string, header: string): Operation {
  return {
    name: `remove header ${JSON.stringify([server, header])}`,
    step: text => removeHeader(text, format, server, header),
    expected: model => {
      const root = rootOf(model);
      const owner = serverIn(root, format, server);
      const headers = headersOf(owner);
      if (headers) {
        headers.members = headers.members.filter(([key]) => !sameName(key, header));
      }
      return root;
    },
    touched: root => {
      const matches = headerNodes(root, format, server, header);
      const owner = valueAt(mapNode(root, format), server);
      const all = valueAt(owner, 'headers')?.children ?? [];
      return matches.length === all.length ? [...matches, propertyOf(owner, 'headers')] : matches;
    },
  };
}

function writeUrl(format: ConfigFormat, server: string, url: string): Operation {
  return {
    name: `set url ${JSON.stringify([server, url])}`,
    step: text => setUrl(text, format, server, url),
    expected: model => {
      const root = rootOf(model);
      const owner = serverIn(root, format, server);
      const last = owner.members.findLast(([key]) => key === 'url');
      if (last) {
        last[1] = url;
      } else {
        owner.members.push(['url', url]);
      }
      return root;
    },
    touched: root => [valueAt(valueAt(mapNode(root, format), server), 'url')],
  };
}

export function writeInput(format: ConfigFormat, id: string): Operation {
  const input = { id, type: 'command', command: 'mcpKeyring.resolveHeader', args: id } as const;
  return {
    name: `ensure input ${id}`,
    step: text => ensureInput(text, format, input),
    expected: model => {
      const root = rootOf(model);
      const existing = root.members.findLast(([key]) => key === 'inputs')?.[1];
      const inputs = existing === undefined ? { items: [] } : existing;
      if (existing === undefined) {
        root.members.push(['inputs', inputs]);
      }
      if (typeof inputs !== 'object' || inputs === null || !('items' in inputs)) {
        throw new Refusal('inputs-not-array');
      }
      const first = inputs.items.find(item => idOf(item) === id);
      const keys = isObject(first) ? first.members.map(([key]) => key) : [];
      if (isObject(first) && keys.toSorted().join() === 'args,command,id,type') {
        // The order is the user's.
        first.members = keys.map(key => [key, input[key as keyof typeof input]]);
      } else if (isObject(first)) {
        first.members = Object.entries(input);
      } else {
        inputs.items.push({ members: Object.entries(input) });
      }
      inputs.items = inputs.items.filter(item => item === first || idOf(item) !== id || first === undefined);
      return root;
    },
    touched: root => inputNodes(root, id),
  };
}

export function removeInput(format: ConfigFormat, id: string): Operation {
  return {
    name: `drop input ${id}`,
    step: text => dropInput(text, format, id),
    expected: model => {
      if (model === undefined) {
        return model;
      }
      const root = rootOf(model);
      const inputs = root.members.findLast(([key]) => key === 'inputs')?.[1];
      if (inputs !== undefined && (typeof inputs !== 'object' || inputs === null || !('items' in inputs))) {
        throw new Refusal('inputs-not-array');
      }
      if (inputs) {
        inputs.items = inputs.items.filter(item => idOf(item) !== id);
      }
      return root;
    },
    touched: root => inputNodes(root, id),
  };
}

function rootOf(model: Model | undefined): ObjectModel {
  const root = model === undefined ? { members: [] } : structuredClone(model);
  if (!isObject(root)) {
    throw new Refusal('root-not-object');
  }
  return root;
}

function serverMap(root: ObjectModel, format: ConfigFormat): ObjectModel | undefined {
  for (const [key] of format.serversPaths) {
    if (key === undefined) {
      const isMap = root.members.some(
        ([, value]) =>
          isObject(value) &&
          ['type', 'command', 'url'].some(
            name => typeof value.members.findLast(([member]) => member === name)?.[1] === 'string',
          ),
      );
      return isMap ? root : undefined;
    }
    const map = root.members.findLast(([name]) => name === key)?.[1];
    if (map !== undefined) {
      if (!isObject(map)) {
        throw new Refusal('servers-not-object');
      }
      return map;
    }
  }
  return undefined;
}

function serverIn(root: ObjectModel, format: ConfigFormat, name: string): ObjectModel {
  const server = serverMap(root, format)?.members.findLast(([key]) => key === name)?.[1];
  if (server === undefined) {
    throw new Refusal('server-not-found');
  }
  if (!isObject(server)) {
    throw new Refusal('server-not-object');
  }
  return server;
}

function headersOf(server: ObjectModel): ObjectModel | undefined {
  const headers = server.members.findLast(([key]) => key === 'headers')?.[1];
  if (headers !== undefined && !isObject(headers)) {
    throw new Refusal('headers-not-object');
  }
  return headers;
}

function memberAt(owner: ObjectModel, key: string): ObjectModel {
  const value: ObjectModel = { members: [] };
  owner.members.push([key, value]);
  return value;
}

function idOf(item: Model): Model | undefined {
  return isObject(item) ? item.members.findLast(([key]) => key === 'id')?.[1] : undefined;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function propertyOf(node: Node | undefined, key: string): Node | undefined {
  return node?.type === 'object' ? node.children?.findLast(child => child.children?.[0]?.value === key) : undefined;
}

function valueAt(node: Node | undefined, key: string): Node | undefined {
  return propertyOf(node, key)?.children?.[1];
}

function mapNode(root: Node | undefined, format: ConfigFormat): Node | undefined {
  const [key] = format.serversPaths[0] ?? [];
  return valueAt(root, key ?? '') ?? (format.serversPaths.length > 1 ? root : undefined);
}

function headerNodes(root: Node | undefined, format: ConfigFormat, server: string, header: string): readonly Node[] {
  const headers = valueAt(valueAt(mapNode(root, format), server), 'headers');
  return (headers?.children ?? []).filter(({ children }) => sameName(`${children?.[0]?.value}`, header));
}

function inputNodes(root: Node | undefined, id: string): readonly Node[] {
  const inputs = valueAt(root, 'inputs');
  return (inputs?.type === 'array' ? (inputs.children ?? []) : []).filter(item => valueAt(item, 'id')?.value === id);
}
