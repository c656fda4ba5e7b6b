import type { Enterprise } from '../../model/asset.ts';
import type { Core } from '../core.ts';
import type { AlarmHolder } from './identity.ts';
import { rearmMs } from './policy.ts';
import type { AlarmPlace } from './record.ts';
import { holderOf } from './timing.ts';

function samePlace(a: AlarmPlace, b: AlarmPlace): boolean {
  return (
    a.enterpriseId === b.enterpriseId &&
    a.areaId === b.areaId &&
    a.hazardSourceId === b.hazardSourceId &&
    a.deviceId === b.deviceId &&
    a.test === b.test
  );
}

/**
 * Alarms move with their device or gateway (semantics 6, "Changes while active"). Where the re-alarm timer is another now, of the new
 * enterprise or of the same one changed, it begins anew; what is due stays due at the time that was said.
 * @param before the enterprise they were under
 */
export function followPlace(core: Core, holder: AlarmHolder, place: AlarmPlace, before: Enterprise, after: Enterprise): void {
  if (holder.alarms.size === 0 && holder.resting.size === 0) return;
  for (const record of [...holder.alarms.values(), ...holder.resting.values()]) {
    const { level } = record.facts.shown;
    const sameTimer = rearmMs(before.alarmPolicy, level) === rearmMs(after.alarmPolicy, level);
    if (samePlace(record.place, place) && sameTimer) continue;
    // Its holder is about to change: a snapshot under way takes it first.
    holderOf(core, record);
    if (!samePlace(record.place, place)) {
      core.book.amend(record, 'changed-by-config', { cause: 'configuration' }, (one) => {
        one.place = place;
      });
    }
    if (!sameTimer) core.book.followRearm(record);
  }
}
