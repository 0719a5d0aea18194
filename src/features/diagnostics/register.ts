import * as vscode from 'vscode';
import type { Finding, Severity } from '../../core/findings.ts';
import type { FileSnapshot, Snapshot } from '../../core/inventory/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { findingText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { lazyFindingActions } from './lazyActions.ts';

export const diagnosticSource = 'MCP Keyring';

/** Findings in the Problems view, with their quick fixes. */
export function registerDiagnostics(services: Services): Disposable {
  const collection = vscode.languages.createDiagnosticCollection('mcpKeyring');
  const shown = new Map<string, FileSnapshot>();
  const show = (snapshot: Snapshot) => {
    const now = new Set(snapshot.files.map(file => file.source.uri));
    for (const uri of [...shown.keys()].filter(uri => !now.has(uri))) {
      shown.delete(uri);
      collection.delete(vscode.Uri.parse(uri));
    }
    for (const file of snapshot.files) {
      // A snapshot of a file is replaced whenever anything in it is different.
      if (shown.get(file.source.uri) !== file) {
        shown.set(file.source.uri, file);
        collection.set(vscode.Uri.parse(file.source.uri), diagnosticsOf(file));
      }
    }
  };
  const actions = vscode.languages.registerCodeActionsProvider(
    [{ pattern: '**/mcp.json' }, { pattern: '**/.mcp.json' }, { pattern: '**/*.code-workspace' }],
    lazyFindingActions(services),
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
  return vscode.Disposable.from(collection, services.inventory.onDidChange(show), actions);
}

function diagnosticsOf(file: FileSnapshot): vscode.Diagnostic[] {
  const { content } = file.source;
  if (content.state !== 'text') {
    return [];
  }
  const positions = new Positions(content.text);
  const ofServers = file.servers.flatMap(server => [
    ...server.findings,
    ...server.headers.flatMap(header => header.findings),
  ]);
  return [...(file.findings ?? []), ...ofServers].map(finding => diagnosticOf(finding, positions));
}

function diagnosticOf(finding: Finding, positions: Positions): vscode.Diagnostic {
  const { start, end } = finding.span ?? { start: 0, end: 0 };
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(positions.at(start), positions.at(end)),
    findingText(finding),
    severities[finding.severity],
  );
  diagnostic.source = diagnosticSource;
  diagnostic.code = finding.code;
  return diagnostic;
}

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** From offsets to lines, for a text that may be open in no editor. */
class Positions {
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      // As VS Code counts lines: LF, CR LF and a lone CR end one.
      if (code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10)) {
        this.#lineStarts.push(index + 1);
      }
    }
  }

  at(offset: number): vscode.Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return new vscode.Position(low, offset - (this.#lineStarts[low] ?? 0));
  }
}
