import { tomlOffsets } from '../config/tomlStrings.ts';
import { type JsonHandler, walkJson } from '../config/walkJson.ts';
import { walkToml } from '../config/walkToml.ts';
import { CommandLine } from './arguments.ts';
import { Inspector, namesHeaders } from './inspector.ts';
import { jsonOffsets } from './jsonOffsets.ts';
import type { Detection, SecretPlace } from './types.ts';

/** How a config file is written: JSON with comments, or TOML (Codex). */
export type ConfigSyntax = 'json' | 'toml';

/**
 * The literal secrets of a config file of any client, in the order of the text, in one pass over it. Where servers stand
 * is seen from the keys (`servers`, `mcpServers`, `mcp_servers`, or a bare map of servers), not from the format, so that
 * a format that nobody has described yet is covered. What stands outside servers and inputs is no business of ours.
 * Linear; never throws.
 */
export function detectSecrets(text: string, syntax: ConfigSyntax = 'json'): readonly Detection[] {
  const finder = new Finder(text, syntax);
  if (syntax === 'toml') {
    walkToml(text, finder);
  } else {
    walkJson(text, finder);
  }
  return finder.result();
}

/** What an open bracket holds. */
type Role =
  /** On the way to servers, or beside them. */
  | 'outside'
  | 'servers'
  | 'server'
  | 'headers'
  | 'env'
  | 'args'
  | 'inputs'
  | 'input'
  /** Any other object or array of a server. */
  | 'member'
  /** Names of variables, whatever they look like. */
  | 'names';

interface Frame {
  role: Role;
  readonly key: string;
}

const serversKey = /(?:^|\.)(?:mcp_?servers|context_servers)$/i;
const environmentKey = /^(?:env|envs|environment|environment_?variables)$/i;
const argumentsKey = /^(?:args|arguments|command|cmd|docker_?args|runtime_?args)$/i;
const clientSecretKey = /^(?:oauth_?)?client_?secret$/i;
/** Members of a server that hold no secret, whatever they look like. */
const plainMembers = new Set(['type', 'transport', 'transportType', 'cwd', 'description', 'envFile', 'name', 'title']);
/** A member of these names makes an object of the root a server. */
const serverMembers = new Set(['command', 'url', 'serverUrl', 'httpUrl']);

interface InputMembers {
  id: string;
  password: boolean;
  default?: { readonly value: string; readonly start: number; readonly end: number };
}

class Finder implements JsonHandler {
  readonly #text: string;
  readonly #syntax: ConfigSyntax;
  readonly #inspector: Inspector;
  readonly #frames: Frame[] = [];
  readonly #found: Detection[] = [];
  #role: Role = 'outside';
  #key = '';
  #server = '';
  #commandLine: CommandLine;
  #input: InputMembers | undefined;

  /** Whether servers stand under a key of their own; if not, the root may be a bare map of them. */
  #hasServersKey = false;
  /** The open member of the root that may be a server: what has been found in it, and whether it is one. */
  #bare: { readonly found: Detection[]; isServer: boolean } | undefined;
  /** What has been found in members of the root that are servers. */
  readonly #bareFound: Detection[] = [];

  /** The string that is being looked into. */
  #start = 0;
  #end = 0;
  #value = '';
  /** Of the string that was asked for last, where each character of its value stands in the text. */
  #offsets: { readonly start: number; readonly of: ArrayLike<number> } | undefined;

  constructor(text: string, syntax: ConfigSyntax) {
    this.#text = text;
    this.#syntax = syntax;
    this.#inspector = new Inspector((place, name, rule, start, end) => this.#add(place, name, rule, start, end));
    this.#commandLine = new CommandLine(this.#inspector);
  }

  result(): readonly Detection[] {
    return this.#hasServersKey || this.#bareFound.length === 0
      ? this.#found
      : [...this.#found, ...this.#bareFound].sort((a, b) => a.span.start - b.span.start);
  }

  key(name: string): void {
    this.#key = name;
  }

  noValue(): void {
    this.#key = '';
  }

  objectStart(): void {
    this.#open(this.#roleOfObject());
  }

  objectEnd(): void {
    this.#close();
  }

  arrayStart(): void {
    this.#open(this.#roleOfArray());
  }

  arrayEnd(): void {
    this.#close();
  }

  literal(start: number, end: number): void {
    if (this.#role === 'input' && this.#input !== undefined && this.#key === 'password') {
      this.#input.password = end - start === 4 && this.#text.startsWith('true', start);
    }
    this.#key = '';
  }

  comma(): void {}

  problem(): void {}

  string(value: string, start: number, end: number): void {
    const key = this.#key;
    this.#key = '';
    if (this.#role === 'outside' || this.#role === 'servers' || this.#role === 'inputs' || this.#role === 'names') {
      return;
    }
    this.#value = value;
    this.#start = start;
    this.#end = end;
    switch (this.#role) {
      case 'headers':
        this.#inspector.header('header', key, value);
        break;
      case 'env':
        this.#inspector.named('env', key, value);
        break;
      case 'args':
        this.#commandLine.argument(value);
        break;
      case 'input':
        this.#inputMember(key, value, start, end);
        break;
      case 'server':
        this.#serverMember(key, value);
        break;
      case 'member':
        this.#member(key, value);
        break;
    }
  }

  #serverMember(key: string, value: string): void {
    if (this.#bare !== undefined && serverMembers.has(key)) {
      this.#bare.isServer = true;
    }
    if (argumentsKey.test(key)) {
      if (/\s/.test(value)) {
        this.#commandLine.words(value);
      }
    } else if (!plainMembers.has(key)) {
      this.#member(key, value);
    }
  }

  #member(key: string, value: string): void {
    if (clientSecretKey.test(key)) {
      this.#inspector.named('oauth-client-secret', key, value);
    } else {
      this.#inspector.named('member', key, value);
    }
  }

  #inputMember(key: string, value: string, start: number, end: number): void {
    const input = this.#input;
    if (input !== undefined && key === 'id') {
      input.id = value;
    } else if (input !== undefined && key === 'default') {
      input.default = { value, start, end };
    }
  }

  #leaveInput(input: InputMembers): void {
    if (input.default === undefined) {
      return;
    }
    this.#value = input.default.value;
    this.#start = input.default.start;
    this.#end = input.default.end;
    if (input.password) {
      this.#inspector.expected('input-default', input.id, 'password-input', this.#value);
    } else {
      this.#inspector.named('input-default', input.id, this.#value);
    }
  }

  #open(role: Role): void {
    this.#frames.push({ role, key: this.#key });
    this.#role = role;
    this.#key = '';
  }

  #close(): void {
    const closed = this.#frames.pop();
    this.#role = this.#frames.at(-1)?.role ?? 'outside';
    this.#key = '';
    if (closed?.role === 'input' && this.#input !== undefined) {
      this.#leaveInput(this.#input);
      this.#input = undefined;
    }
    if (this.#frames.length === 1 && this.#bare !== undefined) {
      if (this.#bare.isServer) {
        this.#bareFound.push(...this.#bare.found);
      }
      this.#bare = undefined;
    }
  }

  #roleOfObject(): Role {
    const key = this.#key;
    switch (this.#role) {
      case 'outside':
        return this.#roleOutside(key);
      case 'servers':
        this.#server = key;
        return 'server';
      case 'inputs':
        this.#input = { id: '', password: false };
        return 'input';
      case 'server':
      case 'member':
        return this.#roleInServer(key);
      case 'headers':
        return 'headers';
      case 'names':
        return 'names';
      default:
        return 'member';
    }
  }

  #roleOfArray(): Role {
    const key = this.#key;
    switch (this.#role) {
      case 'outside':
        return this.#isInputs(key) ? 'inputs' : this.#isServers(key) ? 'servers' : 'outside';
      case 'servers':
        return 'outside';
      case 'server':
      case 'member':
        if (argumentsKey.test(key) || environmentKey.test(key)) {
          this.#commandLine = new CommandLine(this.#inspector);
          return 'args';
        }
        return this.#isBareRoot() && this.#isServers(key) ? 'servers' : this.#isInputs(key) ? 'inputs' : 'member';
      case 'args':
        return 'args';
      default:
        return this.#role === 'names' ? 'names' : 'member';
    }
  }

  #roleOutside(key: string): Role {
    if (this.#isServers(key)) {
      return 'servers';
    }
    if (this.#syntax === 'json' && this.#frames.length === 1 && key !== '') {
      this.#bare = { found: [], isServer: false };
      this.#server = key;
      return 'server';
    }
    return 'outside';
  }

  #roleInServer(key: string): Role {
    if (this.#isBareRoot() && this.#isServers(key)) {
      return 'servers';
    }
    if (/^env_(?:http_)?headers$/i.test(key)) {
      return 'names';
    }
    if (environmentKey.test(key)) {
      return 'env';
    }
    if (namesHeaders(key)) {
      return 'headers';
    }
    // A member of the root that is no server (`settings`, `customizations`) may lead to servers.
    return this.#bare === undefined || /auth/i.test(key) ? 'member' : 'outside';
  }

  /** Whether the root's open member may lead to servers rather than be one. */
  #isBareRoot(): boolean {
    return this.#bare !== undefined && this.#frames.length === 2;
  }

  #isServers(key: string): boolean {
    const is = serversKey.test(key) || (key === 'servers' && this.#isRootOrMcp());
    if (is) {
      this.#hasServersKey = true;
      // Servers inside prove that the root's member is none.
      this.#bare = undefined;
      const member = this.#frames[1];
      if (member?.role === 'server') {
        member.role = 'outside';
      }
    }
    return is;
  }

  #isInputs(key: string): boolean {
    return key === 'inputs' && this.#isRootOrMcp();
  }

  #isRootOrMcp(): boolean {
    return this.#frames.length === 1 || this.#frames.at(-1)?.key === 'mcp';
  }

  #add(place: SecretPlace, name: string, rule: string, start: number, end: number): void {
    const span = { start: this.#offset(start), end: this.#offset(end) };
    const isInput = this.#input !== undefined;
    const found = this.#bare === undefined || isInput ? this.#found : this.#bare.found;
    const last = found.at(-1);
    if (end <= start || (last !== undefined && last.valueSpan.start === this.#start && span.start < last.span.end)) {
      return;
    }
    const server = isInput ? '' : this.#server;
    found.push({ rule, place, name, server, span, valueSpan: { start: this.#start, end: this.#end } });
  }

  /** Where in the text a character of the open string's value stands. */
  #offset(index: number): number {
    const start = this.#start;
    // Nothing is escaped, in either syntax, where the lengths agree.
    if (this.#end - start === this.#value.length + 2) {
      return start + 1 + index;
    }
    if (this.#offsets?.start !== start) {
      // Once for each string, however many secrets are in it.
      const of =
        this.#syntax === 'json'
          ? jsonOffsets(this.#text, start, this.#end, this.#value.length)
          : tomlOffsets(this.#text, start, this.#end);
      this.#offsets = { start, of };
    }
    return this.#offsets.of[index] ?? this.#end;
  }
}
