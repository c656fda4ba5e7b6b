import type { EngineMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { runsOutAt } from '../presence.ts';
import { LONGEST_MS, MISSING, type PointHealth } from './point-health.ts';

/**
 * The dead-man of one point: a device that goes on talking but says nothing of it any more (F01 of the point). Only for points that come
 * with every report by their profile, and that have shown it themselves: ten samples, and a rhythm of their own (the longest gap lately)
 * that is respected where it is slower than the profile's. What has not shown that is waited for by unheard.ts, where it guards lives.
 */
export const HEARD_BEFORE = 10;
export const GAPS = 3;
/** The longest gap is forgotten over about this many samples. */
const FORGET_BITS = 6;

/** A sample came at an engine time. Returns true when the point had been missing. */
export function heard(health: PointHealth, now: EngineMs, late: boolean): boolean {
  const since = now - health.heardAt;
  const gap = since >= LONGEST_MS ? LONGEST_MS : since | 0;
  health.heardAt = now;
  const missing = (health.found & MISSING) !== 0;
  if (missing) health.found &= ~MISSING;
  // Values of one message, and of a late batch, say nothing about the rhythm; a gap that rang was none.
  if (gap > 0 && !late && !missing) {
    if (health.heard < HEARD_BEFORE) health.heard += 1;
    health.gapMs = gap > health.gapMs ? gap : health.gapMs - ((health.gapMs - gap) >> FORGET_BITS);
  }
  return missing;
}

/** Engine time at which the point counts as missing, or -1 while it is not watched or is missing already. */
function missingDue(core: Core, device: DeviceState, index: number): EngineMs {
  const health = device.points[index]?.health ?? null;
  if (health === null || health.heard < HEARD_BEFORE || device.reportEveryMs <= 0) return -1;
  const spec = device.specs[index] ?? null;
  if (spec?.regular !== true || (health.found & MISSING) !== 0) return -1;
  const period = Math.max(GAPS * device.reportEveryMs, GAPS * spec.everyMs, GAPS * health.gapMs, device.silenceMs);
  return runsOutAt(core, device, health.heardAt, period);
}

/** Marks the points that are missing by now. Returns whether any is new, and when the next may be (-1 = none). */
export function findMissing(core: Core, device: DeviceState): { readonly found: boolean; readonly next: EngineMs } {
  let found = false;
  let next: EngineMs = -1;
  for (let i = 0; i < device.points.length; i += 1) {
    const due = missingDue(core, device, i);
    if (due < 0) continue;
    if (due <= core.clock.now) {
      const health = device.points[i]?.health ?? null;
      if (health !== null) health.found |= MISSING;
      found = true;
    } else if (next < 0 || due < next) next = due;
  }
  return { found, next };
}

/** The device is back from silence: each of its points has a whole period from here. */
export function allHeard(core: Core, device: DeviceState): void {
  for (const point of device.points) if (point !== null && point.health !== null) point.health.heardAt = core.clock.now;
}
