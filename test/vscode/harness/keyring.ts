import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { AddServerAnswers, AddServerResult, CommandId, Commands, ServerTarget } from '../../../src/ids.ts';
import { testEnvironment } from './testEnvironment.ts';

/** Runs one of the extension's commands as a keybinding or another extension would. */
export async function run<K extends CommandId>(command: K, ...args: Commands[K]): Promise<unknown> {
  return vscode.commands.executeCommand(command, ...args);
}

export async function addServer(answers: AddServerAnswers): Promise<AddServerResult> {
  return (await run('mcpKeyring.addServer', answers)) as AddServerResult;
}

/** Path below the workspace's folder. */
export function inWorkspace(path: string): string {
  return join(testEnvironment().workspace, path);
}

export function readText(path = '.vscode/mcp.json'): string {
  return readFileSync(inWorkspace(path), 'utf8');
}

/**
 * Writes a file as another program does, with its folder: beside it, and then in its place at once. A file that becomes
 * shorter where it is, while VS Code copies it into its Local History after a save, is copied for ever (libuv waits for the
 * rest of it), and VS Code reads and saves it no more.
 * @param path below the workspace's folder, or absolute
 */
export function writeText(path: string, content: string | Uint8Array): void {
  const { workspace } = testEnvironment();
  const target = resolve(workspace, path);
  const fresh = join(dirname(workspace), `fresh-${randomUUID()}`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(fresh, content);
  renameSync(fresh, target);
}

/** A config file's content as a client reads it. */
export function readConfig(path = '.vscode/mcp.json') {
  return parse(readText(path), undefined, { allowTrailingComma: true }) as {
    readonly servers?: Readonly<
      Record<string, { readonly url?: string; readonly headers?: Readonly<Record<string, string>> }>
    >;
    readonly mcpServers?: Readonly<
      Record<string, { readonly url?: string; readonly headers?: Readonly<Record<string, string>> }>
    >;
    readonly inputs?: readonly Readonly<Record<string, string>>[];
  };
}

/** Waits until a condition holds. @throws Error with `what` when it doesn't in time */
export async function until<T>(what: string, condition: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${seconds} s in vain: ${what}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** Leaves what a command asks with Escape, whenever its question comes, and returns what the command does then. */
export async function leaving<T>(running: Promise<T>): Promise<T> {
  const isOver = running.then(
    () => true,
    () => true,
  );
  await until('the end of the command', async () => {
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    return Promise.race([isOver, pause(200)]);
  });
  return running;
}

/** The names of the tools that VS Code has of MCP servers whose own name contains this. */
export function toolsOf(server: string): string[] {
  return vscode.lm.tools.map(tool => tool.name).filter(name => name.startsWith(`mcp_${server}`));
}

/**
 * Starts a server through the extension. A start that is refused shows a dialog that nobody closes, so it's given up
 * after a while.
 */
export async function start(target: ServerTarget, seconds = 10): Promise<void> {
  await Promise.race([run('mcpKeyring.servers.start', target), pause(seconds * 1000)]);
}

/** Makes VS Code stop a server, by the lens that it draws for it. */
export async function stop(target: ServerTarget): Promise<void> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    vscode.Uri.parse(target.file),
  );
  for (const { command } of lenses) {
    if (
      command?.command === 'workbench.mcp.stopServer' &&
      String(command.arguments?.[0]).endsWith(`.${target.server}`)
    ) {
      await vscode.commands.executeCommand('workbench.mcp.stopServer', command.arguments?.[0]);
    }
  }
}

/** What the Problems view says about a file, from this extension. */
export function problems(file: string): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(vscode.Uri.parse(file))
    .filter(diagnostic => diagnostic.source === 'MCP Keyring');
}

export function codes(file: string): string[] {
  return problems(file)
    .map(diagnostic => String(diagnostic.code))
    .sort();
}
