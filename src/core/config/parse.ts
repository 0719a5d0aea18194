import { readRemoteCommand, soleVariable, variablesIn, withVariables } from './mcpRemote.ts';
import type {
  ConfigFormat,
  ConfigProblem,
  ParsedConfig,
  ParsedHeader,
  ParsedInput,
  ParsedServer,
  ParsedString,
} from './types.ts';
import { type JsonHandler, walkJson } from './walkJson.ts';

/** Syntax problems of one file that are kept. A file that has more isn't JSON, and nobody reads a longer list. */
const syntaxProblemLimit = 100;

let parseToml: typeof parseConfig | undefined;

/** Tells {@link parseConfig} what reads TOML; done by `tomlReader.ts`, which has to be loaded before the first such text. */
export function readsToml(parse: typeof parseConfig): void {
  parseToml = parse;
}

/**
 * Understands a config file as far as it goes, in one pass over the text; an empty one has no servers and no problem.
 * Comments, trailing commas and a byte order mark are read in every format. Where a key stands twice the last one counts,
 * as for the clients; only servers that share a name are all listed. Never throws, once `tomlReader.ts` is loaded for TOML.
 */
export function parseConfig(text: string, format: ConfigFormat): ParsedConfig {
  if (format.syntax === 'toml') {
    if (!parseToml) {
      throw new Error('tomlReader.ts has not been loaded');
    }
    return parseToml(text, format);
  }
  const reader = new ConfigReader(format);
  walkJson(text, reader);
  return reader.result();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What stands under one of the format's servers paths. */
interface ServerList {
  readonly servers: ParsedServer[];
  readonly problems: ConfigProblem[];
}

/** Where in the file the walk is. */
const Place = {
  document: 0,
  /** In an object on the way to the servers or the inputs, or in the map of servers itself. */
  path: 1,
  server: 2,
  headers: 3,
  inputs: 4,
  input: 5,
  /** In the arguments or the environment of a server that is a command. */
  args: 6,
  env: 7,
} as const;
type Place = (typeof Place)[keyof typeof Place];

class ConfigReader implements JsonHandler {
  readonly #format: ConfigFormat;
  /** The servers paths and then the inputs path; sets of them are bit masks. */
  readonly #paths: readonly (readonly string[])[];
  readonly #inputsIndex: number;
  readonly #lists: (ServerList | undefined)[] = [];
  readonly #problems: ConfigProblem[] = [];
  #inputs: ParsedInput[] = [];

  #place: Place = Place.document;
  /** The paths that lead into or through each open `path` object; the root's comes first. */
  readonly #masks: number[] = [];
  /** Open brackets inside a value that is of no interest. */
  #skipped = 0;
  #skippedStart = 0;

  /** The key whose value comes next. */
  #key: string | undefined;
  #keyStart = 0;
  #keyEnd = 0;
  #keyComplete = true;

  /** The server that the walk is in. */
  #server: Mutable<ParsedServer> = noServer();
  #serverStart = 0;
  #headers: ParsedHeader[] = [];
  #headersStart = 0;
  #url: ParsedString | undefined;
  #urlRank = Number.POSITIVE_INFINITY;
  #type: string | undefined;
  #command: string | undefined;
  /** The arguments in order; undefined for one that isn't a string. */
  #args: (ParsedString | undefined)[] = [];
  #env = new Map<string, ParsedString>();

  /** The input that the walk is in. */
  #input: { id?: string; type?: string; command?: string; args?: string } = {};
  #inputStart = 0;

  constructor(format: ConfigFormat) {
    this.#format = format;
    this.#paths = format.inputsPath ? [...format.serversPaths, format.inputsPath] : format.serversPaths;
    this.#inputsIndex = format.inputsPath ? format.serversPaths.length : -1;
  }

  result(): ParsedConfig {
    const list = this.#lists.find(candidate => candidate !== undefined);
    const servers = list?.servers ?? [];
    const names = new Set<string>();
    for (const server of servers) {
      if (names.has(server.name)) {
        this.#problems.push({ code: 'duplicate-server', span: server.nameSpan });
      }
      names.add(server.name);
    }
    const problems = [...this.#problems, ...(list?.problems ?? [])];
    return { servers, inputs: this.#inputs, problems: problems.sort((a, b) => a.span.start - b.span.start) };
  }

  key(name: string, start: number, end: number, complete: boolean): void {
    if (this.#skipped === 0) {
      this.#key = name;
      this.#keyStart = start;
      this.#keyEnd = end;
      this.#keyComplete = complete;
    }
  }

  noValue(): void {
    if (this.#skipped === 0) {
      // A name that lacks its closing quote has swallowed the rest of the line.
      if (this.#place === Place.headers && this.#keyComplete) {
        this.#addHeader(this.#keyEnd, this.#keyEnd);
      }
      this.#key = undefined;
    }
  }

  objectStart(start: number): void {
    if (this.#skipped > 0) {
      this.#skipped++;
      return;
    }
    const key = this.#key;
    switch (this.#place) {
      case Place.document:
        this.#enterPath(this.#allPaths(), start);
        return;
      case Place.path: {
        if (key === undefined) {
          break;
        }
        const mask = this.#pathsThrough(key);
        if (mask !== 0) {
          this.#enterPath(mask, start);
          return;
        }
        if (this.#listHere() !== undefined) {
          this.#enterServer(key, start);
          return;
        }
        break;
      }
      case Place.server:
        if (key === 'headers') {
          this.#place = Place.headers;
          this.#headers = [];
          this.#headersStart = start;
          this.#key = undefined;
          return;
        }
        if (key === 'env' && this.#format.mcpRemote !== undefined) {
          this.#place = Place.env;
          this.#env = new Map();
          this.#key = undefined;
          return;
        }
        break;
      case Place.inputs:
        this.#place = Place.input;
        this.#input = {};
        this.#inputStart = start;
        return;
    }
    this.#skip(start);
  }

  objectEnd(end: number): void {
    if (this.#skipped > 0) {
      this.#unskip(end);
      return;
    }
    this.#key = undefined;
    switch (this.#place) {
      case Place.path:
        this.#masks.pop();
        this.#place = this.#masks.length === 0 ? Place.document : Place.path;
        break;
      case Place.server:
        this.#leaveServer(end);
        this.#place = Place.path;
        break;
      case Place.headers:
        this.#server.headers = this.#headers;
        this.#server.headersSpan = { start: this.#headersStart, end };
        this.#place = Place.server;
        break;
      case Place.env:
        this.#place = Place.server;
        break;
      case Place.input:
        this.#leaveInput(end);
        this.#place = Place.inputs;
        break;
    }
  }

  arrayStart(start: number): void {
    if (this.#skipped > 0) {
      this.#skipped++;
      return;
    }
    if (this.#place === Place.path && this.#key !== undefined && this.#leadsToInputs(this.#pathsThrough(this.#key))) {
      this.#place = Place.inputs;
      this.#inputs = [];
      this.#key = undefined;
      return;
    }
    if (this.#place === Place.server && this.#key === 'args' && this.#format.mcpRemote !== undefined) {
      this.#place = Place.args;
      this.#args = [];
      this.#key = undefined;
      return;
    }
    this.#skip(start);
  }

  arrayEnd(end: number): void {
    if (this.#skipped > 0) {
      this.#unskip(end);
      return;
    }
    this.#key = undefined;
    this.#place = this.#place === Place.args ? Place.server : Place.path;
  }

  string(value: string, start: number, end: number, complete: boolean): void {
    if (this.#skipped > 0) {
      return;
    }
    switch (this.#place) {
      case Place.headers:
        this.#addHeader(start, end, complete ? value : undefined);
        break;
      case Place.server:
        if (complete) {
          this.#serverMember(value, start, end);
        }
        break;
      case Place.input:
        if (complete) {
          this.#inputMember(value);
        }
        break;
      case Place.args:
        this.#args.push(complete ? { value, span: { start, end } } : undefined);
        break;
      case Place.env:
        if (complete && this.#key !== undefined) {
          this.#env.set(this.#key, { value, span: { start, end } });
        }
        break;
      default:
        this.#unfitting(start, end);
    }
    this.#key = undefined;
  }

  literal(start: number, end: number): void {
    if (this.#skipped === 0) {
      this.#unfitting(start, end);
      this.#key = undefined;
    }
  }

  comma(): void {}

  problem(start: number, end: number): void {
    if (this.#problems.length < syntaxProblemLimit) {
      this.#problems.push({ code: 'syntax', span: { start, end } });
    }
  }

  #skip(start: number): void {
    this.#skipped = 1;
    this.#skippedStart = start;
  }

  #unskip(end: number): void {
    this.#skipped--;
    if (this.#skipped === 0) {
      this.#unfitting(this.#skippedStart, end);
      this.#key = undefined;
    }
  }

  /** A value of a type that nobody expects where it stands. */
  #unfitting(start: number, end: number): void {
    const span = { start, end };
    const key = this.#key;
    switch (this.#place) {
      case Place.document:
        this.#problems.push({ code: 'root-not-object', span });
        break;
      case Place.path:
        if (key === undefined) {
          break;
        }
        this.#unfittingAt(this.#pathsThrough(key), start, end);
        break;
      case Place.server:
        if (key === 'headers') {
          this.#headers = [];
          this.#server.headers = this.#headers;
          delete this.#server.headersSpan;
          this.#problems.push({ code: 'headers-not-object', span });
        }
        break;
      case Place.headers:
        this.#addHeader(start, end);
        break;
      case Place.args:
        this.#args.push(undefined);
        break;
      case Place.env:
        if (key !== undefined) {
          this.#env.delete(key);
        }
        break;
    }
  }

  #unfittingAt(mask: number, start: number, end: number): void {
    const span = { start, end };
    const list = this.#listHere();
    // In a bare map anything may stand beside the servers.
    if (mask === 0 && list !== undefined && this.#masks.length > 1) {
      list.problems.push({ code: 'server-not-object', span });
    }
    const index = this.#pathEnding(mask, this.#masks.length);
    if (index === -1) {
      return;
    }
    if (index === this.#inputsIndex) {
      this.#inputs = [];
      this.#problems.push({ code: 'inputs-not-array', span });
    } else {
      this.#lists[index] = { servers: [], problems: [{ code: 'servers-not-object', span }] };
    }
  }

  #allPaths(): number {
    return (1 << this.#paths.length) - 1;
  }

  /** Which of the paths through the open object go on with this key. */
  #pathsThrough(key: string): number {
    const depth = this.#masks.length - 1;
    const mask = this.#masks[depth] ?? 0;
    let through = 0;
    for (let index = 0; index < this.#paths.length; index++) {
      if ((mask & (1 << index)) !== 0 && this.#paths[index]?.[depth] === key) {
        through |= 1 << index;
      }
    }
    return through;
  }

  /** The path of the set that has this many keys, or -1. */
  #pathEnding(mask: number, length: number): number {
    for (let index = 0; index < this.#paths.length; index++) {
      if ((mask & (1 << index)) !== 0 && this.#paths[index]?.length === length) {
        return index;
      }
    }
    return -1;
  }

  #leadsToInputs(mask: number): boolean {
    return mask !== 0 && this.#pathEnding(mask, this.#masks.length) === this.#inputsIndex;
  }

  /** The list that the members of the open object are servers of. */
  #listHere(): ServerList | undefined {
    const depth = this.#masks.length - 1;
    const index = this.#pathEnding(this.#masks[depth] ?? 0, depth);
    return index === -1 || index === this.#inputsIndex ? undefined : this.#lists[index];
  }

  #enterPath(mask: number, start: number): void {
    const index = this.#pathEnding(mask, this.#masks.length);
    if (index !== -1 && index === this.#inputsIndex) {
      // The end isn't known yet, and what is inside is of no interest.
      this.#skip(start);
      return;
    }
    if (index !== -1) {
      this.#lists[index] = { servers: [], problems: [] };
    }
    this.#masks.push(mask);
    this.#place = Place.path;
    this.#key = undefined;
  }

  #enterServer(name: string, start: number): void {
    this.#place = Place.server;
    this.#headers = [];
    this.#server = {
      name,
      nameSpan: { start: this.#keyStart, end: this.#keyEnd },
      span: { start, end: start },
      transport: 'unknown',
      headers: this.#headers,
    };
    this.#serverStart = start;
    this.#url = undefined;
    this.#urlRank = Number.POSITIVE_INFINITY;
    this.#type = undefined;
    this.#command = undefined;
    this.#args = [];
    this.#env = new Map();
    this.#key = undefined;
  }

  #leaveServer(end: number): void {
    const server = this.#server;
    server.span = { start: this.#serverStart, end };
    server.transport = transportOf(this.#type, this.#url !== undefined, this.#command !== undefined);
    if (this.#url) {
      server.url = this.#url;
    } else if (this.#command !== undefined) {
      this.#readRemote(server, this.#command);
    }
    if (this.#masks.length > 1 || this.#url || this.#command !== undefined || this.#type !== undefined) {
      this.#listHere()?.servers.push(server);
    }
  }

  #serverMember(value: string, start: number, end: number): void {
    const key = this.#key;
    if (key === undefined) {
      return;
    }
    if (key === 'type') {
      this.#type = value;
    } else if (key === 'command') {
      this.#command = value;
    } else if (key === 'headers') {
      this.#unfitting(start, end);
    } else {
      const rank = this.#format.urlKeys.indexOf(key);
      if (rank !== -1 && rank <= this.#urlRank) {
        this.#urlRank = rank;
        this.#url = { value, span: { start, end } };
      }
    }
  }

  /** Takes the URL and the headers from the command line, if it is one of `mcp-remote`. */
  #readRemote(server: Mutable<ParsedServer>, command: string): void {
    const remote = readRemoteCommand(
      command,
      this.#args.map(argument => argument?.value),
    );
    const url = remote && this.#args[remote.url];
    if (!url) {
      return;
    }
    server.url = url;
    server.viaMcpRemote = true;
    server.headers = remote.headers.flatMap(({ name, value, index }): ParsedHeader[] => {
      const argument = this.#args[index];
      if (!argument) {
        return [];
      }
      const variables = variablesIn(value);
      const sole = soleVariable(value) ?? (variables.length === 1 ? variables[0] : undefined);
      const inEnv = sole === undefined ? undefined : this.#env.get(sole);
      return [
        {
          name,
          nameSpan: argument.span,
          value: withVariables(value, variable => this.#env.get(variable)?.value),
          valueSpan: inEnv?.span ?? argument.span,
        },
      ];
    });
  }

  #addHeader(start: number, end: number, value?: string): void {
    if (this.#key === undefined) {
      return;
    }
    const header: Mutable<ParsedHeader> = {
      name: this.#key,
      nameSpan: { start: this.#keyStart, end: this.#keyEnd },
      valueSpan: { start, end },
    };
    if (value !== undefined) {
      header.value = value;
    }
    this.#headers.push(header);
  }

  #inputMember(value: string): void {
    switch (this.#key) {
      case 'id':
      case 'type':
      case 'command':
      case 'args':
        this.#input[this.#key] = value;
    }
  }

  #leaveInput(end: number): void {
    const { id, type = '', command, args } = this.#input;
    if (id !== undefined) {
      this.#inputs.push({
        id,
        type,
        ...(command !== undefined && { command }),
        ...(args !== undefined && { args }),
        span: { start: this.#inputStart, end },
      });
    }
  }
}

function noServer(): Mutable<ParsedServer> {
  const nowhere = { start: 0, end: 0 };
  return { name: '', nameSpan: nowhere, span: nowhere, transport: 'unknown', headers: [] };
}

/** Clients differ in how they spell Streamable HTTP; where no `type` stands, they go by `url` and `command`. */
function transportOf(type: string | undefined, hasUrl: boolean, hasCommand: boolean): ParsedServer['transport'] {
  switch (type) {
    case 'http':
    case 'streamable-http':
    case 'streamableHttp':
      return 'http';
    case 'sse':
      return 'sse';
    case 'stdio':
    // So Copilot CLI calls it.
    case 'local':
      return 'stdio';
    case undefined:
      return hasUrl ? 'http' : hasCommand ? 'stdio' : 'unknown';
    default:
      return 'unknown';
  }
}
