import type { HeaderSpec } from '../credentials/types.ts';

/** How a credential is used without this extension: a command line that asks for the secret. */
export interface UsageExample {
  readonly id: 'posix' | 'powershell';
  readonly text: string;
}

/** What stands for the secret in a shell. */
export const usageVariable = 'MCP_TOKEN';

const accept = 'application/json, text/event-stream';
/** The first request of the MCP lifecycle: every server answers it, or says what it has against the header. */
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'curl', version: '1' } },
});

/**
 * Command lines that send `initialize` to a server with the credential's header. They can be pasted into a shell as they are,
 * whatever stands in the URL, and hold no secret.
 * @param header as it's sent to this server
 */
export function usageExamples(url: string, { name, scheme }: HeaderSpec): UsageExample[] {
  const prefix = `${name}: ${scheme ? `${scheme} ` : ''}`;
  return [
    {
      id: 'posix',
      // One command, so that `read` doesn't take the next pasted line for the token. `-s` keeps it off the screen, and `read`
      // keeps it out of the shell's history.
      text: [
        `printf 'Token: '; read -rs ${usageVariable};`,
        `curl ${posix(url)}`,
        `  --header ${isPlain(prefix) ? `"${prefix}$${usageVariable}"` : `${posix(prefix)}"$${usageVariable}"`}`,
        `  --header 'Content-Type: application/json'`,
        `  --header 'Accept: ${accept}'`,
        `  --data ${posix(initialize)}`,
      ].join(' \\\n'),
    },
    {
      id: 'powershell',
      text: [
        `Invoke-RestMethod -Method Post -Uri ${powershell(url)}`,
        `  -Headers @{ ${powershell(name)} = ${powershell(scheme ? `${scheme} ` : '')} + (Read-Host -MaskInput 'Token'); 'Accept' = '${accept}' }`,
        `  -ContentType 'application/json'`,
        `  -Body ${powershell(initialize)}`,
      ].join(' `\n'),
    },
  ];
}

/** Whether a text means itself between double quotes. Names of headers may have `$`, a backtick and `!` in them. */
function isPlain(text: string): boolean {
  return /^[\w :.-]*$/.test(text);
}

function posix(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** PowerShell takes typographic quotes for straight ones, too. */
function powershell(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`;
}
