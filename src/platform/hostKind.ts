import * as vscode from 'vscode';

/**
 * Where the extension runs: in Node on the machine where the browser is, in a browser, or in Node on another machine (or on
 * one that may be another, as VS Code's server is).
 */
export type HostKind = 'node' | 'web' | 'remote';

export function hostKind({ extension }: vscode.ExtensionContext): HostKind {
  if (vscode.env.remoteName !== undefined && extension.extensionKind === vscode.ExtensionKind.Workspace) {
    return 'remote';
  }
  return vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'node';
}
