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
  const uses: InputUse[] = [];
  for (const { path, value } of strings) {
    if (value.includes(`{input:${inputId}}`)) {
      uses.push(useAt(path, strings, format));
    } else if (value.includes(inputId) && !isOwnInput(path, strings, inputId)) {
      uses.push({ urls: [] });
    }
  }
  return uses;
}

/** Whether the place is the id or the `args` of the input itself. */
function isOwnInput(path: readonly string[], strings: readonly FoundString[], inputId: string): boolean {
  const owner = containerOf(path);
  const ids = strings.filter(other => other.path.at(-1) === 'id' && containerOf(other.path) === owner);
  return (path.at(-1) === 'id' || path.at(-1) === 'args') && ids.every(({ value }) => value === inputId);
}

function containerOf(path: readonly string[]): string {
  return path.slice(0, -1).join('\n');
}

interface FoundString {
  /** Keys from the root to the value, each with a number that tells containers of the same key apart. */
  readonly path: readonly string[];
  readonly value: string;
}

function useAt(path: readonly string[], strings: readonly FoundString[], format: ConfigFormat): InputUse {
  for (const root of format.serversPaths) {
    const [server, headers, name] = path.slice(root.length);
    const inServers = root.every((key, index) => keyOf(path[index]) === key) && path.length > root.length;
    if (!inServers || server === undefined || headers === undefined) {
      continue;
    }
    const urls = strings
      .filter(other => other.path.length === root.length + 2 && other.path[root.length] === server)
      .filter(other => format.urlKeys.includes(keyOf(other.path.at(-1))))
      .map(other => other.value);
    const isHeader = path.length === root.length + 3 && keyOf(headers) === 'headers' && name !== undefined;
    return { urls, server: keyOf(server), ...(isHeader && { header: keyOf(name) }) };
  }
  return { urls: [] };
}

/** Every string of a JSON text, keys included (a key's own path ends in itself and an empty key). */
function allStrings(text: string): readonly FoundString[] {
  const found: FoundString[] = [];
  const open: string[] = [];
  let counter = 0;
  let key = '';
  const enter = () => {
    // The number makes two containers of one key different; strings directly inside share it.
    open.push(`${key}#${counter++}`);
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
      found.push({ path: [...open.slice(1), name, ''], value: name });
    },
    string: value => {
      // The root container has no key of its own.
      found.push({ path: [...open.slice(1), key], value });
    },
    noValue: () => {},
    literal: () => {},
    comma: () => {},
    problem: () => {},
  });
  return found;
}

function keyOf(step: string | undefined): string {
  return step?.replace(/#\d+$/, '') ?? '';
}

/** A JSON text with its escapes undone roughly: `\u006d` could hide a letter of a name, and no honest file has one there. */
export function unescapedJson(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
