/**
 * What the detectors keep of one point. Made with the point's second look, only where its specification watches anything; small whole
 * numbers wherever possible, because there are hundreds of thousands of them.
 */
export interface PointHealth {
  /** What is found wrong at present: bits below. */
  found: number;
  /** Samples in a row under range, 0 to 3 (see under-range.ts). */
  low: number;
  /** Flat value (see flat.ts). */
  flat: Flat | null;
  /** Calm baseline (see drift.ts). */
  drift: Drift | null;
  /** Rhythm of its samples (see point-silence.ts). */
  heardAt: number;
  gapMs: number;
  heard: number;
}

export interface Flat {
  /** Value that stands still, and which way it went to get there (1, -1, 0 = not known). */
  ref: number;
  way: number;
  /** Samples since, and how long they lasted, ms. */
  same: number;
  flatMs: number;
  /** Share of recent samples that turned back on the one before, in 1/4096. */
  lively: number;
  longestMs: number;
  watchedMs: number;
}

export interface Drift {
  /** Begin of the present block on the line, its sum and count. */
  from: number;
  sum: number;
  count: number;
  /** Calm baseline, and blocks it was learned from. */
  base: number;
  learned: number;
  /** Cumulative sums upwards and downwards, in steps of the allowance. */
  up: number;
  down: number;
}

/** Bits of `found`. */
export const FLAT = 1;
export const UNDER = 2;
/** The value is beyond the end of the range now. */
export const OVER = 4;
/** It was, and nobody has shown yet that it is no gas. */
export const OVER_HELD = 8;
export const DRIFT = 16;
export const MISSING = 32;
export const LOOP_OPEN = 64;
export const LOOP_SHORT = 128;

/** Ladder and health code of a moved baseline; the catalogue has no number for it. */
export const DRIFT_CODE = 'DRIFT';

/** The fault code each bit stands for; `OVER_HELD` has none of its own. */
export const CODES: readonly (readonly [bit: number, code: string])[] = [
  [FLAT, 'F21'],
  [UNDER, 'F05'],
  [OVER, 'F04'],
  [DRIFT, DRIFT_CODE],
  [MISSING, 'F01'],
  [LOOP_OPEN, 'F02'],
  [LOOP_SHORT, 'F03'],
];

/** Durations are kept as small whole numbers up to this, ms (12 days). */
export const LONGEST_MS = 2 ** 30;

export function newHealth(now: number): PointHealth {
  return { found: 0, low: 0, flat: null, drift: null, heardAt: now, gapMs: 0, heard: 1 };
}
