import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { serverNames } from '../harness/inside.ts';
import { until } from '../harness/keyring.ts';
import { testEnvironment } from '../harness/testEnvironment.ts';

export function inHome(path: string): string {
  return join(testEnvironment().home, path);
}

/** The URI, as a string, of a file in the user's home. */
export function homeUri(path: string): string {
  return vscode.Uri.file(inHome(path)).toString();
}

/** Writes a file as its client would, with the folders around it. */
export function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** A config file with one server, as most clients write it. */
export function mcpServers(name: string, url = `https://${name}.example.com/mcp`, key = 'url'): string {
  return `${JSON.stringify({ mcpServers: { [name]: { [key]: url } } }, undefined, 2)}\n`;
}

export async function untilServers(uri: string, expected: readonly string[] | undefined): Promise<void> {
  await until(`${uri} with ${expected}`, async () => String(await serverNames(uri)) === String(expected), 12);
}
