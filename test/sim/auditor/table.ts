// The cause-and-effect table (decision 13): while an alarm that a line names as cause is active or latched, and somebody is shown it,
// the alarms that the line hides are suppressed by design. A cause that is itself suppressed hides nothing.
import type { AlarmSelector, CauseLine } from '../../../model/asset.ts';
import type { Expected } from './life.ts';

/** An open alarm, with what a line asks of it. */
export interface Standing {
  readonly key: string;
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly ladder: string;
  readonly enterprise: string | undefined;
  readonly test: boolean;
  readonly expected: Expected;
}

export interface Table {
  /** A table is about the devices of one enterprise. */
  readonly enterprise: string;
  readonly lines: readonly CauseLine[];
}

function names(
  { device, measurement, channel, ladder }: AlarmSelector,
  alarm: Omit<Standing, 'expected' | 'enterprise' | 'test' | 'key'>,
): boolean {
  return (
    device === alarm.device &&
    (measurement === undefined || measurement === alarm.measurement) &&
    (channel === undefined || channel === alarm.channel) &&
    (ladder === undefined || ladder === alarm.ladder)
  );
}

/** @returns keys of the alarms that are hidden now */
export function hiddenBy(tables: readonly Table[], standing: readonly Standing[]): ReadonlySet<string> {
  const known = new Map<string, boolean>();
  const hidden = (alarm: Standing): boolean => {
    const before = known.get(alarm.key);
    if (before !== undefined) return before;
    // A table has no circles; were there one, this would end it.
    known.set(alarm.key, false);
    const found = tables.some(
      ({ enterprise, lines }) =>
        alarm.enterprise === enterprise && lines.some((line) => line.hides.some((one) => names(one, alarm)) && hides(line, alarm)),
    );
    known.set(alarm.key, found);
    return found;
  };
  const hides = (line: CauseLine, alarm: Standing): boolean =>
    standing.some(
      (cause) =>
        cause.enterprise === alarm.enterprise &&
        names(line.cause, cause) &&
        // What is tried out hides nothing that is real.
        (!cause.test || alarm.test) &&
        (cause.expected.active || cause.expected.latched) &&
        cause.expected.byHand.length === 0 &&
        !hidden(cause),
    );
  return new Set(standing.filter(hidden).map((alarm) => alarm.key));
}
