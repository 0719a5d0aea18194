import type { ConfigFormat } from './types.ts';
import { walkJson } from './walkJson.ts';

/**
 * One place in a config file that an MCP client would fill with the value of an input. Only a header of a server over HTTP
 * is a sound one: there it's known where the value goes.
 */
export interface InputUse {
  /** Every URL that the server's object names (duplicate keys included); empty where the place isn't in a server. */
  readonly urls: readonly string[];
  /** The header's name, where the place is a header's value. */
  readonly header?: string;
  /** The server's name, where the place is in one. */
  readonly server?: string;
}

/** The command with which an input asks for one of our header values. */
export const resolveCommand = 'mcpKeyring.resolveHeader';

/**
 * Every place of a text that would get the value of a keyring input, however it's written (escapes, duplicate keys,
 * anywhere in the file). An input of another id whose `args` name this one is such a place, and in no server: VS Code looks
 * for an input in other files, too (1.139.1, source), and would keep the value under that id, where nobody makes it forget.
 * So is all else that names it, such as the `args` of another extension's command, which may run ours.
 * @param inputId the id that the resolver was called with
 */
export function findInputUses(text: string, format: ConfigFormat, inputId: string): readonly InputUse[] {
  // No client that reads TOML knows inputs.
  if (format.syntax === 'toml') {
    return [];
  }
  const strings = allStrings(text);
  const others = new Set(
    strings.filter(({ key, value }) => key === 'id' && value !== inputId).map(({ container }) => container),
  );
  const urls = urlsByContainer(strings, format);
  const uses: InputUse[] = [];
  for (const found of strings) {
    if (found.value.includes(`{input:${inputId}}`)) {
      uses.push(useAt(found, urls, format));
    } else if (found.value.includes(inputId) && !isOwnInput(found, others)) {
      uses.push({ urls: [] });
    }
  }
  return uses;
}

/** An object or array of the text. Two of the same key are two. */
interface Container {
  readonly key: string;
  /** How many containers are around it. */
  readonly depth: number;
  /** From the one below the root down to this one: as many of them as a use is told by, however deep it stands. */
  readonly line: readonly Container[];
}

/** More than lead to a header of a server in any format. */
const lineLength = 8;

interface FoundString {
  readonly container: Container;
  readonly key: string;
  readonly value: string;
}

function urlsByContainer(
  strings: readonly FoundString[],
  { urlKeys }: ConfigFormat,
): ReadonlyMap<Container, readonly string[]> {
  const urls = new Map<Container, string[]>();
  for (const { container, key, value } of strings) {
    if (urlKeys.includes(key)) {
      const known = urls.get(container);
      if (known) {
        known.push(value);
      } else {
        urls.set(container, [value]);
      }
    }
  }
  return urls;
}

/**
 * Whether the place is the id or the `args` of the input itself.
 * @param others the containers that have another id, perhaps beside ours
 */
function isOwnInput({ container, key }: FoundString, others: ReadonlySet<Container>): boolean {
  return (key === 'id' || key === 'args') && !others.has(container);
}

/** The key that leads on to a string at a depth below the root, counted from 0; its own at the end. */
function stepOf({ container, key }: FoundString, depth: number): string | undefined {
  return depth === container.depth ? key : container.line[depth]?.key;
}

function useAt(found: FoundString, urls: ReadonlyMap<Container, readonly string[]>, format: ConfigFormat): InputUse {
  for (const root of format.serversPaths) {
    const server = found.container.line[root.length];
    if (!server || !root.every((key, depth) => stepOf(found, depth) === key)) {
      continue;
    }
    const isHeader = found.container.depth === root.length + 2 && stepOf(found, root.length + 1) === 'headers';
    return { urls: urls.get(server) ?? [], server: server.key, ...(isHeader && { header: found.key }) };
  }
  return { urls: [] };
}

/** Every string of a JSON text, keys included: a key stands in what it leads to. */
function allStrings(text: string): readonly FoundString[] {
  const found: FoundString[] = [];
  const outside: Container = { key: '', depth: 0, line: [] };
  const open: Container[] = [];
  let key = '';
  const inside = (around: Container | undefined, name: string): Container => {
    const container = { key: name, depth: around ? around.depth + 1 : 0, line: around?.line ?? [] };
    // The root has no key of its own.
    return around && container.line.length < lineLength
      ? Object.assign(container, { line: [...container.line, container] })
      : container;
  };
  const enter = () => {
    open.push(inside(open.at(-1), key));
    key = '';
  };
  const leave = () => {
    open.pop();
    key = '';
  };
  walkJson(text, {
    objectStart: enter,
    objectEnd: leave,
    arrayStart: enter,
    arrayEnd: leave,
    key: name => {
      key = name;
      found.push({ container: inside(open.at(-1) ?? outside, name), key: '', value: name });
    },
    string: value => {
      found.push({ container: open.at(-1) ?? outside, key, value });
    },
    noValue: () => {},
    literal: () => {},
    comma: () => {},
    problem: () => {},
  });
  return found;
}

/** A JSON text with its escapes undone roughly: `\u006d` could hide a letter of a name, and no honest file has one there. */
export function unescapedJson(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
