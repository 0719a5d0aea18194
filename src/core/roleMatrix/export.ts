import { type ListKind, listKinds } from '../connection/connection.ts';
import { markdownText } from '../text.ts';
import type { Access, RoleMatrix } from './matrix.ts';

/** The words of an export, in the user's language. */
export interface ExportWords {
  readonly kinds: Readonly<Record<ListKind, string>>;
  readonly access: Readonly<Record<Access, string>>;
  readonly kind: string;
  readonly name: string;
  readonly differs: string;
  readonly yes: string;
  /** What stands behind a row in which the roles differ. */
  readonly differenceMark: string;
}

/** The matrix as a Markdown document: a heading, then a table for each kind that there is something of. */
export function matrixMarkdown(title: string, { columns, rows }: RoleMatrix, words: ExportWords): string {
  const parts = [`# ${markdownText(title)}`];
  for (const kind of listKinds) {
    const ofKind = rows.filter(row => row.kind === kind);
    if (ofKind.length > 0) {
      const head = [words.kinds[kind], ...columns.map(({ name }) => name), words.differs];
      parts.push(
        [
          markdownRow(head),
          `| --- |${' --- |'.repeat(columns.length + 1)}`,
          ...ofKind.map(({ name, access, differs }) =>
            markdownRow([name, ...access.map(each => words.access[each]), differs ? words.differenceMark : '']),
          ),
        ].join('\n'),
      );
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map(cell => markdownText(cell.replace(/[\r\n]+/g, ' '))).join(' | ')} |`;
}

/** The matrix as CSV (RFC 4180): kind, name, one column for each role, whether they differ. */
export function matrixCsv({ columns, rows }: RoleMatrix, words: ExportWords): string {
  const head = [words.kind, words.name, ...columns.map(({ name }) => name), words.differs];
  const lines = rows.map(({ kind, name, access, differs }) => [
    words.kinds[kind],
    name,
    ...access.map(each => words.access[each]),
    differs ? words.yes : '',
  ]);
  // With a byte order mark, or Excel takes it for the system's code page.
  return `\ufeff${[head, ...lines].map(line => `${line.map(csvCell).join(',')}\r\n`).join('')}`;
}

/**
 * A cell that spreadsheets take for a text. One that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is a formula to
 * them (OWASP, "CSV Injection"), also behind blanks; an apostrophe in front of it makes it a text.
 */
function csvCell(text: string): string {
  const inert = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /["',;\r\n\t]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
