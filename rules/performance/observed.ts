import type { EpochMs, Stretch } from '../../model/time.ts';

/**
 * When something could have rung. A rate per operator is over the time in which the alarm system was there for him: days before it
 * began, and hours in which it was down, would make every rate look better than it was.
 */
export interface Seen {
  /** When what is asked about was first there. */
  readonly since: EpochMs;
  /** Now: what is to come has not been seen. */
  readonly until: EpochMs;
  /** When we were away, oldest first, no two overlapping but where our clock was set back. */
  readonly outages: readonly Stretch[];
}

/** The stretches of the period that were observed, in order, no two overlapping; none where nothing was. */
export function observedIn({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }, seen: Seen): readonly Stretch[] {
  const end = Math.min(to, seen.until);
  let begin = Math.max(from, seen.since);
  const found: Stretch[] = [];
  for (const [left, back] of [...seen.outages].sort((a, b) => a[0] - b[0])) {
    if (left > begin && begin < end) found.push([begin, Math.min(left, end)]);
    begin = Math.max(begin, back);
  }
  if (begin < end) found.push([begin, end]);
  return found;
}

export function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** How many of the clock's periods of `unitMs` the stretches touch; each counts once. */
export function periodsOf(stretches: readonly Stretch[], unitMs: number): number {
  let next = Number.NEGATIVE_INFINITY;
  let periods = 0;
  for (const [from, to] of stretches) {
    const first = Math.max(next, Math.floor(from / unitMs));
    next = Math.max(next, Math.ceil(to / unitMs));
    periods += Math.max(0, next - first);
  }
  return periods;
}
