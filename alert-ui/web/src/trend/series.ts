/** Readings made ready for the chart: one time axis, min, max and mean, gaps as nulls, spans of bad quality. Pure. */
import type { Quality, Value } from '../../../../model/reading.ts';
import type { ReadingsBody } from '../../../protocol/http.ts';

export interface Series {
  /** Seconds, as uPlot wants them. */
  readonly times: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  /** Spans without data, seconds. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  /**
   * Spans with bad quality, seconds: of samples from the first bad one to the next good one, the last may be open (`Infinity`); of buckets also
   * those that hold bad samples beside good ones.
   */
  readonly bad: readonly (readonly [from: number, to: number])[];
  readonly bucketMs: number | null;
}

type Point = readonly [number, number | null, number | null, number | null];

/** The number to draw, or null for what says nothing about the plant. */
export function drawable(value: Value, quality: Quality): number | null {
  return typeof value === 'number' && quality !== 'bad' ? value : null;
}

/** Buckets of bad samples alone are points without a value, in their place. */
function toPoints(body: ReadingsBody): Point[] {
  const points: Point[] = [];
  const drawn = new Set(body.points.map(([ts]) => ts));
  for (const [ts] of body.bad ?? []) if (!drawn.has(ts)) points.push([ts, null, null, null]);
  for (const row of body.points) {
    if (row.length === 5) points.push([row[0], row[1], row[2], row[3]]);
    else {
      const value = drawable(row[1], row[2]);
      points.push([row[0], value, value, value]);
    }
  }
  return points.sort(([a], [b]) => a - b);
}

/**
 * @param gapMs a longer pause than this between two points is drawn as a gap, not as a line.
 * Raw points of bad quality have no place on the line: they break it.
 */
export function toSeries(body: ReadingsBody, gapMs: number): Series {
  const times: number[] = [];
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  const mean: (number | null)[] = [];
  const gaps: [number, number][] = [];
  const bad: [number, number][] = [];
  const partlyBad = new Set((body.bad ?? []).map(([ts]) => ts));
  const width = (body.bucketMs ?? 0) / 1000;
  let last: number | null = null;
  for (const [ts, lo, hi, mid] of toPoints(body)) {
    if (last !== null && ts - last > gapMs) {
      gaps.push([last / 1000, ts / 1000]);
      times.push((last + 1) / 1000);
      min.push(null);
      max.push(null);
      mean.push(null);
    }
    const open = bad.at(-1);
    const isOpen = open !== undefined && open[1] === Number.POSITIVE_INFINITY;
    if (mid === null && !isOpen) bad.push([ts / 1000, Number.POSITIVE_INFINITY]);
    if (mid !== null && isOpen) open[1] = ts / 1000;
    if (mid !== null && partlyBad.has(ts)) bad.push([ts / 1000, ts / 1000 + width]);
    times.push(ts / 1000);
    min.push(lo);
    max.push(hi);
    mean.push(mid);
    last = ts;
  }
  return { times, min, max, mean, gaps, bad, bucketMs: body.bucketMs ?? null };
}

/** One live value appended; older than the last one it is left out. */
export function append(series: Series, ts: number, value: number | null, gapMs: number): Series {
  const last = series.times.at(-1);
  const at = ts / 1000;
  if (last !== undefined && at <= last) return series;
  const gap = last !== undefined && at - last > gapMs / 1000;
  const open = series.bad.at(-1);
  const isOpen = open !== undefined && open[1] === Number.POSITIVE_INFINITY;
  const bad: Series['bad'] =
    value === null && !isOpen
      ? [...series.bad, [at, Number.POSITIVE_INFINITY]]
      : value !== null && isOpen
        ? [...series.bad.slice(0, -1), [open[0], at]]
        : series.bad;
  const put = <T>(list: readonly T[], hole: T, next: T): readonly T[] => (gap ? [...list, hole, next] : [...list, next]);
  return {
    times: gap && last !== undefined ? [...series.times, last + 0.001, at] : [...series.times, at],
    min: put<number | null>(series.min, null, value),
    max: put<number | null>(series.max, null, value),
    mean: put<number | null>(series.mean, null, value),
    gaps: gap && last !== undefined ? [...series.gaps, [last, at] as const] : series.gaps,
    bad,
    bucketMs: series.bucketMs,
  };
}

/**
 * Silence at the edges of a window, seconds: before its first sample and after its last one, where it lasts longer than `gapMs`. A device that
 * has gone quiet has no later sample that would end a gap; without this its chart would only look short.
 * @param fromMs and @param toMs the window, its end no later than now.
 */
export function edgeGaps(times: readonly number[], fromMs: number, toMs: number, gapMs: number): (readonly [from: number, to: number])[] {
  if (toMs <= fromMs) return [];
  const from = fromMs / 1000;
  const to = toMs / 1000;
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || last < from || first > to) return [[from, to]];
  const edges: [number, number][] = [];
  if (first - from > gapMs / 1000) edges.push([from, first]);
  if (to - last > gapMs / 1000) edges.push([last, to]);
  return edges;
}

/** Values that stand alone, without a neighbour to draw a line to: they are drawn as dots, else nobody would see them. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const alone: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if ((values[i] ?? null) !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null) alone.push(i);
  }
  return alone;
}

/** `10 s`, `5 min`, `2 h`, `1 d`. */
export function shownSpan(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}
