import * as vscode from 'vscode';

/**
 * Opens a page in the person's browser, after VS Code has asked where it doesn't trust the host yet.
 *
 * The address is passed as text, which VS Code opens as it stands. As a `Uri` its query would be decoded as a whole, and a
 * `&` or `+` inside a parameter would come out as a separator or a blank.
 * @param url https, or http on loopback
 */
export function openPage(url: string): Thenable<boolean> {
  return vscode.env.openExternal(url as unknown as vscode.Uri);
}
