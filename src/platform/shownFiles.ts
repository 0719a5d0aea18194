import type * as vscode from 'vscode';
import type { Inventory } from '../core/inventory/inventory.ts';
import type { FileSnapshot } from '../core/inventory/types.ts';
import type { ConfigFiles } from './configFiles.ts';

/** What the inventory knows of the file that a document shows: of most files one snapshot, of some one for each project. */
export function filesIn(
  { files, inventory }: { readonly files: ConfigFiles; readonly inventory: Inventory },
  document: vscode.TextDocument,
): readonly FileSnapshot[] {
  const keys = new Set(files.locationsIn(document).map(({ key }) => key));
  return keys.size === 0 ? [] : inventory.snapshot.files.filter(({ source }) => keys.has(source.uri));
}
