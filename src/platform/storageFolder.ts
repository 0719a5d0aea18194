import * as vscode from 'vscode';

/**
 * The extension's own folder for all workspaces. On the desktop VS Code gives its URI the scheme that it has for all of the
 * user's data (`vscode-userdata`: 1.139.1, source, and paths that its users quote), though it is a folder of this machine: as
 * such it is locked, watched and written to.
 */
export function storageFolder(
  { globalStorageUri }: Pick<vscode.ExtensionContext, 'globalStorageUri'>,
  uiKind: vscode.UIKind = vscode.env.uiKind,
): vscode.Uri {
  const isOnDisk = uiKind === vscode.UIKind.Desktop && globalStorageUri.scheme === 'vscode-userdata';
  return isOnDisk ? globalStorageUri.with({ scheme: 'file' }) : globalStorageUri;
}
