import { fail, ok, type Result } from '../result.ts';
import { accept, contentType, initialize, initialized, listTools, protocolVersion } from './messages.ts';
import type { ExampleCall, Pieces } from './types.ts';

/**
 * Requests as editors send them from a file `.http`. Variables are written as REST Client and Visual Studio read them
 * (`$processEnv`), and so is the session id that the first answer brings (`@name`).
 * @returns the name of the header whose value such a file can't hold: it would take two braces in it for a variable of its own
 */
export function httpFileExample(call: ExampleCall): Result<string, string> {
  const inexpressible = call.headers.find(({ value }) =>
    value.some(piece => typeof piece === 'string' && /\{\{|[\r\n]/.test(piece)),
  );
  if (inexpressible) {
    return fail(inexpressible.name);
  }
  // A URL with braces means the same with their escapes; as they stand, they would be a variable.
  const url = written(call.url.map(piece => (typeof piece === 'string' ? escapeBraces(piece) : piece)));
  const headers = [
    ...call.headers.map(({ name, value }) => `${name}: ${written(value)}`),
    `Content-Type: ${contentType}`,
    `Accept: ${accept}`,
  ];
  const request = (message: object, ...more: readonly string[]) =>
    [`POST ${url}`, ...headers, ...more, '', JSON.stringify(message), ''].join('\n');
  if (call.request === 'initialize') {
    return ok(`# @no-redirect\n${request(initialize)}`);
  }
  const session = [
    `MCP-Protocol-Version: ${protocolVersion}`,
    'Mcp-Session-Id: {{initialize.response.headers.Mcp-Session-Id}}',
  ];
  return ok(
    [
      `### 1\n# @name initialize\n# @no-redirect\n${request(initialize)}`,
      `### 2\n# @no-redirect\n${request(initialized, ...session)}`,
      `### 3\n# @no-redirect\n${request(listTools, ...session)}`,
    ].join('\n'),
  );
}

function written(pieces: Pieces): string {
  return pieces.map(piece => (typeof piece === 'string' ? piece : `{{$processEnv ${piece.variable}}}`)).join('');
}

function escapeBraces(text: string): string {
  return text.replaceAll('{', '%7B').replaceAll('}', '%7D');
}
