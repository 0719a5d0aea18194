import * as vscode from 'vscode';
import { keyringInputOf } from '../core/config/references.ts';
import type { ParsedServer } from '../core/config/types.ts';

/** How long VS Code is given to read a file anew, in ms. A file that it never reads as configuration costs no more than that. */
const patience = 3000;

/** By how much VS Code's MCP client may follow its own configuration, in ms (130 measured, 1.139.1). */
const lag = 500;

/**
 * Waits until VS Code has read a server's references. It reads config files as configuration, inputs and servers one after the
 * other, half a second after they were written (measured, 1.139.1): a server that is started before that starts as it stood
 * there, or misses an input that has just been written ("must be defined in an 'inputs' section").
 * @param folder the workspace folder that the file belongs to
 */
export async function untilVSCodeHasRead(
  server: ParsedServer,
  folder: vscode.WorkspaceFolder | undefined,
): Promise<void> {
  if (!server.headers.some(({ value = '' }) => keyringInputOf(value))) {
    return;
  }
  const deadline = Date.now() + patience;
  let waited = false;
  while (!hasRead(server, folder) && Date.now() < deadline) {
    waited = true;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  if (waited) {
    await new Promise(resolve => setTimeout(resolve, lag));
  }
}

function hasRead(server: ParsedServer, folder: vscode.WorkspaceFolder | undefined): boolean {
  const configuration = vscode.workspace.getConfiguration('mcp', folder ?? null);
  const inputs = valuesOf<readonly { readonly id?: unknown }[]>(configuration, 'inputs').flatMap(list =>
    Array.isArray(list) ? list.map(input => input?.id) : [],
  );
  const entries = valuesOf<Record<string, { readonly headers?: Record<string, unknown> } | undefined>>(
    configuration,
    'servers',
  ).map(servers => servers[server.name]?.headers);
  return server.headers.every(({ name, value = '' }) => {
    const inputId = keyringInputOf(value);
    return inputId === undefined || (inputs.includes(inputId) && entries.some(headers => headers?.[name] === value));
  });
}

/** What each level of the configuration says: lists and servers of different files don't add up to one. */
function valuesOf<T>(configuration: vscode.WorkspaceConfiguration, key: string): T[] {
  const { globalValue, workspaceValue, workspaceFolderValue } = configuration.inspect<T>(key) ?? {};
  return [globalValue, workspaceValue, workspaceFolderValue].filter(value => value !== undefined && value !== null);
}
