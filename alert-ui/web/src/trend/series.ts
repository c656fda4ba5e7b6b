/** Readings made ready for the chart: one time axis, min, max and mean, gaps as nulls. Pure. */
import type { ReadingsBody } from '../../../protocol/http.ts';

export interface Series {
  /** Seconds, as uPlot wants them. */
  readonly times: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  /** Spans without data, seconds. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly bucketMs: number | null;
}

type Point = readonly [number, number | null, number | null, number | null];

function toPoints(body: ReadingsBody): Point[] {
  const points: Point[] = [];
  for (const row of body.points) {
    if (row.length === 5) points.push([row[0], row[1], row[2], row[3]]);
    else {
      const value = typeof row[1] === 'number' && row[2] !== 'bad' ? row[1] : null;
      points.push([row[0], value, value, value]);
    }
  }
  return points;
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
  let last: number | null = null;
  for (const [ts, lo, hi, mid] of toPoints(body)) {
    if (last !== null && ts - last > gapMs) {
      gaps.push([last / 1000, ts / 1000]);
      times.push((last + 1) / 1000);
      min.push(null);
      max.push(null);
      mean.push(null);
    }
    times.push(ts / 1000);
    min.push(lo);
    max.push(hi);
    mean.push(mid);
    last = ts;
  }
  return { times, min, max, mean, gaps, bucketMs: body.bucketMs ?? null };
}

/** One live value appended; older than the last one it is left out. */
export function append(series: Series, ts: number, value: number | null, gapMs: number): Series {
  const last = series.times.at(-1);
  const at = ts / 1000;
  if (last !== undefined && at <= last) return series;
  const gap = last !== undefined && at - last > gapMs / 1000;
  const put = <T>(list: readonly T[], hole: T, next: T): readonly T[] => (gap ? [...list, hole, next] : [...list, next]);
  return {
    times: gap && last !== undefined ? [...series.times, last + 0.001, at] : [...series.times, at],
    min: put<number | null>(series.min, null, value),
    max: put<number | null>(series.max, null, value),
    mean: put<number | null>(series.mean, null, value),
    gaps: gap && last !== undefined ? [...series.gaps, [last, at] as const] : series.gaps,
    bucketMs: series.bucketMs,
  };
}

/** `10 s`, `5 min`, `2 h`, `1 d`. */
export function shownSpan(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}
