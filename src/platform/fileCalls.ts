import * as vscode from 'vscode';
import { unescapedJson } from '../core/config/inputUses.ts';
import { KeyringError } from '../core/errors.ts';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { CommandId } from '../ids.ts';
import { type ConfigFiles, fileLabel } from './configFiles.ts';

/**
 * When a server starts, VS Code runs whatever command an input of its file names, with the arguments that stand there, or one
 * that runs others (`runCommands`; 1.139.1, measured). So a command that asks nothing, since its arguments say all, is not
 * carried out while a file from which VS Code takes servers names it: a cloned repository could have tokens made and attached
 * to a server of its own.
 * @throws KeyringError `command-in-file`
 */
export async function refuseFileCalls(files: ConfigFiles, command: CommandId): Promise<void> {
  for (const { uri, content } of await files.readAllFromDisk()) {
    const place = files.locationOf(uri);
    if (place?.inputScope !== undefined && unescapedJson(await textOf(place.uri, content)).includes(command)) {
      throw new KeyringError('command-in-file', { uri, file: fileLabel(uri), command });
    }
  }
}

/** As VS Code reads it: what is no UTF-8 in it hides the rest from nobody. */
async function textOf(uri: vscode.Uri, content: ConfigSource['content']): Promise<string> {
  if (content.state === 'text') {
    return content.text;
  }
  return content.reason === 'not-utf8' || content.reason === 'too-large'
    ? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))
    : '';
}
