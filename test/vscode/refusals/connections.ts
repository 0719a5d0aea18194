import type { ConnectionFix, ServerTarget, TestConnectionAnswers, TestConnectionResult } from '../../../src/ids.ts';
import { fileSnapshot, uriOf } from '../harness/inside.ts';
import { run, until, writeText } from '../harness/keyring.ts';

export const file = '.vscode/mcp.json';

/** Runs Test Connection as a program would. A name stands for a server of the file. */
export async function test(
  server: string | ServerTarget,
  answers: TestConnectionAnswers = {},
): Promise<TestConnectionResult> {
  return (await run('mcpKeyring.servers.testConnection', targetOf(server), answers)) as TestConnectionResult;
}

export function targetOf(server: string | ServerTarget): ServerTarget {
  return typeof server === 'string' ? { file: uriOf(file), server } : server;
}

export async function fix(server: string | ServerTarget, wanted: ConnectionFix): Promise<void> {
  await run('mcpKeyring.servers.applyFix', targetOf(server), wanted);
}

/** Writes a config file with one server and waits until it is known. */
export async function writeServer(name: string, url: string, headers: Record<string, string> = {}): Promise<void> {
  writeText(file, JSON.stringify({ servers: { [name]: { type: 'http', url, headers } } }, undefined, 2));
  await known(name, url, headers);
}

/** Waits until the inventory has a server as the file has it. */
export async function known(name: string, url: string, headers: Record<string, string> = {}): Promise<void> {
  await run('mcpKeyring.servers.refresh');
  await until(`the server ${name}`, async () => {
    const server = (await fileSnapshot(uriOf(file)))?.servers.find(({ parsed }) => parsed.name === name);
    return (
      server?.parsed.url?.value === url &&
      Object.entries(headers).every(([header, value]) =>
        server.parsed.headers.some(parsed => parsed.name === header && parsed.value === value),
      )
    );
  });
}
