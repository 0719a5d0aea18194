import * as vscode from 'vscode';

/** A lens that VS Code draws on a server of a config file. */
export interface McpLens {
  /** VS Code's command, such as `workbench.mcp.startServer`. */
  readonly command: string;
  /** The definition's id: a prefix that tells the file, and the server's name. */
  readonly id: string;
}

/**
 * The lenses that VS Code's own MCP client draws on a file. No stable API lists servers; these say which it knows, by
 * which ids, and whether it reads the file at all.
 */
export async function mcpLenses(file: vscode.Uri): Promise<readonly McpLens[]> {
  for (const uri of shownAs(file)) {
    await vscode.workspace.openTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[] | undefined>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    const found = (lenses ?? []).flatMap(({ command }) => {
      const id: unknown = command?.arguments?.[0];
      return command && typeof id === 'string' ? [{ command: command.command, id }] : [];
    });
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

/** On the desktop VS Code knows the user's own files by a scheme of their own (1.139.1, source). */
function shownAs(file: vscode.Uri): readonly vscode.Uri[] {
  const own = vscode.env.uiKind === vscode.UIKind.Desktop && file.scheme === 'file';
  return own && !vscode.workspace.getWorkspaceFolder(file) && file.path.endsWith('/mcp.json')
    ? [file, file.with({ scheme: 'vscode-userdata' })]
    : [file];
}
