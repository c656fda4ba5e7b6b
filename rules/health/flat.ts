import { type Flat, LONGEST_MS } from './point-health.ts';
import type { FlatSpec } from './spec.ts';

/**
 * F21, a value that does not move. Most flat lines are right: clean air reads 0 for months, a tank at rest stands for days. Told apart
 * by what the point itself has shown before:
 * - at zero, and at the ends of the range, standing still means nothing;
 * - a gas above 5 % of the span is never still for four hours (the catalogue's figure);
 * - anything else must have been restless of itself: its samples turned back on each other (noise does, a tank being filled does not)
 *   for three days of watching, and it must now be still for four hours, three times as long as ever before, and for so many samples
 *   that its own restlessness makes it implausible. What ended was learned, so that a calm signal cannot ring for the same calm twice.
 */
const STILL_MS = 4 * 3_600_000;
const WATCHED_MS = 3 * 86_400_000;
const LONGER_THAN_EVER = 3;
/** A gas needs this many samples: an hourly report says nothing in four hours. */
const STILL_SAMPLES = 24;
const ONE = 4_096;
/** The share is that of about the last 64 samples. */
const MEMORY_BITS = 6;
/** Restless: an eighth of the samples turned back. */
const RESTLESS = ONE / 8;
/** Chance of so long a run by its own restlessness below e^-20. */
const IMPLAUSIBLE = 20 * ONE;

export function newFlat(value: number): Flat {
  return { ref: value, way: 0, same: 0, flatMs: 0, lively: 0, longestMs: 0, watchedMs: 0 };
}

/** Takes one good value that came `ms` after the one before (at most what a report may take). Returns whether the value is stuck; one that was `found` so stays it until it moves. */
export function stepFlat(flat: Flat, spec: FlatSpec, value: number, ms: number, found: boolean): boolean {
  flat.watchedMs = Math.min(LONGEST_MS, flat.watchedMs + ms);
  if ((value >= spec.zero[0] && value <= spec.zero[1]) || value <= spec.ends[0] || value >= spec.ends[1]) {
    rest(flat, value);
    return false;
  }
  const by = value - flat.ref;
  if (by > spec.within || -by > spec.within) {
    move(flat, value, by > 0 ? 1 : -1);
    return false;
  }
  flat.same += 1;
  flat.flatMs = Math.min(LONGEST_MS, flat.flatMs + ms);
  if (found || flat.flatMs < STILL_MS) return found;
  if (value > spec.restless) return flat.same >= STILL_SAMPLES;
  return (
    flat.watchedMs - flat.flatMs >= WATCHED_MS &&
    flat.flatMs >= LONGER_THAN_EVER * flat.longestMs &&
    flat.lively >= RESTLESS &&
    flat.same * flat.lively >= IMPLAUSIBLE
  );
}

/** At zero or at an end: says nothing, and is forgotten. */
function rest(flat: Flat, value: number): void {
  flat.ref = value;
  flat.way = 0;
  flat.same = 0;
  flat.flatMs = 0;
}

function move(flat: Flat, value: number, way: 1 | -1): void {
  if (flat.flatMs > flat.longestMs) flat.longestMs = flat.flatMs;
  let lively = flat.lively;
  for (let n = flat.same; n > 0 && lively > 0; n -= 1) lively -= (lively >> MEMORY_BITS) + 1;
  if (lively < 0) lively = 0;
  if (flat.way !== 0 && flat.way !== way) lively += (ONE - lively) >> MEMORY_BITS;
  else lively -= lively >> MEMORY_BITS;
  flat.lively = lively;
  flat.ref = value;
  flat.way = way;
  flat.same = 0;
  flat.flatMs = 0;
}
