/** What the page shows: words, ready to be put there as text. */
export interface ReportView {
  readonly server: string;
  readonly url: string;
  /** When it was tested. */
  readonly tested: string;
  readonly tone: 'good' | 'warning' | 'bad';
  /** The tone in a word. */
  readonly state: string;
  readonly verdict: string;
  /** Further sentences on a server that works. */
  readonly notes: readonly string[];
  readonly buttons: readonly ButtonView[];
  /** What else it may be, the likeliest first. */
  readonly others: readonly CauseView[];
  readonly steps: readonly StepView[];
  readonly lists: readonly ListView[];
  readonly call?: { readonly heading: string; readonly outcome: string; readonly text: string };
  readonly labels: ReportLabels;
}

export interface ReportLabels {
  readonly others: string;
  readonly steps: string;
  readonly step: string;
  readonly outcome: string;
  readonly time: string;
  readonly requests: string;
  readonly sent: string;
  readonly answered: string;
  readonly nothing: string;
  readonly callTool: string;
  readonly testAgain: string;
  readonly testing: string;
}

export interface CauseView {
  readonly text: string;
  readonly buttons: readonly ButtonView[];
}

/** `cause` and `offer` say which offer of which cause is meant. */
export interface ButtonView {
  readonly label: string;
  readonly cause: number;
  readonly offer: number;
}

export interface StepView {
  readonly name: string;
  readonly outcome: string;
  readonly state: 'done' | 'failed' | 'notNeeded';
  readonly time: string;
  readonly requests: readonly RequestView[];
}

export interface RequestView {
  /** `POST https://example.com/mcp initialize` */
  readonly line: string;
  /** `401, 12 ms` */
  readonly result: string;
  readonly failed: boolean;
  readonly sent: readonly { readonly name: string; readonly value: string }[];
  readonly received: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
}

export interface ListView {
  readonly heading: string;
  readonly items: readonly { readonly name: string; readonly description: string }[];
}

export type ReportMessage =
  | { readonly type: 'report'; readonly view: ReportView }
  /** A test is under way. */
  | { readonly type: 'testing'; readonly text: string };

export type ReportRequest =
  | { readonly type: 'ready' }
  | { readonly type: 'fix'; readonly cause: number; readonly offer: number }
  | { readonly type: 'again' }
  | { readonly type: 'callTool' };

/** What a page may ask for; undefined for anything else. */
export function readReportRequest(message: unknown): ReportRequest | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) {
    return undefined;
  }
  const { type, cause, offer } = message as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'ready':
    case 'again':
    case 'callTool':
      return { type };
    case 'fix':
      return typeof cause === 'number' && typeof offer === 'number' ? { type, cause, offer } : undefined;
    default:
      return undefined;
  }
}
