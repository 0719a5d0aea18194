import * as vscode from 'vscode';
import type { FileSnapshot, UnreadableReason } from '../core/inventory/types.ts';

/** What keeps a config file from being read as one. */
export interface FileTrouble {
  /** A few words. */
  readonly state: string;
  /** A sentence: what to do. */
  readonly remedy: string;
}

/** undefined where all is well. */
export function fileTrouble({ source, parsed }: FileSnapshot): FileTrouble | undefined {
  if (source.content.state === 'unreadable') {
    return unreadable(source.content.reason);
  }
  const [problem] = parsed.problems;
  switch (problem?.code) {
    case undefined:
      return undefined;
    case 'duplicate-server':
      return {
        state: vscode.l10n.t('a server’s name stands twice'),
        remedy: vscode.l10n.t('Clients take the last one. Rename or remove the other.'),
      };
    case 'syntax':
      return {
        state:
          source.format.syntax === 'toml'
            ? vscode.l10n.t('not well-formed TOML')
            : vscode.l10n.t('not well-formed JSON'),
        remedy: vscode.l10n.t('Open the file and correct what the editor marks.'),
      };
    default:
      return {
        state: vscode.l10n.t('not as a config file should be'),
        remedy: vscode.l10n.t('Open the file and compare it with the documentation of its client.'),
      };
  }
}

function unreadable(reason: UnreadableReason): FileTrouble {
  switch (reason) {
    case 'not-utf8':
      return {
        state: vscode.l10n.t('not UTF-8 text'),
        remedy: vscode.l10n.t('Open the file with its encoding and save it with UTF-8.'),
      };
    case 'no-permission':
      return {
        state: vscode.l10n.t('no permission to read it'),
        remedy: vscode.l10n.t('Give yourself the permission to read the file and its folder.'),
      };
    case 'is-directory':
      return {
        state: vscode.l10n.t('a folder, not a file'),
        remedy: vscode.l10n.t('Move the folder away: the file’s name is taken by it.'),
      };
    case 'dangling-link':
      return {
        state: vscode.l10n.t('a link to a file that is not there'),
        remedy: vscode.l10n.t('Restore the file that the link names, or remove the link.'),
      };
    case 'not-regular':
      return {
        state: vscode.l10n.t('not a regular file'),
        remedy: vscode.l10n.t('Pipes, sockets and devices are not read. Move it away if a file belongs there.'),
      };
    case 'too-large':
      return {
        state: vscode.l10n.t('too large'),
        remedy: vscode.l10n.t('Files of more than 20 MB are not read. Is it the right file?'),
      };
    case 'failed':
      return {
        state: vscode.l10n.t('cannot be read'),
        remedy: vscode.l10n.t('The log says why.'),
      };
  }
}
