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
  return Array.from(text.matchAll(/\$\{([^}]+)\}/g), match => match[1] ?? '');
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
