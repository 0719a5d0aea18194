import * as vscode from 'vscode';
import type { EditProblem } from '../core/config/edit.ts';
import { KeyringError } from '../core/errors.ts';
import type { Result } from '../core/result.ts';
import { applyEdits, type TextEdit } from '../core/text.ts';
import { decodeText, fileLabel, openDocument, showsText } from './configFiles.ts';
import { comparable } from './configLocations.ts';
import { readWhole } from './readWhole.ts';
import { inertText } from './texts.ts';

/** From a config file's text to the edits that bring it where it should be. Called again if the text has changed. */
export type EditPlan = (text: string) => Result<readonly TextEdit[], EditProblem>;

export interface EditOptions {
  /**
   * The edit puts a secret into the file: it is written past the editor where that is possible, since VS Code's Local
   * History keeps a copy of every file that an editor saves. A file that is new is for its owner alone.
   */
  readonly secret?: boolean;
  /** A file that no editor shows is edited in a buffer all the same, so that undo works once an editor does. */
  readonly undoable?: boolean;
}

/** `unsaved`: the editor had unsaved changes, or VS Code is still saving it, so the edit is in it and not yet on disk. */
export type EditOutcome = 'written' | 'unsaved' | 'unchanged';

const attempts = 3;

/** The last edit of each file that is under way or waits for its turn. */
const turns = new Map<string, Promise<unknown>>();

/**
 * Edits a config file so that nothing else in it changes: in the editor's buffer where the file is open (undo works, dirty
 * stays dirty), on disk otherwise, after checking that nobody has changed it in between.
 * @throws KeyringError `file-broken`, `file-read-only`, `file-no-room`, `file-changed`, `file-unreadable`,
 *   `workspace-not-trusted`; the file is then as it was
 */
export async function editConfigFile(uri: vscode.Uri, plan: EditPlan, options: EditOptions = {}): Promise<EditOutcome> {
  if (!vscode.workspace.isTrusted) {
    throw new KeyringError('workspace-not-trusted');
  }
  return inTurn(uri, () => edit(uri, plan, options));
}

/**
 * One after the other: an edit that is made and not saved yet would look like a change that the person has not saved, with
 * which the next one is to stay unsaved.
 */
async function inTurn<T>(uri: vscode.Uri, action: () => Promise<T>): Promise<T> {
  const file = comparable(uri);
  const before = turns.get(file) ?? Promise.resolve();
  const turn = before.then(action, action);
  turns.set(file, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(file) === turn) {
      turns.delete(file);
    }
  }
}

async function edit(uri: vscode.Uri, plan: EditPlan, options: EditOptions): Promise<EditOutcome> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const result = await attemptEdit(uri, plan, options);
    if (result !== 'conflict') {
      if ((attempt > 0 || result.again) && result.outcome !== 'unchanged') {
        tellConflict(uri);
      }
      return result.outcome;
    }
  }
  throw new KeyringError('file-changed', { file: fileLabel(uri) });
}

interface Edited {
  readonly outcome: EditOutcome;
  /** Somebody else was quicker, so that the edit was made anew for what they wrote. */
  readonly again?: boolean;
}

async function attemptEdit(uri: vscode.Uri, plan: EditPlan, options: EditOptions): Promise<Edited | 'conflict'> {
  const document = openDocument(uri) ?? (options.undoable ? await opened(uri) : undefined);
  if (document?.isDirty) {
    return editDocument(document, plan);
  }
  const result = document && !options.secret ? await editShown(uri, document, plan) : undefined;
  return result ?? editOnDisk(uri, plan, options);
}

/**
 * In the editor of a file without unsaved changes, which is saved at once. Other windows wait until it is, so that none
 * takes what it shows for what is there. Undefined where the editor doesn't show what is on disk.
 */
async function editShown(
  uri: vscode.Uri,
  document: vscode.TextDocument,
  plan: EditPlan,
): Promise<Edited | 'conflict' | undefined> {
  const attempt = async () => ((await hasCaughtUp(document)) ? editDocument(document, plan) : undefined);
  // The file's: its editor's may have a scheme of its own.
  if (uri.scheme !== 'file') {
    return attempt();
  }
  const { withLockedFile } = await import('./node/atomicWrite.ts');
  return withLockedFile(uri.fsPath, attempt);
}

/** Both changes are in the file, but only one of them was seen by the person who asked for it. */
function tellConflict(uri: vscode.Uri): void {
  void vscode.window.showInformationMessage(
    inertText(
      vscode.l10n.t(
        'Something else changed {0} while MCP Keyring was editing it. Both changes are in the file.',
        fileLabel(uri),
      ),
    ),
  );
}

/** The edits for a text, without making them: so that a broken file is found before anything is stored. */
export function planned(uri: vscode.Uri, text: string, plan: EditPlan): readonly TextEdit[] {
  const result = plan(text);
  if (!result.ok) {
    const { code, span } = result.error;
    const line = span && text.slice(0, span.start).split('\n').length;
    throw new KeyringError('file-broken', {
      file: fileLabel(uri),
      uri: uri.toString(),
      reason: code,
      ...(line !== undefined && { line }),
    });
  }
  return result.value;
}

async function editDocument(document: vscode.TextDocument, plan: EditPlan): Promise<Edited | 'conflict'> {
  const { uri, version } = document;
  const before = document.getText();
  const edits = planned(uri, before, plan);
  if (edits.length === 0) {
    return { outcome: 'unchanged' };
  }
  const wasDirty = document.isDirty;
  const change = new vscode.WorkspaceEdit();
  for (const { span, text } of edits) {
    const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
    change.replace(uri, range, text);
  }
  // VS Code refuses an edit for a buffer that has moved on since.
  if (document.version !== version || !(await vscode.workspace.applyEdit(change))) {
    return 'conflict';
  }
  if (wasDirty) {
    return { outcome: 'unsaved' };
  }
  const saved = await saveShown(document);
  if (saved !== 'failed') {
    return { outcome: saved };
  }
  const bytes = await readBytes(uri);
  const text = bytes && decodeText(bytes);
  const after = applyEdits(before, edits);
  if (text !== undefined && sameLines(text, after)) {
    return { outcome: 'written' };
  }
  const left = openDocument(uri);
  if (left?.isDirty && !sameLines(left.getText(), after)) {
    // Somebody has typed meanwhile: that is theirs, and the edit stands in the buffer with it.
    return { outcome: 'unsaved' };
  }
  // Nothing was unsaved before, so what is on disk is what is to be seen. The command means the editor that is in front, and
  // undo would do nothing in one that VS Code holds for read-only.
  if (left && (left.isDirty || !sameLines(left.getText(), before))) {
    await vscode.window.showTextDocument(left);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  if (left && (text === undefined || sameLines(text, before))) {
    throw new KeyringError('file-read-only', { file: fileLabel(uri) });
  }
  return 'conflict';
}

/** How long VS Code may take to save, in ms. A file system that hangs would hold up the person and other windows for ever. */
const saveTime = 5000;

/**
 * Saves what an editor shows; `failed` if it can't, or if nothing shows it any more: its editor was closed in that moment.
 * `unsaved` if it takes too long: VS Code goes on with it.
 */
async function saveShown(document: vscode.TextDocument): Promise<'written' | 'unsaved' | 'failed'> {
  // VS Code makes the edit all the same, in a document of its own.
  const shown = document.isClosed ? openDocument(document.uri) : document;
  if (!shown) {
    return 'failed';
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const saving = shown.save().then(
    saved => (saved ? 'written' : 'failed'),
    () => 'failed' as const,
  );
  const late = new Promise<'unsaved'>(resolve => {
    timer = setTimeout(() => resolve('unsaved'), saveTime);
  });
  try {
    return await Promise.race([saving, late]);
  } finally {
    clearTimeout(timer);
  }
}

function sameLines(a: string, b: string): boolean {
  const plain = (text: string) => text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return plain(a) === plain(b);
}

/** A buffer of the file; undefined where VS Code has none for it. */
async function opened(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}

/** How long VS Code may take to show what another program has written, in ms. */
const catchUpTime = 2000;

/**
 * Whether an edit can be made in a buffer without changes and saved from there: it shows the file as it is now, and saving
 * gives the file no other encoding, BOM or line ends than it has.
 */
async function hasCaughtUp(document: vscode.TextDocument): Promise<boolean> {
  const deadline = Date.now() + catchUpTime;
  for (;;) {
    const bytes = await readBytes(document.uri);
    const text = bytes && decodeText(bytes);
    if (text === undefined) {
      return false;
    }
    if (showsText(document, text)) {
      const bom = text.startsWith('\ufeff');
      return document.encoding === (bom ? 'utf8bom' : 'utf8') && document.getText() === text.slice(bom ? 1 : 0);
    }
    if (Date.now() >= deadline) {
      return false;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function editOnDisk(uri: vscode.Uri, plan: EditPlan, options: EditOptions): Promise<Edited | 'conflict'> {
  const read = () => readBytes(uri);
  if (uri.scheme === 'file') {
    // VS Code may hold a file for read-only that the system would let us write.
    await read();
    return editAtomically(uri, plan, options);
  }
  const before = await readWhole(read);
  const bytes = edited(uri, before, plan);
  if (!bytes) {
    return { outcome: 'unchanged' };
  }
  if (!sameBytes(before, await read())) {
    return 'conflict';
  }
  try {
    await vscode.workspace.fs.writeFile(uri, bytes);
  } catch (error) {
    throw new KeyringError('file-read-only', { file: fileLabel(uri) }, { cause: error });
  }
  return { outcome: 'written' };
}

/** On this machine: never a half-written file, and no edit of another window lost. */
async function editAtomically(
  uri: vscode.Uri,
  plan: EditPlan,
  { secret = false }: EditOptions,
): Promise<Edited | 'conflict'> {
  const { replaceFile } = await import('./node/atomicWrite.ts');
  let times = 0;
  try {
    const change = (before: Uint8Array | undefined) => {
      times++;
      return edited(uri, before, plan);
    };
    const outcome = await replaceFile(uri.fsPath, change, { secret });
    return outcome === 'conflict' ? outcome : { outcome, again: times > 1 };
  } catch (error) {
    if (error instanceof KeyringError) {
      throw error;
    }
    const { hasCode } = await import('./node/lockFile.ts');
    const code = hasCode(error, 'ENOSPC', 'EDQUOT', 'EFBIG') ? 'file-no-room' : 'file-read-only';
    throw new KeyringError(code, { file: fileLabel(uri) }, { cause: error });
  }
}

/** What the file is to hold; undefined if it stays. */
function edited(uri: vscode.Uri, before: Uint8Array | undefined, plan: EditPlan): Uint8Array | undefined {
  const text = before ? decodeText(before) : '';
  if (text === undefined) {
    throw new KeyringError('file-unreadable', { file: fileLabel(uri) });
  }
  const edits = planned(uri, text, plan);
  return edits.length === 0 ? undefined : new TextEncoder().encode(applyEdits(text, edits));
}

async function readBytes(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    const { permissions } = await vscode.workspace.fs.stat(uri);
    if (permissions !== undefined && permissions & vscode.FilePermission.Readonly) {
      throw new KeyringError('file-read-only', { file: fileLabel(uri) });
    }
    return await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') {
      return undefined;
    }
    if (error instanceof KeyringError) {
      throw error;
    }
    throw new KeyringError('file-unreadable', { file: fileLabel(uri) }, { cause: error });
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a && b ? a.length === b.length && a.every((byte, index) => byte === b[index]) : a === b;
}
