/**
 * How much a value rose over a window: the newest level minus the level one window before it, each the median of three cells.
 * End medians and not a slope through all samples: a slope is moved little by what began a moment ago, and a fire begins a moment
 * ago; a single wild sample moves neither. Nothing is extrapolated: a rise counts once it is there, so a shorter history only
 * makes the answer smaller. Error for samples within ±a of a steady course: at most 2a. Memory: at most `CELLS` + 6 cells.
 */
export interface RateWindow {
  /** Mean sample time of each cell, ms, oldest first, and mean value. */
  readonly t: number[];
  readonly v: number[];
  /** First sample time of the newest cell, and how many samples it holds. */
  from: number;
  n: number;
  /** Time and value of the newest sample. */
  last: number;
  value: number;
}

/** Samples closer together than a twenty-fourth of the window share a cell. */
// A divisor that the usual periods (1, 2, 5, 10 s) are not at the edge of: a jitter of ms then moves no sample into another cell.
const CELLS = 24;
/** With fewer samples in a window than this there is no middle to take: single values are compared, and the on-delay filters. */
const ENOUGH_FOR_MEDIANS = 6;
/** Samples further apart than this many windows do not belong to one course. */
const WIDEST_GAP = 1.5;

export function newRateWindow(): RateWindow {
  return { t: [], v: [], from: 0, n: 0, last: 0, value: 0 };
}

export function clearRate(course: RateWindow): void {
  course.t.length = 0;
  course.v.length = 0;
  course.n = 0;
}

/**
 * Takes one good sample at its corrected time. One older than the newest counts as of the newest's time, and of two of one time the
 * later one stands, as in the stores: a batch whose times nobody knows is one sample, not a course.
 */
export function addSample(course: RateWindow, windowMs: number, at: number, value: number): void {
  const { t, v } = course;
  const time = t.length === 0 ? at : Math.max(at, course.last);
  if (t.length > 0 && time - course.last > WIDEST_GAP * windowMs) clearRate(course);
  const end = t.length - 1;
  if (end >= 0 && time === course.last) {
    v[end] = (v[end] ?? value) + (value - course.value) / course.n;
  } else if (end >= 0 && time - course.from < windowMs / CELLS) {
    course.n += 1;
    t[end] = (t[end] ?? time) + (time - (t[end] ?? time)) / course.n;
    v[end] = (v[end] ?? value) + (value - (v[end] ?? value)) / course.n;
  } else {
    t.push(time);
    v.push(value);
    course.from = time;
    course.n = 1;
  }
  course.last = time;
  course.value = value;
  trim(course, windowMs);
}

/** Forgets the cells that no answer can reach back to. */
function trim(course: RateWindow, windowMs: number): void {
  const { t, v } = course;
  const oldest = (t[Math.max(0, t.length - 2)] ?? 0) - windowMs;
  let drop = 0;
  while (drop + 2 < t.length && (t[drop + 2] ?? oldest) < oldest) drop += 1;
  if (drop === 0) return;
  t.splice(0, drop);
  v.splice(0, drop);
}

export interface Rise {
  readonly rise: number;
  /** The level at the window's start. */
  readonly start: number;
}

/** The rise over the window up to the newest sample; null while there are too few samples to say. */
export function riseOf(course: RateWindow, windowMs: number): Rise | null {
  const { t } = course;
  const count = t.length;
  if (count < 2) return null;
  const spacing = ((t[count - 1] ?? 0) - (t[0] ?? 0)) / (count - 1);
  const edge = spacing * ENOUGH_FOR_MEDIANS <= windowMs ? 1 : 0;
  const first = edge;
  const end = count - 1 - edge;
  if (end <= first) return null;
  const begin = (t[end] ?? 0) - windowMs;
  let at = end - 1;
  while (at > first && (t[at] ?? 0) > begin) at -= 1;
  const start = between(course, edge, at, begin);
  return { rise: level(course, edge, end) - start, start };
}

/** Level at a time between cell `at` and the next; before the first cell the first one's. */
function between(course: RateWindow, edge: number, at: number, time: number): number {
  const t0 = course.t[at] ?? 0;
  const t1 = course.t[at + 1] ?? t0;
  const v0 = level(course, edge, at);
  if (time <= t0 || t1 <= t0) return v0;
  return v0 + ((level(course, edge, at + 1) - v0) * (time - t0)) / (t1 - t0);
}

function level(course: RateWindow, edge: number, at: number): number {
  const { v } = course;
  const b = v[at] ?? 0;
  if (edge === 0) return b;
  const a = v[at - 1] ?? b;
  const c = v[at + 1] ?? b;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** The device's clock error is known better: the samples lie elsewhere on the line. */
export function shiftRate(course: RateWindow, byMs: number): void {
  for (let i = 0; i < course.t.length; i += 1) course.t[i] = (course.t[i] ?? 0) + byMs;
  course.from += byMs;
  course.last += byMs;
}
