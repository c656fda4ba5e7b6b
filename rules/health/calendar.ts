import type { EngineMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { syncFaults } from '../instrument.ts';
import { noteChange } from '../presence.ts';
import { dueDates, dueNow } from './due-dates.ts';
import { OVER, OVER_HELD } from './point-health.ts';
import { watches } from './watch.ts';

/** What of a device's health follows its record: the dates of its calibration and installation. */

const DAY_MS = 86_400_000;

/**
 * Brings F06 and F08 to the calendar. By the line, which a step of the server's clock does not move; a clock that is not believed makes
 * nothing due and nothing undue. Returns the engine time at which to look again, or -1.
 */
export function followDates(core: Core, device: DeviceState, cause?: string): EngineMs {
  if (!watches(core)) return -1;
  const dues = dueDates(device.asset, device.plan.profile);
  if (dues.length === 0 && device.due.length === 0) return -1;
  if (!core.clock.believed) return dues.length === 0 ? -1 : core.clock.now + DAY_MS;
  const { codes, next } = dueNow(dues, core.clock.line);
  if (codes.join() !== device.due.join()) {
    device.due = codes;
    noteChange(core, device);
    syncFaults(core, device, cause);
  }
  // Engine time leaves our outages out: looked at every day, so that one cannot make it later than that.
  return next < 0 ? -1 : core.clock.now + Math.min(DAY_MS, next - core.clock.line);
}

/**
 * Calibrated anew, or another kind of device: what was learned of its points is of another sensor. A date that somebody writes down does not
 * show that what a sensor beyond its range saw was no gas: that wants a word about its F04 (decision 9).
 */
export function forgetCalibration(core: Core, device: DeviceState, sameKind: boolean): void {
  if (!watches(core)) return;
  let any = false;
  for (const point of device.points) {
    if (point === null || point.health === null) continue;
    const found = sameKind ? point.health.found & (OVER | OVER_HELD) : 0;
    any ||= point.health.found !== found;
    Object.assign(point.health, { found, low: 0, flat: null, drift: null });
  }
  if (!any) return;
  noteChange(core, device);
  syncFaults(core, device, 'configuration');
}
