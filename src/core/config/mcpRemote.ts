/**
 * What a command line of `mcp-remote` says, which makes a server over HTTP usable for clients that only start commands:
 * `npx -y mcp-remote https://example.com/mcp --header Name:value` (geelen/mcp-remote, README, read November 2026).
 */
export interface RemoteCommand {
  /** Which of the arguments is the server's URL. */
  readonly url: number;
  /** The transport, where the command line leaves no choice. */
  readonly sseOnly: boolean;
  readonly headers: readonly RemoteHeader[];
}

export interface RemoteHeader {
  readonly name: string;
  /** What stands behind the colon. `mcp-remote` itself puts in environment variables for `${NAME}`. */
  readonly value: string;
  /** The argument that says it; `--header` is the one before. */
  readonly index: number;
}

/** @param args undefined where an argument isn't a string */
export function readRemoteCommand(command: string, args: readonly (string | undefined)[]): RemoteCommand | undefined {
  // Installed it may be the command itself; otherwise npx, bunx, `cmd /c npx` or the like run it.
  const program = isMcpRemote(command)
    ? -1
    : args.findIndex(argument => argument !== undefined && isMcpRemote(argument));
  if (program === -1 && !isMcpRemote(command)) {
    return undefined;
  }
  const url = args.findIndex((argument, index) => index > program && argument !== undefined && isUrl(argument));
  if (url === -1) {
    return undefined;
  }
  const headers: RemoteHeader[] = [];
  let sseOnly = false;
  for (let index = program + 1; index + 1 < args.length; index++) {
    const next = args[index + 1];
    if (args[index] === '--header' && next !== undefined) {
      // The same pattern as there.
      const [, name, value] = /^([A-Za-z0-9_-]+):\s*(.*)$/s.exec(next) ?? [];
      if (name !== undefined && value !== undefined) {
        headers.push({ name, value, index: index + 1 });
      }
      index++;
    } else if (args[index] === '--transport') {
      sseOnly = next === 'sse-only';
    }
  }
  return { url, sseOnly, headers };
}

/** The names of the variables that a header's argument takes in. */
export function variablesIn(text: string): readonly string[] {
  return variablesOf(text).map(({ name }) => name);
}

/** A longer value is no header: variables that are put in again and again could make one of any length. In UTF-16 units. */
const longestValue = 64 * 1024;

/** A header's argument with its variables put in; as it stands where nobody has them, or where it would be far too long. */
export function withVariables(text: string, resolve: (name: string) => string | undefined): string {
  let value = '';
  let last = 0;
  for (const { name, start, end } of variablesOf(text)) {
    value += text.slice(last, start) + (resolve(name) ?? text.slice(start, end));
    last = end;
    if (value.length > longestValue) {
      return text;
    }
  }
  return value + text.slice(last);
}

/**
 * What `/\$\{([^}]+)\}/g` finds, which is the pattern of `mcp-remote`. It looks from every `${` to the end of a text in which
 * nothing is closed; this looks once.
 */
function variablesOf(text: string): readonly { readonly name: string; readonly start: number; readonly end: number }[] {
  const found: { name: string; start: number; end: number }[] = [];
  let start = text.indexOf('${');
  while (start !== -1) {
    const close = text.indexOf('}', start);
    if (close === -1) {
      break;
    }
    if (close > start + 2) {
      found.push({ name: text.slice(start + 2, close), start, end: close + 1 });
    }
    start = text.indexOf('${', close);
  }
  return found;
}

/** The only variable that a value consists of. */
export function soleVariable(value: string): string | undefined {
  return /^\$\{([^}]+)\}$/.exec(value)?.[1];
}

/**
 * The argument for a header whose value stands in a variable. Without a blank, since several clients (Cursor, Claude
 * Desktop on Windows) mangle arguments that have one; the value may have them.
 */
export function headerArgument(name: string, variable: string): string {
  return `${name}:\${${variable}}`;
}

/** A variable for a header's value: `AUTH_HEADER`, `X_API_KEY_HEADER`, with a number where that is taken. */
export function variableFor(headerName: string, isTaken: (variable: string) => boolean): string {
  const stem =
    headerName.toLowerCase() === 'authorization'
      ? 'AUTH_HEADER'
      : `${headerName.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}_HEADER`;
  let variable = stem;
  for (let number = 2; isTaken(variable); number++) {
    variable = `${stem}_${number}`;
  }
  return variable;
}

function isMcpRemote(text: string): boolean {
  return /(?:^|[/\\])mcp-remote(?:@[^/\\]*|\.cmd|\.js)?$/.test(text);
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}
