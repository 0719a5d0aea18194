import * as vscode from 'vscode';
import type { TokenTemplate } from '../../core/credentials/types.ts';
import type { Disposable } from '../../core/ports.ts';
import type { Services } from '../../services.ts';
import type { TemplateHelp } from './templateHelp.ts';

/** Scheme of documents that stand for a credential's template: `mcp-keyring-token:/<credential id>/<name>.mcp-token.json`. */
export const templateScheme = 'mcp-keyring-token';

interface WrittenText {
  readonly text: string;
  /** What was made of it; absent where auto save has only kept it. */
  readonly signed?: TokenTemplate;
}

/**
 * Templates as files that VS Code can edit and save, so that undo, completion, validation and unsaved changes are what they are
 * in every other file. There is no secret in a template.
 */
export class TokenTemplates implements vscode.FileSystemProvider, Disposable {
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  /** What was written last, by credential, in the person's own order and spacing. */
  readonly #texts = new Map<string, WrittenText>();
  /** The documents that VS Code saves by itself at this moment. */
  readonly #automatic = new Set<string>();
  #help: Promise<TemplateHelp> | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.onWillSaveTextDocument(({ document: { uri }, reason }) => {
        if (uri.scheme === templateScheme) {
          // An automatic save that came to nothing must not make the next one by hand count as one.
          this.#automatic.delete(uri.toString());
          if (reason !== vscode.TextDocumentSaveReason.Manual) {
            this.#automatic.add(uri.toString());
          }
        }
      }),
    ];
  }

  watch(): vscode.Disposable {
    return { dispose: () => {} };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { createdAt, text } = await this.#read(uri);
    // The length moves with the content, which is all that VS Code compares.
    return { type: vscode.FileType.File, ctime: createdAt, mtime: createdAt + text.length, size: text.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode((await this.#read(uri)).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const text = new TextDecoder().decode(content);
    if (this.#automatic.delete(uri.toString())) {
      // It comes in the middle of a word, and half a role is nobody's wish: only who saves by hand signs.
      this.#texts.set(credentialIdOf(uri), { text });
      return;
    }
    const { saveTemplate } = await import('./editClaims.ts');
    try {
      const signed = await saveTemplate(this.#services, credentialIdOf(uri), text);
      this.#texts.set(credentialIdOf(uri), { text, signed });
    } catch (error) {
      // VS Code shows the sentence and keeps what was typed.
      const { savingProblem } = await import('./editClaims.ts');
      throw vscode.FileSystemError.Unavailable(savingProblem(error));
    }
    (await this.#help)?.refresh();
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    void this.#help?.then(help => help.dispose());
  }

  async #read(uri: vscode.Uri): Promise<{ readonly createdAt: number; readonly text: string }> {
    const { vault } = this.#services;
    try {
      await vault.load();
      const credential = await vault.readCredential(credentialIdOf(uri));
      if (credential.kind === 'signedJwt') {
        const { templateText } = await import('./templateText.ts');
        this.#help ??= import('./templateHelp.ts').then(({ TemplateHelp }) => new TemplateHelp(this.#services));
        const text = templateText(credential.template);
        const written = this.#texts.get(credential.id);
        // What another window has signed since counts more than what was signed here, but not more than what was not.
        const isOutdated = written?.signed !== undefined && templateText(written.signed) !== text;
        return { createdAt: credential.createdAt, text: written && !isOutdated ? written.text : text };
      }
    } catch {
      // Not there, or not to be read now: either way there is no such file.
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }
}

/** Which credential a document of {@link templateScheme} stands for. */
export function credentialIdOf(uri: vscode.Uri): string {
  return uri.path.split('/')[1] ?? '';
}
