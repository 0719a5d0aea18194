import * as vscode from 'vscode';
import type { SignedJwtCredential, SigningKey } from '../../core/credentials/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { errorText, fieldText } from '../../platform/errorTexts.ts';
import type { Services } from '../../services.ts';
import { credentialIdOf, templateScheme } from './templates.ts';
import { readTemplate, type TemplateProblem, templateProblem, templateText } from './templateText.ts';

/** Nobody is told off for the middle of a word. In ms. */
const quietTime = 300;

/** Stands by while a template is edited: what keeps it from being signed is marked, and what can be signed is offered to be. */
export class TemplateHelp implements vscode.CodeLensProvider, Disposable {
  readonly #services: Services;
  readonly #problems = vscode.languages.createDiagnosticCollection('mcpKeyring.template');
  readonly #lensesChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#lensesChanged.event;
  readonly #subscriptions: vscode.Disposable[];
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(services: Services) {
    this.#services = services;
    this.#subscriptions = [
      this.#problems,
      this.#lensesChanged,
      vscode.workspace.onDidOpenTextDocument(document => this.#soon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document, quietTime)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#problems.delete(uri)),
      vscode.languages.registerCodeLensProvider({ scheme: templateScheme }, this),
    ];
    this.refresh();
  }

  /** Looks at every open template again. */
  refresh(): void {
    for (const document of vscode.workspace.textDocuments) {
      this.#soon(document, 0);
    }
    this.#lensesChanged.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const edited = this.#edited(document);
    const text = document.getText();
    if (!edited || templateProblem(text, edited.key)) {
      return [];
    }
    // Blanks and the order of members sign nothing else.
    return templateText(readTemplate(text, edited.key)) === templateText(edited.credential.template)
      ? []
      : [
          new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
            title: `$(pass) ${vscode.l10n.t('Sign a new token with this')}`,
            tooltip: vscode.l10n.t('Saving does it, too. Auto save keeps the text, but signs nothing.'),
            command: 'workbench.action.files.save',
          }),
        ];
  }

  dispose(): void {
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #soon(document: vscode.TextDocument, delay: number): void {
    if (document.uri.scheme !== templateScheme) {
      return;
    }
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        this.#check(document);
      }, delay),
    );
  }

  #check(document: vscode.TextDocument): void {
    const edited = document.isClosed ? undefined : this.#edited(document);
    const problem = edited && templateProblem(document.getText(), edited.key);
    this.#problems.set(document.uri, problem ? [diagnosticOf(problem, document)] : []);
    this.#lensesChanged.fire();
  }

  #edited({ uri }: vscode.TextDocument): { credential: SignedJwtCredential; key: SigningKey } | undefined {
    const { vault } = this.#services;
    const credential = uri.scheme === templateScheme ? vault.credential(credentialIdOf(uri)) : undefined;
    const key = credential?.kind === 'signedJwt' ? vault.signingKey(credential.keyId) : undefined;
    return credential?.kind === 'signedJwt' && key ? { credential, key } : undefined;
  }
}

function diagnosticOf({ error, span }: TemplateProblem, document: vscode.TextDocument): vscode.Diagnostic {
  const sentence = error.code === 'argument-invalid' ? fieldText(error, 'claims') : errorText(error);
  const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
  const diagnostic = new vscode.Diagnostic(
    range,
    vscode.l10n.t('{0} Nothing is signed until this is mended.', sentence),
    vscode.DiagnosticSeverity.Error,
  );
  diagnostic.source = 'MCP Keyring';
  return diagnostic;
}
