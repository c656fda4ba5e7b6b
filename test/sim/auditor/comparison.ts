// An alarm as it must be against the one that is there, field by field.
import type { Alarm, Suppression } from '../../../model/alarm.ts';
import { Disagreement } from '../play.ts';
import type { KnownPlant } from './known-plant.ts';
import type { Expected } from './life.ts';

/**
 * @param key names the alarm
 * @param reconfigured its limits were moved: `value` and `limit` then follow the change, in a way the rules leave open
 * @param like codes that may stand for the one that is expected
 * @param instrument it is about the instrument, not about what that measures
 */
export function compare(
  plant: KnownPlant,
  key: string,
  expected: Expected,
  alarm: Alarm,
  { reconfigured, instrument, like }: { readonly reconfigured: boolean; readonly instrument: boolean; readonly like: readonly string[] },
): void {
  const device = plant.devices.get(alarm.deviceId ?? '');
  const source = plant.sources.get(alarm.hazardSourceId ?? '');
  const enterprise = plant.enterprises.get(device?.enterpriseId ?? source?.enterpriseId ?? '');
  const profile = plant.profiles.get(device?.profileId ?? '');
  const facts: readonly (readonly [string, unknown, unknown])[] = [
    ['state', expected.state, alarm.state],
    ['level', expected.level, alarm.level],
    ['code', [...expected.or, ...like].includes(alarm.code) ? alarm.code : expected.code, alarm.code],
    ['active', expected.active, alarm.active],
    ['latched', expected.latched, alarm.latched],
    ['occurrence', expected.occurrence, alarm.occurrence],
    ['recurrences', expected.recurrences, alarm.recurrences],
    ['acknowledgedBy', expected.acknowledgedBy, expected.acknowledgedBy === null ? null : alarm.acknowledgedBy],
    ['acknowledgedLevel', expected.acknowledgedLevel, expected.acknowledgedLevel === null ? null : alarm.acknowledgedLevel],
    ['value', expected.value, expected.value === null || reconfigured ? expected.value : alarm.value],
    ['limit', expected.limit, expected.limit === null || reconfigured ? expected.limit : alarm.limit],
    ['suppressedBy', [...expected.suppressedBy].sort().join(' '), [...alarm.suppressedBy].sort().join(' ')],
    ['ends', endsOf(expected.ends, expected), endsOf(alarm.suppressions ?? [], expected)],
    ['enterpriseId', enterprise?.id, alarm.enterpriseId],
    ['hazardSourceId', device === undefined ? source?.id : device.hazardSourceId, alarm.hazardSourceId],
    ['areaId', enterprise?.areaId ?? null, alarm.areaId],
    ['test', alarm.deviceId === null ? enterprise?.kind === 'test' : plant.isTest(alarm.deviceId), alarm.test],
    // What kind a rule over several points is of follows from its points.
    ['kind', instrument ? 'instrument' : profile?.alarmKind, profile === undefined ? undefined : alarm.kind],
  ];
  for (const [name, should, is] of facts) {
    if (should === is) continue;
    throw new Disagreement(`alarm-${name}`, `${key}: ${name} must be ${String(should)}, is ${String(is)} (expected ${say(expected)})`);
  }
}

/** When what somebody hid ends, and who agreed; where the table hides it as well, what it shows of that is the table's. */
function endsOf(ends: readonly Ends[], { byHand, hidden }: Expected): string {
  return ends
    .filter(({ flag }) => byHand.includes(flag) && !(hidden && flag === 'by-design'))
    .map(({ flag, until, by, approvedBy }) => `${flag} until ${until} by ${by}${approvedBy ? ` and ${approvedBy}` : ''}`)
    .sort()
    .join(', ');
}
type Ends = Pick<Suppression, 'flag' | 'until' | 'by'> & { readonly approvedBy?: string | null };

export function say(expected: Expected): string {
  return `${expected.state} ${expected.level} ${expected.code}, occurrence ${expected.occurrence}, recurrences ${expected.recurrences}`;
}
