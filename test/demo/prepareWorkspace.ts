import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signRolesToken } from '../servers/rolesServer.ts';
import { DEMO_JWT_SECRET, DEMO_PORTS, type DemoServers } from './demoServers.ts';

/** Long enough to find the warning, short enough to wait for the error. */
export const PASTED_TOKEN_SECONDS = 4 * 60;

const templateFolder = fileURLToPath(new URL('workspace', import.meta.url));
const stdioServer = fileURLToPath(new URL('../servers/stdioServer.ts', import.meta.url));

const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/;

/** The ports of the servers that the workspace names. */
export type WorkspacePorts = Pick<Record<keyof typeof DEMO_PORTS, number>, 'weather' | 'todos' | 'notebook'>;

export function portsOf({ weather, todos, notebook }: DemoServers): WorkspacePorts {
  return { weather: weather.port, todos: todos.port, notebook: notebook.port };
}

/**
 * Makes a fresh copy of the demo workspace: the servers' ports filled in, and in place of the template's old tokens new
 * ones that a person can watch running out.
 *
 * @param folder where to put it; what is there is replaced
 */
export async function prepareWorkspace(folder: string, ports: WorkspacePorts = DEMO_PORTS): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(templateFolder, folder, { recursive: true });

  const token = { secret: DEMO_JWT_SECRET, role: 'editor' };
  const pasted = await signRolesToken({ ...token, lifetimeSeconds: PASTED_TOKEN_SECONDS });
  const fresh = await signRolesToken(token);

  await edit(join(folder, '.vscode', 'mcp.json'), text => {
    const withToken = replaceOnce(withPorts(text), JWT, pasted);
    // The copy lies elsewhere than the template, and a `node` that VS Code finds may be too old to run TypeScript.
    const withArguments = replaceOnce(withToken, /"[^"]*\/stdioServer\.ts"/, JSON.stringify(stdioServer));
    return replaceOnce(withArguments, '"command": "node"', `"command": ${JSON.stringify(process.execPath)}`);
  });
  await edit(join(folder, 'notes.md'), text => replaceOnce(text, JWT, fresh));
  await edit(join(folder, 'README.md'), withPorts);

  function withPorts(text: string): string {
    return text
      .replaceAll(`127.0.0.1:${DEMO_PORTS.weather}/`, `127.0.0.1:${ports.weather}/`)
      .replaceAll(`127.0.0.1:${DEMO_PORTS.todos}/`, `127.0.0.1:${ports.todos}/`)
      .replaceAll(`127.0.0.1:${DEMO_PORTS.notebook}/`, `127.0.0.1:${ports.notebook}/`);
  }
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/** Replaces the first match, and complains where the template and this file have drifted apart. */
function replaceOnce(text: string, pattern: string | RegExp, replacement: string): string {
  const result = text.replace(pattern, () => replacement);
  if (result === text) {
    throw new Error(`The demo workspace's template has no ${pattern}.`);
  }
  return result;
}
