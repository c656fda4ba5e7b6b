import type { Alarm, AlarmStateName } from '../../../model/alarm.ts';
import type { EngineView } from '../../../model/engine.ts';
import { LEVEL_RANK } from '../../../model/level.ts';
import { cursorOf, positionOf } from '../http/page.ts';

/** What rings comes first, then what wants a look, then what is only true. Suppressed, historic and test ones after their like. */
const STATE_RANK: Readonly<Record<AlarmStateName, number>> = { UNACK: 0, LUNACK: 0, RTNUN: 1, ACKED: 2, LACK: 3, NORM: 4 };

/** Sort key: smaller is more urgent; ends with the id, so that it is total. */
type Urgency = readonly [quiet: number, state: number, level: number, age: number, id: string];

export function urgencyOf(alarm: Alarm): Urgency {
  const quiet = alarm.test ? 2 : alarm.suppressedBy.length > 0 || alarm.historic ? 1 : 0;
  return [quiet, STATE_RANK[alarm.state], -LEVEL_RANK[alarm.level], -alarm.raisedAt, alarm.id];
}

export function compareUrgency(a: Urgency, b: Urgency): number {
  for (let part = 0; part < 4; part += 1) {
    const difference = Number(a[part]) - Number(b[part]);
    if (difference !== 0) return difference;
  }
  return a[4] < b[4] ? -1 : a[4] > b[4] ? 1 : 0;
}

/** A page of the open alarms that are wanted. */
export function openAlarmPage(
  view: EngineView,
  wanted: (alarm: Alarm) => boolean,
  cursor: string | undefined,
  limit: number,
): { items: Alarm[]; next?: string } {
  return alarmPage(view.openAlarms(), wanted, cursor, limit);
}

/** A page of those alarms that are wanted, most urgent first. The cursor is the place of the last one given. */
export function alarmPage(
  among: Iterable<Alarm>,
  wanted: (alarm: Alarm) => boolean,
  cursor: string | undefined,
  limit: number,
): { items: Alarm[]; next?: string } {
  const after = positionOf(cursor, isUrgency);
  const found: { alarm: Alarm; urgency: Urgency }[] = [];
  for (const alarm of among) {
    if (!wanted(alarm)) continue;
    const urgency = urgencyOf(alarm);
    if (after === null || compareUrgency(urgency, after) > 0) found.push({ alarm, urgency });
  }
  found.sort((a, b) => compareUrgency(a.urgency, b.urgency));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const items = page.map(({ alarm }) => alarm);
  return found.length > limit && last !== undefined ? { items, next: cursorOf(last.urgency) } : { items };
}

function isUrgency(value: unknown): value is Urgency {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    value.slice(0, 4).every((part) => typeof part === 'number') &&
    typeof value[4] === 'string'
  );
}
