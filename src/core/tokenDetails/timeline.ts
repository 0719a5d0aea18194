import type { TokenTimes } from '../jwt/claims.ts';

/** One or more moments of a token's life that fall together, as a place on a line from 0 to 1. */
export interface TimelineMark {
  readonly kinds: readonly TimelineMoment[];
  /** In ms since the epoch. */
  readonly at: number;
  readonly position: number;
}

export type TimelineMoment = 'iat' | 'nbf' | 'exp';

/** A token's life as a line. It says nothing of now: {@link nowPosition} does, as often as it's wanted. */
export interface Timeline {
  readonly marks: readonly TimelineMark[];
  /** Where the token is good, from 0 to 1: from the very left where it doesn't say since when, to the right where it never ends. */
  readonly good: { readonly from: number; readonly to: number };
  /** What the places of moments between the first and the last mark follow from. */
  readonly scale: { readonly from: Anchor; readonly to: Anchor };
  readonly opensLeft: boolean;
  readonly opensRight: boolean;
}

interface Anchor {
  readonly at: number;
  readonly position: number;
}

/** The life takes up the middle, so that there is room for a now before and after it. */
const left = 0.12;
const right = 0.88;
/** Where a token has no end, what is known of its beginning takes up less. */
const leftPart = 0.35;
const outermost = 0.03;
/** Marks that are closer than this can't be told apart. */
const together = 0.02;

/** The line of a token; undefined when it has no time that makes sense. */
export function timelineOf(times: TokenTimes): Timeline | undefined {
  const moments = (['iat', 'nbf', 'exp'] as const)
    .flatMap(kind => {
      const { at } = times[kind];
      return at === undefined ? [] : [{ kind, at }];
    })
    .sort((a, b) => a.at - b.at);
  const first = moments[0];
  const last = moments.at(-1);
  if (!first || !last) {
    return undefined;
  }
  const exp = times.exp.at;
  const begin = times.nbf.at ?? times.iat.at;
  const scale = {
    from: { at: first.at, position: exp !== undefined && begin === undefined ? right : left },
    to: { at: last.at, position: exp === undefined ? leftPart : right },
  };
  const marks: TimelineMark[] = [];
  for (const { kind, at } of moments) {
    const position = place(scale, at);
    const before = marks.at(-1);
    if (before && position - before.position < together) {
      marks[marks.length - 1] = { ...before, kinds: [...before.kinds, kind] };
    } else {
      marks.push({ kinds: [kind], at, position });
    }
  }
  const from = begin === undefined ? 0 : place(scale, begin);
  return {
    marks,
    good: { from, to: Math.max(from, exp === undefined ? 1 : place(scale, exp)) },
    scale,
    opensLeft: begin === undefined,
    opensRight: exp === undefined,
  };
}

/** Where now is on the line. What lies outside the token's life is near the edge, however far away it is. */
export function nowPosition({ scale, opensLeft, opensRight }: Timeline, now: number): number {
  if (now > scale.to.at) {
    // Beside a long life a moment after its end would still be on the mark.
    return opensRight ? 0.65 : Math.min(1 - outermost, Math.max(place(scale, now), right + outermost));
  }
  if (now < scale.from.at) {
    return opensLeft ? 0.5 : Math.max(outermost, Math.min(place(scale, now), left - outermost));
  }
  return place(scale, now);
}

function place({ from, to }: Timeline['scale'], at: number): number {
  return to.at === from.at
    ? from.position
    : from.position + ((at - from.at) / (to.at - from.at)) * (to.position - from.position);
}
