import { LEVEL_RANK } from '../../model/level.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Top } from '../alarm/step.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';

/**
 * A limit may stand for a fault code: LOW of a battery is F09 (decision 19). The platform finds by the value what the device may report by
 * itself; that is one thing and one alarm, the limit's. Which of the two was first gives it its code; where that one ends and the other
 * is still true, the alarm changes its code as a fall does: told, and no news to anybody.
 */

/** Above and below every set point that a limit can have. */
const ABOVE = Number.MAX_SAFE_INTEGER;
const BELOW = -ABOVE;

/** Has the fault its place in the alarm of a limit. */
export function isLimitFault(device: DeviceState, code: string): boolean {
  return device.plan.faultLadders.some((one) => one.code === code);
}

/** Does the device report it, of itself or of any of its points: it has one battery. */
export function isReported(device: DeviceState, code: string): boolean {
  return device.faults.includes(code) || Object.values(device.pointFaults).some((codes) => codes.includes(code));
}

/** The report as a member of the ladder, or null while there is none. */
export function reportedTop(core: Core, device: DeviceState, code: string): Top | null {
  if (!isReported(device, code)) return null;
  const level = core.faultLevels.get(code) ?? 'none';
  return level === 'none' ? null : { level, code, order: ABOVE };
}

/** What the alarm shows: the graver of limit and report; of equals the one that it shows already, else the limit. */
export function namedBy(limit: Top | null, reported: Top | null, before: AlarmRecord | null): Top | null {
  if (reported === null) return limit;
  const shown = before?.facts.on?.code ?? null;
  if (limit === null) return shown === null || shown === reported.code ? reported : { ...reported, order: BELOW };
  const graver = LEVEL_RANK[reported.level] - LEVEL_RANK[limit.level];
  if (graver !== 0) return graver > 0 ? reported : limit;
  return shown === reported.code ? reported : limit;
}
