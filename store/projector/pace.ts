/**
 * How many readings are worth a batch. A batch of few costs the store nearly as much as one of many, because each reading is on another
 * page; so while many arrive they gather, for a second at most. While few arrive, everything goes in at once.
 */
export interface Pace {
  /** Readings that the next batch should have at least. */
  least(nowMs: number): number;
  /** A step has written this many readings; 0 = nothing. */
  wrote(readings: number, nowMs: number): void;
}

/** A batch of this many since the one before it means load. */
const MANY_READINGS = 5_000;
/** Longest gathering since the batch before, ms; looked at every quarter of a second. */
const PATIENCE_MS = 750;

/** @param worth readings that are worth a batch at any time. */
export function createPace(worth: number): Pace {
  let loaded = false;
  let wroteAt = 0;
  return {
    least: (nowMs) => (loaded && nowMs - wroteAt < PATIENCE_MS ? worth : 0),
    wrote(readings, nowMs) {
      if (readings === 0) return;
      loaded = readings >= MANY_READINGS;
      wroteAt = nowMs;
    },
  };
}
