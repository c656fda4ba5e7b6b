// How far a value rose within a window, as far as the documents say it (decision 10): at least so much and at most so much. They say
//
// - the level now minus the level one window ago, each the median of three cells, a cell being a 24th of the window: a level lies among the
//   samples of the cells that may belong to it, wherever cells begin;
// - with fewer than six samples in a window single values are compared, and the start of the window is interpolated: that is one number;
// - a new window begins after a value that is not good, after a gap of more than one and a half windows, or half a window where an absence
//   of ours lies in it; until there are two samples, four cells where they are dense, the limit holds;
// - of two values of one time the later one stands.
//
// A limit goes on earlier and off later the higher the rise is, so that what the least and the most of it make of the limit stand on either
// side of what it must be. Where the two differ the engine's word is taken for when it goes on and off, and for nothing else.
import type { Fact } from './condition.ts';
import type { Rise } from './limits.ts';

const CELLS = 24;
const SPARSE_BELOW = 6;
const WIDEST_GAP = 1.5;
const WIDEST_GAP_OVER_ABSENCE = 0.5;
/** Dust of binary fractions. */
const DUST = 1e-6;

interface Sample {
  readonly entry: number;
  /** Real time, ms. */
  readonly t: number;
  readonly v: number;
}

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What the facts of a point say to a limit about its rise: the same facts with the least and with the most rise in place of values. */
export class Rises {
  readonly least: Fact[] = [];
  readonly most: Fact[] = [];
  private readonly rise: Rise;
  private course: readonly Sample[] = [];

  constructor(rise: Rise) {
    this.rise = rise;
  }

  /**
   * @param facts all so far: those it has not seen yet are taken
   * @param real real time of every entry, by entry number, our own absences included
   * @param absences numbers of the entries before which we were absent
   */
  take(facts: readonly Fact[], real: readonly number[], absences: readonly number[]): void {
    for (const fact of facts.slice(this.least.length)) {
      if (fact.is === 'rule' && fact.forgets) this.course = [];
      if (fact.is !== 'look' || !fact.look.fresh) {
        this.least.push(fact);
        this.most.push(fact);
        continue;
      }
      const { own } = fact.look;
      const bounds = typeof own === 'number' ? this.next({ entry: fact.entry, t: real[fact.entry] ?? 0, v: own }, absences) : null;
      if (typeof own !== 'number') this.course = [];
      this.least.push({ ...fact, look: { ...fact.look, own: bounds === null ? null : bounds.least - DUST } });
      this.most.push({ ...fact, look: { ...fact.look, own: bounds === null ? null : bounds.most + DUST } });
    }
  }

  private next(sample: Sample, absences: readonly number[]): Bounds | null {
    const { overMs, sign } = this.rise;
    this.course = joined(this.course, { ...sample, v: sign * sample.v }, overMs, absences);
    return boundsOf(this.course, overMs);
  }
}

/** The samples of one course with the next. */
function joined(course: readonly Sample[], next: Sample, overMs: number, absences: readonly number[]): readonly Sample[] {
  const last = course.at(-1);
  if (last === undefined) return [next];
  const gap = next.t - last.t;
  const absent = absences.some((entry) => entry > last.entry && entry <= next.entry);
  if (gap > WIDEST_GAP * overMs || (absent && gap > WIDEST_GAP_OVER_ABSENCE * overMs)) return [next];
  return gap === 0 ? [...course.slice(0, -1), next] : [...course, next];
}

/** Null = there is no rise to speak of yet, and the limit holds. */
function boundsOf(course: readonly Sample[], overMs: number): Bounds | null {
  const newest = course.at(-1);
  if (newest === undefined || course.length < 2) return null;
  if (course.every(({ t }, n) => n === 0 || t - (course[n - 1]?.t ?? 0) > overMs / SPARSE_BELOW)) {
    const rise = newest.v - valueAt(course, newest.t - overMs);
    return { least: rise, most: rise };
  }
  const cellMs = overMs / CELLS;
  const cells = cellsOf(course, cellMs);
  const dense = areDense(cells, newest.t - WIDEST_GAP * overMs, overMs);
  if (cells.length < 2 || (dense && cells.length < 4)) return null;
  // Whether they are dense is a matter of their mean.
  if (cells.length < 4) return { least: -Infinity, most: Infinity };
  const now = course.slice(back(course, course.length - 1, cellMs));
  const from = (now[0]?.t ?? 0) - overMs;
  const until = newest.t - overMs;
  const before = course.findLastIndex(({ t }) => t <= from);
  const after = course.findIndex(({ t }) => t > until);
  const start = course.slice(before < 0 ? 0 : back(course, before, cellMs), forth(course, after, cellMs) + 1);
  const [end, begin] = [levelsOf(now, dense), levelsOf(start, dense)];
  return { least: end.least - begin.most, most: end.most - begin.least };
}

/** A level lies among these samples; the middle one of three cells never is what the one wildest sample makes of its cell. */
function levelsOf(samples: readonly Sample[], dense: boolean): Bounds {
  const values = samples.map(({ v }) => v).sort((a, b) => a - b);
  const skipped = dense && values.length > 2 ? 1 : 0;
  return { least: values[skipped] ?? 0, most: values[values.length - 1 - skipped] ?? 0 };
}

/** There are six in a window, however one counts; `since`: what lies before is forgotten. */
function areDense(cells: readonly Cell[], since: number, overMs: number): boolean {
  return cells.every(({ last }, n) => {
    const before = cells[n - 1];
    return before === undefined || last < since || last - before.first <= overMs / SPARSE_BELOW;
  });
}

/** Of single values, with what lies between two of them on the straight line. */
function valueAt(course: readonly Sample[], time: number): number {
  const n = course.findLastIndex(({ t }) => t <= time);
  const [a, b] = [course[n], course[n + 1]];
  if (a === undefined || b === undefined) return course[0]?.v ?? 0;
  return a.v + ((b.v - a.v) * (time - a.t)) / (b.t - a.t);
}

interface Cell {
  readonly first: number;
  last: number;
}

function cellsOf(course: readonly Sample[], cellMs: number): readonly Cell[] {
  const cells: Cell[] = [];
  for (const { t } of course) {
    const cell = cells.at(-1);
    if (cell !== undefined && t - cell.first < cellMs) cell.last = t;
    else cells.push({ first: t, last: t });
  }
  return cells;
}

/** The oldest sample that three cells may reach back to, the newest of which has the sample `n`. */
function back(course: readonly Sample[], n: number, cellMs: number): number {
  let at = n;
  for (let cell = 1; ; cell += 1) {
    const { t } = course[at] as Sample;
    while (at > 0 && t - (course[at - 1]?.t ?? 0) < cellMs) at -= 1;
    if (cell === 3 || at === 0) return at;
    at -= 1;
  }
}

/** The newest sample that four cells may reach forth to, the oldest of which has the sample `n`. */
function forth(course: readonly Sample[], n: number, cellMs: number): number {
  let at = n;
  const end = course.length - 1;
  for (let cell = 1; ; cell += 1) {
    const { t } = course[at] as Sample;
    while (at < end && (course[at + 1]?.t ?? 0) - t < cellMs) at += 1;
    if (cell === 4 || at === end) return at;
    at += 1;
  }
}
