import * as vscode from 'vscode';
import type { ConfigSource } from '../core/inventory/types.ts';
import type { Span } from '../core/text.ts';
import { untilShown } from './configFiles.ts';
import { fileUri } from './configLocations.ts';

/** Opens a config file with the cursor at what was found in it. */
export async function revealSpan({ uri, content }: ConfigSource, { start, end }: Span): Promise<void> {
  const editor = await vscode.window.showTextDocument(fileUri(uri));
  const { document } = editor;
  let before = 0;
  if (content.state === 'text') {
    await untilShown(document, content.text);
    // A buffer has no BOM.
    before = content.text.startsWith('\ufeff') && !document.getText().startsWith('\ufeff') ? 1 : 0;
  }
  const range = new vscode.Range(document.positionAt(start - before), document.positionAt(end - before));
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
