import type { Quality, StoredReading, Value } from '../reading.ts';
import type { EpochMs } from '../time.ts';

export interface RangeQuery {
  readonly enterprise: string;
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  /** Inclusive. */
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
  /** At most this many raw points; `next` says where to go on. Default and maximum 10,000. */
  readonly limit?: number;
  /** With it: buckets instead of raw points. */
  readonly maxPoints?: number;
}

export interface RangeAnswer {
  readonly points: readonly (readonly [ts: EpochMs, value: Value, quality: Quality])[];
  readonly next: EpochMs | null;
}
/** Bucket [start ts, min, max, mean, count] over numeric values that are not bad. */
export type Bucket = readonly [ts: EpochMs, min: number, max: number, mean: number, count: number];
/** What an answer was made from: the raw points, or the roll-ups where there are any (what is not rolled up yet is always raw). */
export type Source = 'raw' | 'minute' | 'hour';
export interface BucketAnswer {
  readonly buckets: readonly Bucket[];
  /** Buckets with samples that are bad or have no value, and how many of these: bad quality is not silence. */
  readonly bad: readonly (readonly [ts: EpochMs, count: number])[];
  readonly bucketMs: number;
  readonly source: Source;
}

export type RollUpUnit = 'minute' | 'hour';
/**
 * One point over one minute or hour of sample time, made from its raw points and made again when they change: equal to the roll-up of
 * the raw points stored now. Of an hour whose raw points are past their days, only added to.
 */
export interface RollUp {
  /** Its beginning, UTC ms. */
  readonly at: EpochMs;
  /** Of the numbers that are not bad; null where there is none. */
  readonly min: number | null;
  readonly max: number | null;
  /** Of the same numbers, oldest first; `sum / count` is the mean. 0 where there is none. */
  readonly sum: number;
  /** Numbers that are not bad; of a point of texts, texts that are not bad. */
  readonly count: number;
  /** Samples that are bad or have no value. */
  readonly bad: number;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  /** The newest sample, whatever its quality. */
  readonly last: Value;
  readonly quality: Quality;
  /**
   * Of a point of states (texts, or nothing but 0 and 1): ms in each state, from its first sample to the end of the bucket; the time
   * after a bad sample is in no state. Null for other points.
   */
  readonly states: Readonly<Record<string, number>> | null;
}

/** Days of sample time that are kept, each at least as long as the one before it. */
export interface Retention {
  readonly rawDays: number;
  readonly minuteDays: number;
  readonly hourDays: number;
}
export interface Expired {
  /** Files or the like that were deleted. */
  readonly deleted: number;
  /** What must be set by hand because the store does not do it from here; null where nothing is left to do. */
  readonly byHand: string | null;
}

/** What a turn of rolling up did. */
export interface RollUpStep {
  /** Hours of a point rolled up. */
  readonly rolled: number;
  /** There are more that could be rolled up now. */
  readonly more: boolean;
  /** Beginning of the oldest hour not rolled up yet (the hour that runs counts too); null = none. */
  readonly oldestDue: EpochMs | null;
}

/** A point within one enterprise's device. */
export interface PointName {
  readonly enterprise: string;
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
}
/** Points by number, from 0 without gaps; a number keeps its meaning as long as the object lives. */
export interface NumberedPoints {
  readonly size: number;
  name(number: number): PointName;
}
/**
 * Readings in columns, row by row in the order of their arrival. The arrays may be longer than `length` and are used again:
 * they hold what they say until the write that was given them has settled.
 */
export interface ReadingColumns {
  readonly length: number;
  readonly points: NumberedPoints;
  /** Number of the row's point. */
  readonly point: Int32Array;
  /** UTC ms; NaN where the journal holds no number. */
  readonly sampleAt: Float64Array;
  readonly receivedAt: Float64Array;
  /** Quality and flags as the embedded store's number for them. */
  readonly quality: Int32Array;
  value(row: number): Value;
  reading(row: number): StoredReading;
}

/** Bad points found when a batch was partly rejected: they go to the ledger, the rest was written. */
export interface RejectedPoint {
  readonly reading: StoredReading;
  readonly message: string;
}
export type WriteOutcome =
  | { readonly ok: true; readonly rejected: readonly RejectedPoint[] }
  /** Nothing is known to be written; try again later. */
  | { readonly ok: false; readonly detail: string };

/**
 * Keeps stored readings. The same (point, sampleAt) written again replaces: the later arrival wins.
 * `position` is the last journal entry whose readings are safely in; an adapter that can, moves it in the same transaction.
 */
export interface ReadingStore {
  readonly capabilities: { readonly transactionalPosition: boolean; readonly retention: boolean; readonly deletion: boolean };
  /** Creates what is missing (database, tables). Fails with a clear message when it cannot. */
  prepare(): Promise<void>;
  write(batch: readonly StoredReading[], position: number): Promise<WriteOutcome>;
  /** The same as `write` for these rows (ascending), where a store can spare the objects. */
  writeRows?(columns: ReadingColumns, rows: Uint32Array, position: number): Promise<WriteOutcome>;
  position(): Promise<number>;
  range(query: RangeQuery): Promise<RangeAnswer>;
  buckets(query: RangeQuery & { readonly maxPoints: number }): Promise<BucketAnswer>;
  /** The roll-ups that begin in [from, to), oldest first; those not made yet are made from the raw points for this answer. */
  rollUps(query: RangeQuery & { readonly unit: RollUpUnit }): Promise<readonly RollUp[]>;
  /**
   * Rolls up hours that are over, for about `budgetMs`. What is due is stored with the readings themselves, so nothing is forgotten over a crash.
   * @param now says which hours are over; the outcome does not depend on it.
   */
  rollUp(now: EpochMs, budgetMs: number): Promise<RollUpStep>;
  /** Deletes what is past its days, never raw points that are not rolled up yet. Samples stamped before 2000 have no age and stay. */
  expire(now: EpochMs, keep: Retention): Promise<Expired>;
  /** Number of stored readings and an order-free checksum of a device over a period (proof of completeness). */
  digest(
    device: { enterprise: string; device: string },
    from: EpochMs,
    to: EpochMs,
  ): Promise<{ readonly count: number; readonly checksum: string }>;
  close(): Promise<void>;
}

/** A `RangeAnswer` ready to be sent. */
export interface RangeText {
  /** The points as the text of a JSON array. */
  readonly points: string;
  readonly next: EpochMs | null;
}

/** What the rest of the platform asks of stored history; lives behind its own thread. */
export interface ReadingQueries {
  /** For who only hands the points on: ten thousand of them cross between threads as one text, and are written where nobody waits. */
  rangeText(query: RangeQuery): Promise<RangeText & { readonly through: EpochMs }>;
  range(query: RangeQuery): Promise<RangeAnswer & { readonly through: EpochMs }>;
  buckets(query: RangeQuery & { readonly maxPoints: number }): Promise<BucketAnswer & { readonly through: EpochMs }>;
  rollUps(query: RangeQuery & { readonly unit: RollUpUnit }): Promise<{ readonly rollUps: readonly RollUp[]; readonly through: EpochMs }>;
}
