import * as vscode from 'vscode';

/** Where the scripts and styles of pages are. Nothing else can be loaded by them. */
export function pageFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

/**
 * The page, empty: everything on it comes by message, and the page puts it there as text. So the HTML, which VS Code may keep,
 * says nothing of any credential.
 * @param name of the script and the styles
 */
export function pageHtml(webview: vscode.Webview, extension: vscode.Uri, name: string, title: string): string {
  const folder = pageFolder(extension);
  const script = webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.js`));
  const style = webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.css`));
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(title)}</title>
<link rel="stylesheet" href="${attribute(style.toString())}">
</head>
<body>
<main id="page" aria-live="off"></main>
<p id="announcement" class="spoken" role="status"></p>
<script nonce="${nonce}" src="${attribute(script.toString())}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
