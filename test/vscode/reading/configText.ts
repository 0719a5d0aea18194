import * as vscode from 'vscode';
import { fileSnapshot, uriOf } from '../harness/inside.ts';
import { inWorkspace, until, writeText } from '../harness/keyring.ts';

export const configPath = '.vscode/mcp.json';

/** A config file's text with these servers, each with one header. */
export function configText(
  servers: Readonly<Record<string, { url?: string; header?: string; value: string }>>,
): string {
  const entries = Object.entries(servers).map(([name, { url, header = 'Authorization', value }]) => [
    name,
    { type: 'http', url: url ?? `https://${name}.example.com/mcp`, headers: { [header]: value } },
  ]);
  return `${JSON.stringify({ servers: Object.fromEntries(entries) }, undefined, 2)}\n`;
}

/** Writes a config file as another program would, and waits until the extension has read it. */
export async function writeConfig(text: string, path = configPath): Promise<vscode.Uri> {
  writeText(path, text);
  await until('the file to be read', async () => {
    const content = (await fileSnapshot(uriOf(path)))?.source.content;
    return content?.state === 'text' && content.text === text;
  });
  const uri = vscode.Uri.file(inWorkspace(path));
  // A document that an earlier test opened follows the file a moment later.
  await until('the document to follow', () => {
    const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
    return !open || open.isClosed || open.getText() === text;
  });
  return uri;
}

/** The position of the first place where a text stands in a document. */
export function positionOf(document: vscode.TextDocument, text: string, offset = 0): vscode.Position {
  const at = document.getText().indexOf(text);
  if (at < 0) {
    throw new Error(`“${text.slice(0, 60)}” does not stand in ${document.uri.path}`);
  }
  return document.positionAt(at + offset);
}
