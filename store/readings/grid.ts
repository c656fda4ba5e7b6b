import type { Bucket, RollUpUnit } from '../../model/ports/reading-store.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { UNIT_MS } from './rollup/gather.ts';

/** More than this many buckets are never answered: no screen is wider. */
export const MAX_BUCKETS = 2_000;
/** Most raw points in one answer. */
export const MAX_POINTS = 10_000;

/**
 * Equal buckets: bucket i begins at `origin + i × bucketMs`. From a minute on they are whole minutes, from an hour on whole hours of UTC,
 * so that roll-ups fill them; the first then begins at or before `from`, and holds only what is not before it.
 */
export interface Grid {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly origin: EpochMs;
  /** Width in whole ms, ≥ 1. */
  readonly bucketMs: number;
  /** The coarsest roll-ups that fill the buckets; null: they are finer than a minute. */
  readonly unit: RollUpUnit | null;
}

/**
 * The finest grid of at most `maxPoints` (1 … 2,000) buckets. An empty or backward period gives buckets of 1 ms and none of them.
 * @param finest roll-ups that must fill the buckets, where nothing finer is left.
 */
export function gridOf(from: EpochMs, to: EpochMs, maxPoints: number, finest: RollUpUnit | null = null): Grid {
  const count = Math.min(MAX_BUCKETS, Math.max(1, Math.floor(maxPoints)));
  const exact = Math.max(finest === null ? 1 : UNIT_MS[finest], Math.ceil((to - from) / count));
  if (exact < UNIT_MS.minute) return { from, to, origin: from, bucketMs: exact, unit: null };
  const unit = exact < UNIT_MS.hour ? 'minute' : 'hour';
  const unitMs = UNIT_MS[unit];
  const origin = Math.floor(from / unitMs) * unitMs;
  return { from, to, origin, bucketMs: Math.ceil((to - origin) / count / unitMs) * unitMs, unit };
}

/** How many raw points a range query gives: default and maximum 10,000, at least one. */
export function pointLimit(limit: number | undefined): number {
  return Math.min(MAX_POINTS, Math.max(1, Math.floor(limit ?? MAX_POINTS)));
}

/** Nothing to go by, of a number or a text. */
export function isBad(value: Value, quality: Quality): boolean {
  return value === null || quality === 'bad';
}

/** Only numbers that are not bad are drawn: a bad value says nothing about the plant. */
export function counts(value: Value, quality: Quality): value is number {
  return typeof value === 'number' && quality !== 'bad';
}

interface Sum {
  min: number;
  max: number;
  sum: number;
  count: number;
}

/** Gathers values, or sums over values, into the buckets of one grid. */
export class BucketSums {
  readonly #grid: Grid;
  readonly #sums = new Map<number, Sum>();
  readonly #bad = new Map<number, number>();

  constructor(grid: Grid) {
    this.#grid = grid;
  }

  addValue(at: EpochMs, value: number): void {
    this.addSum(Math.floor((at - this.#grid.origin) / this.#grid.bucketMs), value, value, value, 1);
  }

  /** Adds `count` values of bucket `index` that are already summed up. */
  addSum(index: number, min: number, max: number, sum: number, count: number): void {
    const known = this.#sums.get(index);
    if (known === undefined) {
      this.#sums.set(index, { min, max, sum, count });
      return;
    }
    known.min = Math.min(known.min, min);
    known.max = Math.max(known.max, max);
    known.sum += sum;
    known.count += count;
  }

  /** Adds `count` samples of bucket `index` that are bad or have no value. */
  addBad(index: number, count: number): void {
    if (count > 0) this.#bad.set(index, (this.#bad.get(index) ?? 0) + count);
  }

  #startOf(index: number): EpochMs {
    return Math.max(this.#grid.from, this.#grid.origin + index * this.#grid.bucketMs);
  }

  /** Buckets with bad samples, oldest first. */
  bad(): readonly (readonly [ts: EpochMs, count: number])[] {
    return [...this.#bad].sort(([a], [b]) => a - b).map(([index, count]) => [this.#startOf(index), count] as const);
  }

  /** Buckets that hold something that is drawn, oldest first. */
  result(): readonly Bucket[] {
    const indexes = [...this.#sums.keys()].sort((a, b) => a - b);
    const buckets: Bucket[] = [];
    for (const index of indexes) {
      const s = this.#sums.get(index);
      if (s !== undefined) buckets.push([this.#startOf(index), s.min, s.max, s.sum / s.count, s.count]);
    }
    return buckets;
  }
}
