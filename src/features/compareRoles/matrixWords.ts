import { l10n } from 'vscode';
import { listKinds } from '../../core/connection/connection.ts';
import type { ExportWords } from '../../core/roleMatrix/export.ts';
import type { RoleColumn, RoleMatrix } from '../../core/roleMatrix/matrix.ts';
import type { Refusal } from '../../core/roleMatrix/refusal.ts';
import { plainText } from '../../core/text.ts';
import { listHeading } from '../../platform/causeTexts.ts';
import { absoluteTime } from '../../platform/times.ts';
import type { MatrixLabels, MatrixView } from './matrixView.ts';

/** The matrix in words, as the page shows it. */
export function matrixView(server: string, url: string, matrix: RoleMatrix, at: number): MatrixView {
  const { columns, rows } = matrix;
  return {
    labels: matrixLabels(),
    title: title(server),
    url: plainText(url, 300),
    summary: summaryOf(matrix),
    when: l10n.t('Asked on {0}', absoluteTime(at)),
    notes: notesOf(matrix),
    columns: columns.map(column => ({
      name: column.name,
      kind: kindWord(column),
      state: column.state,
      word: stateWord(column, rows.length),
      sentence: column.problem ? problemText(column.problem) : '',
    })),
    sections: listKinds.flatMap(kind => {
      const ofKind = rows.filter(row => row.kind === kind);
      return ofKind.length === 0
        ? []
        : [
            {
              heading: l10n.t('{0} ({1})', listHeading(kind), ofKind.length),
              rows: ofKind.map(({ name, description, access, differs }) => ({ name, description, access, differs })),
            },
          ];
    }),
  };
}

export function title(server: string): string {
  return l10n.t('Roles at {0}', plainText(server, 80));
}

export function exportWords(): ExportWords {
  const labels = matrixLabels();
  return {
    kinds: { tools: listHeading('tools'), resources: listHeading('resources'), prompts: listHeading('prompts') },
    access: { allowed: labels.allowed, refused: labels.refused, unknown: labels.unknown },
    kind: l10n.t('Kind'),
    name: l10n.t('Name'),
    differs: labels.difference,
    yes: l10n.t('yes'),
    differenceMark: labels.differs,
  };
}

function matrixLabels(): MatrixLabels {
  return {
    allowed: l10n.t('allowed'),
    refused: l10n.t('refused'),
    unknown: l10n.t('not known'),
    actions: l10n.t('Actions'),
    onlyDifferences: l10n.t('Show Only Differences'),
    copyMarkdown: l10n.t('Copy as Markdown'),
    saveCsv: l10n.t('Save as CSV...'),
    again: l10n.t('Ask Again'),
    roles: l10n.t('Roles'),
    role: l10n.t('Role'),
    outcome: l10n.t('Outcome'),
    reason: l10n.t('Reason'),
    differs: l10n.t('differs'),
    difference: l10n.t('Difference'),
    showAll: l10n.t('Show All {0}', '{0}'),
    noDifferences: l10n.t('No role is allowed anything that another is refused.'),
    asking: l10n.t('Asking the server...'),
  };
}

function summaryOf({ columns, rows }: RoleMatrix): string {
  const differing = rows.filter(({ differs }) => differs).length;
  if (rows.length === 0) {
    return columns.some(({ state }) => state === 'connected' || state === 'partly')
      ? l10n.t('The server lists no tools, resources or prompts to any of these roles.')
      : l10n.t('The server let none of these roles in.');
  }
  if (columns.length === 1) {
    return l10n.t('The server lists {0} tools, resources and prompts to this role.', rows.length);
  }
  return differing === 0
    ? l10n.t('No role is allowed anything that another is refused.')
    : l10n.t('The roles differ in {0} of {1} tools, resources and prompts.', differing, rows.length);
}

function notesOf({ truncated }: RoleMatrix): string[] {
  return [
    l10n.t(
      'Allowed means that the server lists it to this role. Nothing was called, and a server may still refuse a call.',
    ),
    ...(truncated ? [l10n.t('The server has more than is read of one list, so what is not here is not known.')] : []),
  ];
}

function kindWord({ kind }: RoleColumn): string {
  switch (kind) {
    case 'credential':
      return l10n.t('credential');
    case 'preset':
      return l10n.t('role preset');
    case 'anonymous':
      return l10n.t('no credential');
  }
}

function stateWord({ state, counts }: RoleColumn, all: number): string {
  const total = counts.tools + counts.resources + counts.prompts;
  switch (state) {
    case 'connected':
      return l10n.t('{0} of {1} allowed', total, all);
    case 'partly':
      return l10n.t('{0} of {1} allowed, the rest is not known', total, all);
    case 'refused':
      return l10n.t('refused');
    case 'failed':
      return l10n.t('not asked');
  }
}

/** Why a role got no answer, as a sentence. */
function problemText({ code, status, reason = '' }: Refusal): string {
  const words = plainText(reason, 200);
  switch (code) {
    case 'refused':
      return status === undefined
        ? l10n.t('The server refuses this role: {0}', words)
        : l10n.t('The server refuses this role ({0}).', status);
    case 'not-sent':
      return words;
    case 'network':
      return l10n.t('The server cannot be reached ({0}).', words || l10n.t('no answer'));
    case 'timeout':
      return l10n.t('The server took too long to answer.');
    case 'redirected':
      return l10n.t('The server sends clients elsewhere ({0}). The credential was not sent there.', words);
    case 'bounds':
      return l10n.t('The server’s answer was larger than what is read of one.');
    case 'foreign-origin':
      return l10n.t('The server names an address of another server ({0}). The credential was not sent there.', words);
    case 'http':
      return l10n.t('The server answered with the status {0}.', status ?? 0);
    case 'rpc':
      return l10n.t('The server answered with an error: {0}', words);
    case 'protocol':
      return l10n.t('What the server answered is not MCP.');
    case 'cancelled':
      return l10n.t('Cancelled.');
  }
}
