import type { PanelAction } from '../../core/tokenDetails/requests.ts';
import type { Timeline, TimelineMoment } from '../../core/tokenDetails/timeline.ts';

// What goes from the extension to the page. All of it is text to be shown as text; the page has no words of its own.

/** What the extension tells the page. */
export type PanelMessage =
  | { readonly type: 'view'; readonly view: PanelView }
  /** There is nothing to show, and why. */
  | { readonly type: 'empty'; readonly empty: EmptyView }
  /** The answer to `reveal`. The only message that ever holds a secret. */
  | { readonly type: 'token'; readonly request: string; readonly segments: readonly string[] }
  /** A description has been stored. */
  | { readonly type: 'described' };

export interface EmptyView {
  readonly title: string;
  readonly text: string;
  readonly button?: { readonly label: string; readonly request: 'manageTrust' | 'close' };
}

export interface PanelView {
  readonly credentialId: string;
  readonly labels: PanelLabels;
  readonly name: string;
  readonly kind: string;
  readonly status: { readonly word: string; readonly tone: Tone; readonly sentence: string };
  readonly description: string;
  readonly facts: readonly FactView[];
  readonly actions: readonly ActionView[];
  readonly findings: readonly FindingView[];
  readonly token: TokenView;
  readonly timeline?: TimelineView;
  readonly claims?: MembersView;
  readonly parameters?: MembersView;
  readonly checks: readonly CheckView[];
  /** The kinds of servers that would refuse the token, each with its reasons. Absent where it is no JWT. */
  readonly refusedBy?: readonly { readonly server: string; readonly reasons: readonly string[] }[];
  readonly attachments: readonly AttachmentView[];
  readonly examples: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  readonly history: readonly HistoryView[];
}

export type Tone = 'good' | 'warning' | 'bad' | 'neutral';

/** A moment: in ms, and in local time. How far away it is the page says itself, since that changes. */
export interface MomentView {
  readonly at: number;
  readonly text: string;
}

export interface FactView {
  readonly label: string;
  readonly text?: string;
  readonly moment?: MomentView;
}

export interface ActionView {
  readonly action: PanelAction;
  readonly label: string;
}

export interface FindingView {
  readonly severity: 'error' | 'warning' | 'information';
  /** The severity in a word. */
  readonly word: string;
  readonly text: string;
}

export interface TokenView {
  /** Another number is another token: what is shown of the one before has to go. */
  readonly version: number;
  /** What stands for each part while it's hidden. Empty where there is no token. */
  readonly segments: readonly SegmentView[];
  readonly title: string;
  /** What the token is, or why there is none. */
  readonly text: string;
}

export interface SegmentView {
  readonly part: 'header' | 'payload' | 'signature' | 'whole';
  readonly label: string;
  /** How many glyphs stand for it. */
  readonly glyphs: number;
}

export interface TimelineView {
  readonly timeline: Timeline;
  /** Short words for the marks. */
  readonly marks: Readonly<Record<TimelineMoment | 'now', string>>;
  readonly facts: readonly FactView[];
  /** iat (or nbf) and exp in ms, for what part of the life is over. */
  readonly life?: { readonly from: number; readonly to: number };
  /** What the picture shows, for those who can't see it. */
  readonly spoken: string;
}

export interface MembersView {
  readonly rows: readonly MemberView[];
  /** Says that there are more; empty where there are not. */
  readonly more: string;
}

export interface MemberView {
  readonly name: string;
  readonly text?: string;
  readonly code?: string;
  readonly items?: readonly string[];
  readonly moment?: MomentView;
  /** Says that something was cut off. */
  readonly more?: string;
  /** What the member means; empty for one that is nobody's standard. */
  readonly meaning: string;
  readonly source: string;
}

export interface CheckView {
  readonly check: string;
  readonly outcome: 'passed' | 'failed' | 'notChecked';
  readonly word: string;
  readonly text: string;
}

export interface AttachmentView {
  readonly url: string;
  readonly header: string;
  readonly inUse: boolean;
  readonly use: string;
  readonly since: MomentView;
  /** One without a key stands in no file, so there is nothing to show. */
  readonly places: readonly { readonly key?: string; readonly text: string }[];
}

export interface HistoryView {
  readonly moment: MomentView;
  readonly event: string;
  readonly server: string;
}

/** The page's own words. `{0}` and `{1}` are filled in by the page. */
export type PanelLabels = Readonly<Record<PanelLabel, string>>;

export type PanelLabel =
  | 'description'
  | 'noDescription'
  | 'editDescription'
  | 'addDescription'
  | 'save'
  | 'cancel'
  | 'actions'
  | 'facts'
  | 'problems'
  | 'noProblems'
  | 'hidden'
  | 'shown'
  | 'reveal'
  | 'hide'
  | 'copy'
  | 'lifetime'
  | 'spent'
  | 'claims'
  | 'noClaims'
  | 'parameters'
  | 'claim'
  | 'parameter'
  | 'value'
  | 'meaning'
  | 'verification'
  | 'notVerified'
  | 'check'
  | 'outcome'
  | 'reason'
  | 'servers'
  | 'serversNote'
  | 'noRefusal'
  | 'attachments'
  | 'noAttachments'
  | 'server'
  | 'header'
  | 'use'
  | 'since'
  | 'configFile'
  | 'showInFile'
  | 'noFile'
  | 'usage'
  | 'usageNote'
  | 'copyExample'
  | 'history'
  | 'noHistory'
  | 'time'
  | 'event'
  | 'showAll'
  | 'seconds'
  | 'minutes'
  | 'hours'
  | 'days'
  | 'in'
  | 'ago';
