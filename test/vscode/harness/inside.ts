import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { FileSnapshot, HeaderSnapshot } from '../../../src/core/inventory/types.ts';
import type { Services } from '../../../src/services.ts';
import { inWorkspace, until } from './keyring.ts';
import { testEnvironment } from './testEnvironment.ts';

/** The services of the extension that is under test: it hands them out in a test run and in no other. */
export async function services(): Promise<Services> {
  const extension = vscode.extensions.getExtension<{ readonly services: Services }>('mcp-keyring.mcp-keyring');
  if (!extension) {
    throw new Error('The extension under test is not there');
  }
  return (await extension.activate()).services;
}

/** The URI, as a string, of a file below the workspace's folder. */
export function uriOf(path: string): string {
  return vscode.Uri.file(inWorkspace(path)).toString();
}

/** What the inventory says about a file now; undefined where it knows none. */
export async function fileSnapshot(uri: string): Promise<FileSnapshot | undefined> {
  return (await services()).inventory.snapshot.files.find(file => file.source.uri === uri);
}

/** Waits until a file's server has a header, and returns what there is to say about it. */
export function headerSnapshot(uri: string, server: string, header = 'Authorization'): Promise<HeaderSnapshot> {
  return until(`the header ${header} of ${server}`, async () => {
    const found = (await fileSnapshot(uri))?.servers.findLast(({ parsed }) => parsed.name === server);
    return found?.headers.find(({ parsed }) => parsed.name === header);
  });
}

/** The names of a file's servers in the inventory. */
export async function serverNames(uri: string): Promise<string[] | undefined> {
  return (await fileSnapshot(uri))?.servers.map(({ parsed }) => parsed.name);
}

/** All that the extension has logged in this window so far. */
export function logText(): string {
  return readdirSync(testEnvironment().dataDir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /MCP Keyring\.log$/.test(entry.name))
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

/** Empties the keyring, so that nothing of an earlier test is attached to anything. */
export async function forgetAll(): Promise<void> {
  const { vault } = await services();
  for (const { id } of vault.credentials) {
    await vault.deleteCredential(id);
  }
  for (const { id } of vault.signingKeys) {
    await vault.deleteSigningKey(id);
  }
}

/** Where the user's own servers stand; in VS Code's server that is the remote user's file. */
export async function userFile(): Promise<Services['files']['locations'][number]> {
  const { files } = await services();
  const place = files.locations.find(({ format, profile }) => /^vscode(?:Remote)?User$/.test(format.id) && !profile);
  if (!place) {
    throw new Error('There is no place for the user’s own servers');
  }
  return place;
}
