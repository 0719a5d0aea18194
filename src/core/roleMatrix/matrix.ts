import type { ListOutcome } from '../connection/connectAndList.ts';
import { type ListKind, listKinds } from '../connection/connection.ts';
import { plainText } from '../text.ts';
import { type Refusal, refusalOf } from './refusal.ts';

/** With whose eyes the server is looked at. */
export interface RoleSource {
  /** A credential's or preset's name, as it came. */
  readonly name: string;
  readonly kind: 'credential' | 'preset' | 'anonymous';
}

/**
 * `allowed`: the server lists it; `refused`: it lists it to another role and not to this one, or lets this one in nowhere;
 * `unknown`: nobody can say, since the list was not to be had, or not all of it.
 */
export type Access = 'allowed' | 'refused' | 'unknown';

export interface RoleColumn extends RoleSource {
  /** `partly`: some list was refused, not to be had, or longer than what is read of it. */
  readonly state: 'connected' | 'partly' | 'refused' | 'failed';
  /** Why the server could not be asked, or not for everything. */
  readonly problem?: Refusal;
  /** Such as `2025-11-25`; absent without a connection. */
  readonly protocolVersion?: string;
  /** How many of each kind the server lists. */
  readonly counts: Readonly<Record<ListKind, number>>;
}

/** A tool, resource or prompt, and what each role may do with it. Texts are the server's, fit for one line on the screen. */
export interface MatrixRow {
  readonly kind: ListKind;
  /** Of a resource, its URI. */
  readonly name: string;
  readonly description: string;
  /** One for each column. */
  readonly access: readonly Access[];
  /** Whether one role is allowed what another is refused. */
  readonly differs: boolean;
}

/** What each of several roles may do at a server. */
export interface RoleMatrix {
  readonly columns: readonly RoleColumn[];
  /** Tools, then resources, then prompts; each in the order of the first list that has it. */
  readonly rows: readonly MatrixRow[];
  /** Whether there was more than is read of a list. */
  readonly truncated: boolean;
}

/** What was found with one role: the outcome of connecting, or why there was nothing to send. */
export interface RoleOutcome {
  readonly source: RoleSource;
  readonly outcome: ListOutcome | { readonly notSent: string };
}

/** Puts what was found with each role side by side. */
export function roleMatrix(outcomes: readonly RoleOutcome[]): RoleMatrix {
  const columns = outcomes.map(columnOf);
  const rows = listKinds.flatMap(kind => rowsOf(kind, outcomes));
  const truncated = outcomes.some(
    ({ outcome }) => 'lists' in outcome && listKinds.some(kind => outcome.lists[kind]?.truncated),
  );
  return { columns, rows, truncated };
}

function columnOf({ source, outcome }: RoleOutcome): RoleColumn {
  const counts = { tools: 0, resources: 0, prompts: 0 };
  const head = { ...source, name: plainText(source.name, 80) };
  if ('notSent' in outcome) {
    return { ...head, state: 'failed', problem: { code: 'not-sent', reason: outcome.notSent }, counts };
  }
  if (outcome.failure) {
    const problem = refusalOf(outcome.failure);
    return { ...head, state: problem.code === 'refused' ? 'refused' : 'failed', problem, counts };
  }
  let problem: Refusal | undefined;
  let partly = false;
  for (const kind of listKinds) {
    const list = outcome.lists[kind];
    counts[kind] = list?.items.length ?? 0;
    partly ||= list?.truncated === true || list?.state === 'failed';
    if (list?.failure) {
      problem ??= refusalOf(list.failure);
    }
  }
  return {
    ...head,
    state: partly ? 'partly' : 'connected',
    ...(problem && { problem }),
    ...(outcome.connected && { protocolVersion: outcome.connected.protocolVersion }),
    counts,
  };
}

function rowsOf(kind: ListKind, outcomes: readonly RoleOutcome[]): MatrixRow[] {
  const described = new Map<string, string>();
  const views = outcomes.map(({ outcome }) => viewOf(kind, outcome, described));
  return [...described].map(([name, description]) => {
    const access = views.map(({ listed, otherwise }) => (listed.has(name) ? 'allowed' : otherwise));
    return {
      kind,
      name: plainText(name, 200),
      description: plainText(description, 300),
      access,
      differs: access.includes('allowed') && access.includes('refused'),
    };
  });
}

/** What one role sees of a kind, and what it means that something isn't there. Names are compared as they came. */
function viewOf(
  kind: ListKind,
  outcome: RoleOutcome['outcome'],
  described: Map<string, string>,
): { readonly listed: ReadonlySet<string>; readonly otherwise: Access } {
  const listed = new Set<string>();
  if ('notSent' in outcome) {
    return { listed, otherwise: 'unknown' };
  }
  const list = outcome.lists[kind];
  for (const { name, title, description } of list?.items ?? []) {
    listed.add(name);
    if (!described.get(name)) {
      described.set(name, description || title || '');
    }
  }
  const failure = outcome.failure ?? list?.failure;
  if (failure) {
    return { listed, otherwise: refusalOf(failure).code === 'refused' ? 'refused' : 'unknown' };
  }
  return { listed, otherwise: list?.truncated ? 'unknown' : 'refused' };
}
