import { accept, contentType, initialize, initialized, listTools, protocolVersion } from './messages.ts';
import { posix } from './quote.ts';
import type { ExampleCall, Pieces } from './types.ts';

// Examples for bash, zsh and other POSIX shells. `tools/list` takes three messages, in a subshell that leaves nothing behind:
// a server with sessions gives its id in the answer to `initialize` and wants it with every other message.

/** A cURL command line. It follows no redirect, so that the header goes nowhere else. */
export function curl(call: ExampleCall): string {
  const url = curlUrl(call.url);
  const headers = headersOf(call).map(header => `--header ${header}`);
  if (call.request === 'initialize') {
    return [`curl ${url}`, ...headers, `--data ${posix(JSON.stringify(initialize))}`].join(' \\\n  ');
  }
  return subshell([
    `mcp() {`,
    `  curl --silent --show-error ${[...headers, `--header "Mcp-Session-Id: $session"`].join(' \\\n      ')} \\`,
    `    --header "MCP-Protocol-Version: $version" "$@" ${url}`,
    `}`,
    // cURL leaves out a header without a value, so the session id is sent once there is one.
    ...conversation(
      message => `mcp --data ${message}`,
      message => `mcp --include --data ${message}`,
    ),
  ]);
}

/** An HTTPie command line. It follows no redirect unless told to. */
export function httpie(call: ExampleCall): string {
  const url = posix(...call.url);
  const headers = headersOf(call);
  // Without `--ignore-stdin`, a script's input would be taken for the request's body.
  if (call.request === 'initialize') {
    return [`http --ignore-stdin --raw ${posix(JSON.stringify(initialize))}`, `POST ${url}`, ...headers].join(
      ' \\\n  ',
    );
  }
  return subshell([
    `mcp() {`,
    `  http --ignore-stdin "$1" --raw "$2" POST ${url} \\`,
    `    ${headers.join(' \\\n      ')} \\`,
    // Nothing behind the colon takes the header out; a blank would send an empty one.
    `    "Mcp-Session-Id:$session" "MCP-Protocol-Version:$version"`,
    `}`,
    ...conversation(
      message => `mcp --body ${message}`,
      message => `mcp --print=hb ${message}`,
    ),
  ]);
}

/** The command line of the MCP Inspector, which opens and closes the session by itself. */
export function inspector({ url, headers, transport = 'http' }: ExampleCall): string {
  return [
    `npx @modelcontextprotocol/inspector --cli ${posix(...url)}`,
    `--transport ${transport}`,
    '--method tools/list',
    ...headers.map(({ name, value }) => `--header ${headerWord(name, value)}`),
  ].join(' \\\n  ');
}

function headersOf({ headers }: ExampleCall): string[] {
  return [
    ...headers.map(({ name, value }) => headerWord(name, value)),
    posix(`Content-Type: ${contentType}`),
    posix(`Accept: ${accept}`),
  ];
}

/**
 * `Name: value` as one word. The blank is there for HTTPie too: `:=` and `:@` mean something else to it, and a value may begin
 * with either.
 */
function headerWord(name: string, [first, ...rest]: Pieces): string {
  return typeof first === 'string'
    ? posix(`${name}: ${first}`, ...rest)
    : posix(`${name}: `, ...(first ? [first] : []), ...rest);
}

/** cURL takes brackets and braces for patterns, and would send the token to every URL that fits. */
function curlUrl(url: Pieces): string {
  const hasPattern = url.some(piece => typeof piece !== 'string' || /[[\]{}]/.test(piece));
  return `${hasPattern ? '--globoff ' : ''}${posix(...url)}`;
}

function conversation(send: (message: string) => string, sendVerbose: (message: string) => string): string[] {
  const quoted = (message: object) => posix(JSON.stringify(message));
  return [
    `session=; version=${protocolVersion}`,
    `answer=$(${sendVerbose(quoted(initialize))}) || exit`,
    `session=$(printf '%s\\n' "$answer" | grep -i '^mcp-session-id:' | cut -d ' ' -f 2 | tr -d '\\r')`,
    `version=$(printf '%s\\n' "$answer" | grep -o '"protocolVersion": *"[^"]*"' | cut -d '"' -f 4)`,
    send(quoted(initialized)),
    send(quoted(listTools)),
  ];
}

function subshell(lines: readonly string[]): string {
  return ['(', ...lines.map(line => `  ${line}`), ')'].join('\n');
}
