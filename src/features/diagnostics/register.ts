import * as vscode from 'vscode';
import type { Finding, Severity } from '../../core/findings.ts';
import type { FileSnapshot, Snapshot } from '../../core/inventory/types.ts';
import type { Disposable } from '../../core/ports.ts';
import { documentUri } from '../../platform/configFiles.ts';
import { fileUri } from '../../platform/configLocations.ts';
import { findingText } from '../../platform/texts.ts';
import type { Services } from '../../services.ts';
import { lazyFindingActions } from './lazyActions.ts';

export const diagnosticSource = 'MCP Keyring';

/** Findings in the Problems view, with their quick fixes. */
export function registerDiagnostics(services: Services): Disposable {
  const collection = vscode.languages.createDiagnosticCollection('mcpKeyring');
  /** By file: what it holds, and where its problems stand. */
  const shown = new Map<string, { readonly files: readonly FileSnapshot[]; readonly at: vscode.Uri }>();
  const show = (snapshot: Snapshot) => {
    // One file may hold the servers of several projects, each with a snapshot of its own.
    const now = Map.groupBy(snapshot.files, ({ source }) => source.uri.split('#', 1)[0] ?? '');
    for (const [uri, { at }] of [...shown].filter(([uri]) => !now.has(uri))) {
      shown.delete(uri);
      collection.delete(at);
    }
    for (const [uri, files] of now) {
      // A snapshot of a file is replaced whenever anything in it is different.
      const before = shown.get(uri);
      if (before?.files.length !== files.length || files.some((file, index) => file !== before.files[index])) {
        const at = documentUri(fileUri(uri));
        shown.set(uri, { files, at });
        collection.set(at, files.flatMap(diagnosticsOf));
      }
    }
  };
  /** On the desktop the user's own files are shown under another scheme than they are read. */
  const move = (document: vscode.TextDocument) => {
    const [place] = document.uri.scheme === 'vscode-userdata' ? services.files.locationsIn(document) : [];
    const problems = place && shown.get(place.uri.toString());
    if (place && problems) {
      collection.delete(problems.at);
      const at = documentUri(place.uri);
      shown.set(place.uri.toString(), { ...problems, at });
      collection.set(at, problems.files.flatMap(diagnosticsOf));
    }
  };
  const actions = vscode.languages.registerCodeActionsProvider(
    // Further files may have any name, and of a document that is none of ours nothing is looked at.
    { pattern: '**' },
    lazyFindingActions(services),
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
  return vscode.Disposable.from(
    collection,
    services.inventory.onDidChange(show),
    actions,
    vscode.workspace.onDidOpenTextDocument(move),
    vscode.workspace.onDidCloseTextDocument(move),
  );
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
