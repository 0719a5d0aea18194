import type { AddServerAnswers, AddServerResult } from '../../../src/ids.ts';
import { fileSnapshot, forgetAll, services, uriOf } from '../harness/inside.ts';
import { addServer, until, writeText } from '../harness/keyring.ts';

export const configPath = '.vscode/mcp.json';
export const file = uriOf(configPath);
export const secret = 'demo-shared-secret-that-protects-nothing';
export const key = 'demo-key-not-a-secret-0123456789';

/** An empty keyring and a config file with a comment and no server, read by the extension. */
export async function beginAfresh(): Promise<void> {
  await forgetAll();
  const text = '{\n  // Mine.\n  "servers": {}\n}\n';
  writeText(configPath, text);
  await until('the empty file', async () => {
    const content = (await fileSnapshot(file))?.source.content;
    return content?.state === 'text' && content.text === text;
  });
}

/** Adds a server with a signed JWT. */
export function addTodos(answers: Partial<AddServerAnswers> = {}): Promise<AddServerResult> {
  return addServer({
    name: 'todos',
    url: 'https://todos.example.com/mcp',
    file: configPath,
    delivery: 'reference',
    credential: { kind: 'signedJwt', name: 'viewer', secret, claims: { sub: 'alice', role: 'viewer' } },
    ...answers,
  });
}

/** The value that would be sent now. */
export async function valueFor(url: string, header = 'Authorization'): Promise<string> {
  return (await (await services()).broker.headerFor(url, header)).value.reveal();
}
