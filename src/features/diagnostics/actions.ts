import * as vscode from 'vscode';
import { wayOut } from '../../core/config/variableNames.ts';
import { isRenewable } from '../../core/credentials/token.ts';
import { type ExposedSecret, exposedIn } from '../../core/inventory/exposedList.ts';
import type { FileSnapshot, HeaderSnapshot, ServerSnapshot } from '../../core/inventory/types.ts';
import { repairHeaderValue } from '../../core/jwt/mendHeader.ts';
import type { Span } from '../../core/text.ts';
import type { CommandId, Commands, SecretTarget, ServerTarget } from '../../ids.ts';
import { offerText } from '../../platform/causeTexts.ts';
import { filesIn } from '../../platform/shownFiles.ts';
import type { Services } from '../../services.ts';

/** Quick fixes: for each finding at the place, what can be done about it. They run commands, so that every way leads through one. */
export class FindingActions implements vscode.CodeActionProvider {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const span = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    return filesIn(this.#services, document).flatMap(file => this.#actionsIn(file, document, span, context));
  }

  #actionsIn(
    file: FileSnapshot,
    document: vscode.TextDocument,
    { start, end }: Span,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const { uri } = file.source;
    // Where clients resolve nothing, a secret can only stand in clear.
    const way = wayOut(file.source.format);
    const ofHeaders = file.servers.flatMap(server =>
      server.headers
        .filter(({ parsed }) => parsed.nameSpan.start <= end && parsed.valueSpan.end >= start)
        .flatMap(header => this.#fixes(uri, server, header, way, context.diagnostics)),
    );
    const ofUrls = file.servers
      .filter(({ parsed, url }) => url !== undefined && isAt(parsed.url?.span, start, end))
      .flatMap(server => connectionFixes(uri, server, context.diagnostics));
    const ofSecrets = exposedIn(file)
      .filter(({ header, span }) => !header && span.start <= end && span.end >= start)
      .flatMap(secret => exposedFix(document, secret, context.diagnostics) ?? []);
    return [...ofHeaders, ...ofUrls, ...ofSecrets];
  }

  #fixes(
    file: string,
    server: ServerSnapshot,
    header: HeaderSnapshot,
    way: ReturnType<typeof wayOut>,
    diagnostics: readonly vscode.Diagnostic[],
  ): vscode.CodeAction[] {
    const target: ServerTarget = { file, server: server.parsed.name, header: header.parsed.name };
    const codes = new Set<string>(header.findings.map(finding => finding.code));
    const credential =
      header.credentialId === undefined ? undefined : this.#services.vault.credential(header.credentialId);
    const aging = ['token-expired', 'token-expires-soon', 'token-not-yet-valid'].filter(code => codes.has(code));
    const fixes: vscode.CodeAction[] = [];
    const add = <K extends CommandId>(title: string, solved: readonly string[], command: K, ...args: Commands[K]) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { title, command, arguments: args };
      action.diagnostics = diagnostics.filter(diagnostic => solved.includes(String(diagnostic.code)));
      action.isPreferred = fixes.length === 0;
      fixes.push(action);
    };
    const invalid = [...codes].filter(code => code.startsWith('header-'));
    const { name, value } = header.parsed;
    if (invalid.length > 0 && value !== undefined && repairHeaderValue(name, value) !== undefined) {
      const title = codes.has('header-scheme-missing')
        ? vscode.l10n.t('Add “Bearer ” to the header')
        : vscode.l10n.t('Repair the header');
      add(title, invalid, 'mcpKeyring.servers.repairHeader', target);
    }
    if (codes.has('sign-in-needed') && credential) {
      const solved = ['sign-in-needed', ...aging];
      add(vscode.l10n.t('Sign in again...'), solved, 'mcpKeyring.credentials.signIn', { credentialId: credential.id });
    } else if (aging.length > 0 && credential && isRenewable(credential)) {
      add(vscode.l10n.t('Renew the token'), aging, 'mcpKeyring.servers.renewToken', target);
    } else if (aging.length > 0 && credential) {
      const credentialId = credential.id;
      add(vscode.l10n.t('Replace the token...'), aging, 'mcpKeyring.credentials.replaceToken', { credentialId });
    } else if (aging.length > 0) {
      add(vscode.l10n.t('Attach a credential...'), aging, 'mcpKeyring.servers.attachCredential', target);
    }
    if (way !== undefined && codes.has('secret-in-file') && server.url !== undefined) {
      if (credential && (way === 'reference' || credential.terminal)) {
        add(
          vscode.l10n.t('Replace by a reference to the keyring'),
          ['secret-in-file'],
          'mcpKeyring.servers.attachCredential',
          target,
          { credentialId: credential.id },
        );
      } else {
        add(vscode.l10n.t('Move to the keyring'), ['secret-in-file'], 'mcpKeyring.servers.moveToKeyring', target);
      }
    }
    const unattached = ['credential-missing', 'credential-refused'].filter(code => codes.has(code));
    if (codes.has('credential-missing')) {
      add(vscode.l10n.t('Add a credential...'), unattached, 'mcpKeyring.addCredential', target);
    }
    if (unattached.length > 0) {
      add(vscode.l10n.t('Attach a credential...'), unattached, 'mcpKeyring.servers.attachCredential', target);
    }
    return fixes;
  }
}

function isAt(span: Span | undefined, start: number, end: number): boolean {
  return span !== undefined && span.start <= end && span.end >= start;
}

/** At the URL of a server that a test found something wrong with: what the test offers to do, and another test. */
function connectionFixes(
  file: string,
  { parsed, verdict }: ServerSnapshot,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction[] {
  if (!verdict) {
    return [];
  }
  const target: ServerTarget = { file, server: parsed.name };
  const solved = diagnostics.filter(({ code }) => code === 'connection-failed');
  const make = <K extends CommandId>(title: string, command: K, ...args: Commands[K]) => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { title, command, arguments: args };
    action.diagnostics = solved;
    return action;
  };
  const fixes = verdict.fixes
    .filter(({ kind }) => kind !== 'testAgain' && kind !== 'showInFile')
    .map(fix => make(offerText(fix), 'mcpKeyring.servers.applyFix', target, fix));
  const [first] = fixes;
  if (first) {
    first.isPreferred = true;
  }
  return [...fixes, make(vscode.l10n.t('Test Connection'), 'mcpKeyring.servers.testConnection', target)];
}

/** What can be done about a secret that is no header's. */
function exposedFix(
  document: vscode.TextDocument,
  { file, finding, span, remedy }: ExposedSecret,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction | undefined {
  if (remedy !== 'ask' && remedy !== 'dropDefault') {
    return undefined;
  }
  const title =
    remedy === 'ask' ? vscode.l10n.t('Ask for it at start instead') : vscode.l10n.t('Remove the default value');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const target: SecretTarget = { file: file.source.uri, start: span.start };
  action.command = { title, command: 'mcpKeyring.askAtStart' satisfies CommandId, arguments: [target] };
  action.diagnostics = diagnostics.filter(
    ({ code, range }) => code === finding.code && document.offsetAt(range.start) === span.start,
  );
  action.isPreferred = true;
  return action;
}
