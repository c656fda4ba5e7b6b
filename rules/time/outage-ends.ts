import type { EngineMs } from '../../model/time.ts';

/**
 * When our own outages ended, in engine time, and what they put off (semantics 3, decision 3). While we were away a word may have been lost, so
 * that the first outage after the last word gives one whole period. A later one gives only time to come back: given a whole period every time,
 * a machine that pauses every night would put off the silence of what speaks once a day for ever.
 */

/** Within this field devices are connected again after we are back, with their back-off; a default of ours [D]. */
const BACK_WITHIN_MS = 600_000;
/** Three times the longest heartbeat there is (31 days): nothing that a device is watched by waits longer. */
export const ENDS_KEPT_MS = 93 * 86_400_000;
/** A process that is started over and over. What is forgotten by either bound gives more time, never less. */
export const ENDS_KEPT = 1_000;

/** Notes that an outage ended. @param ends oldest first; an outage that no engine time lies before is the one before it, gone on */
export function noteEnd(ends: EngineMs[], now: EngineMs): void {
  if (ends.at(-1) === now) return;
  ends.push(now);
  const old = Math.max(firstAfter(ends, now - ENDS_KEPT_MS - 1), ends.length - ENDS_KEPT);
  if (old > 0) ends.splice(0, old);
}

/**
 * Engine time before which nothing runs out that waits for a word since `since`; 0 = no outage puts it off.
 * An outage that begins in the very moment of the word takes nothing of its period, and is not the first.
 */
export function putOffUntil(ends: readonly EngineMs[], since: EngineMs, periodMs: number): EngineMs {
  const last = ends.at(-1);
  if (last === undefined || last <= since) return 0;
  const first = ends[firstAfter(ends, since)] ?? last;
  return Math.max(first + periodMs, last + Math.min(periodMs, BACK_WITHIN_MS));
}

/** Place of the first that is later; the length, where none is. */
function firstAfter(ends: readonly EngineMs[], time: EngineMs): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? Infinity) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
