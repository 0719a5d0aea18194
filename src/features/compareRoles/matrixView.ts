import type { Access } from '../../core/roleMatrix/matrix.ts';

// What goes between the extension and the page. All of it is text to be shown as text; the page has no words of its own.

/** What the extension tells the page. */
export type MatrixMessage =
  | { readonly type: 'view'; readonly view: MatrixView }
  /** The server is being asked again, or no longer is. */
  | { readonly type: 'busy'; readonly busy: boolean };

/** What the page asks of the extension. Whatever else arrives is ignored. */
export const matrixRequests = ['ready', 'copyMarkdown', 'saveCsv', 'again'] as const;
export type MatrixRequest = (typeof matrixRequests)[number];

export interface MatrixView {
  readonly labels: MatrixLabels;
  readonly title: string;
  readonly url: string;
  /** What came of it, in a sentence. */
  readonly summary: string;
  /** When the server was asked. */
  readonly when: string;
  /** What the reader should know about what is not there. */
  readonly notes: readonly string[];
  readonly columns: readonly ColumnView[];
  readonly sections: readonly SectionView[];
}

export interface ColumnView {
  readonly name: string;
  readonly kind: string;
  readonly state: 'connected' | 'partly' | 'refused' | 'failed';
  readonly word: string;
  /** What stood in the way; empty where nothing did. */
  readonly sentence: string;
}

export interface SectionView {
  readonly heading: string;
  readonly rows: readonly RowView[];
}

export interface RowView {
  readonly name: string;
  readonly description: string;
  readonly access: readonly Access[];
  readonly differs: boolean;
}

export type MatrixLabels = Readonly<
  Record<
    | Access
    | 'actions'
    | 'onlyDifferences'
    | 'copyMarkdown'
    | 'saveCsv'
    | 'again'
    | 'roles'
    | 'role'
    | 'outcome'
    | 'reason'
    | 'differs'
    | 'difference'
    | 'showAll'
    | 'noDifferences'
    | 'asking',
    string
  >
>;
