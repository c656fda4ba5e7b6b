/**
 * In which section and order alarms stand on the desk: ringing first, then returned but unacknowledged, then acknowledged, and at the
 * bottom what is under a flag (also what is not true now) and what is a test.
 * Pure. Ringing and returned by level, then newest; acknowledged by due time, then oldest; out of service the oldest permit first, which is
 * looked at again; ties by id, so that order is total.
 */
import { type Alarm, type SuppressedBy, takenOutAt } from '../../../../model/alarm.ts';
import { LEVEL_RANK } from '../../../../model/level.ts';

export type Section = 'ringing' | 'returned' | 'acknowledged' | SuppressedBy | 'test';
export const SECTIONS: readonly Section[] = ['ringing', 'returned', 'acknowledged', 'shelved', 'out-of-service', 'by-design', 'test'];

export function sectionOf(alarm: Alarm): Section {
  if (alarm.test) return 'test';
  const flag = alarm.suppressedBy[0];
  if (flag !== undefined) return flag;
  if (alarm.state === 'UNACK' || alarm.state === 'LUNACK') return 'ringing';
  return alarm.state === 'RTNUN' ? 'returned' : 'acknowledged';
}

/** Sounds now: wants a person, is not suppressed, silenced, test or historic. `now` in server ms. */
export function isRinging(alarm: Alarm, now: number): boolean {
  return sectionOf(alarm) === 'ringing' && !alarm.historic && (alarm.silencedUntil === null || alarm.silencedUntil <= now);
}

/** Negative when `a` stands above `b`. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  const sa = sectionOf(a);
  const sb = sectionOf(b);
  if (sa !== sb) return SECTIONS.indexOf(sa) - SECTIONS.indexOf(sb);
  if (sa === 'acknowledged') {
    const due = (a.dueAt ?? Number.POSITIVE_INFINITY) - (b.dueAt ?? Number.POSITIVE_INFINITY);
    if (due !== 0 && !Number.isNaN(due)) return due;
    if (a.raisedAt !== b.raisedAt) return a.raisedAt - b.raisedAt;
  } else if (sa === 'out-of-service') {
    const since = (takenOutAt(a) ?? a.raisedAt) - (takenOutAt(b) ?? b.raisedAt);
    if (since !== 0) return since;
  } else {
    const level = LEVEL_RANK[b.level] - LEVEL_RANK[a.level];
    if (level !== 0) return level;
    if (a.raisedAt !== b.raisedAt) return b.raisedAt - a.raisedAt;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function sortAlarms(alarms: Iterable<Alarm>): Alarm[] {
  return [...alarms].sort(compareAlarms);
}
