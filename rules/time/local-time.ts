import type { LocalTime } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';

/** How far local time is ahead of UTC at a wall time, ms. */
export function offsetMs(local: LocalTime, at: EpochMs): number {
  let minutes = local.offsets[0]?.[1] ?? 0;
  for (const [from, ahead] of local.offsets) if (from <= at) minutes = ahead;
  return minutes * 60_000;
}
