/**
 * The row under the hand does not move. While somebody works in the list its order is frozen: rows stay where they are and only
 * change their marks, newcomers stand in a strip below, with risen ones whose row is out of view, and one merge follows when the hand
 * rests. An alarm stands once, and is counted once. Pure.
 */
import type { Alarm } from '../../../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../../../model/level.ts';
import { compareAlarms, type Section, sectionOf, sortAlarms } from './order.ts';

export interface Placed {
  readonly id: string;
  readonly section: Section;
  /** Level and unacknowledged occurrence when it was placed: rising above either repeats it in the strip. */
  readonly level: Level;
  readonly recurrences: number;
}

export interface Arrangement {
  readonly rows: readonly Placed[];
  /** Ids without a row yet: worst first. */
  readonly newcomers: readonly string[];
  /** Ids of rows that have got worse since they were placed: worst first. */
  readonly risen: readonly string[];
}

export const FREEZE_MS = 10_000;

function place(alarm: Alarm): Placed {
  const section = sectionOf(alarm);
  return { id: alarm.id, section, level: alarm.level, recurrences: alarm.recurrences };
}

/** Has it got worse since it was placed: higher level, rings again, or moved into the ringing section? */
function isRisen(row: Placed, alarm: Alarm): boolean {
  if (sectionOf(alarm) !== 'ringing') return false;
  return row.section !== 'ringing' || LEVEL_RANK[alarm.level] > LEVEL_RANK[row.level] || alarm.recurrences > row.recurrences;
}

/**
 * What stands on the desk now.
 * @param before the last arrangement; @param open open alarms after the filter, by id; @param frozen whether somebody works in the list.
 * Frozen: rows of `before` keep order and section (closed ones too, the caller shows their last state); all others are newcomers.
 */
export function arrange(before: Arrangement, open: ReadonlyMap<string, Alarm>, frozen: boolean): Arrangement {
  if (!frozen || before.rows.length === 0) return { rows: sortAlarms(open.values()).map(place), newcomers: [], risen: [] };
  const placed = new Map(before.rows.map((row) => [row.id, row]));
  const newcomers: Alarm[] = [];
  const risen: Alarm[] = [];
  for (const alarm of open.values()) {
    const row = placed.get(alarm.id);
    if (row === undefined) {
      if (sectionOf(alarm) !== 'test') newcomers.push(alarm);
    } else if (isRisen(row, alarm)) risen.push(alarm);
  }
  const ids = (alarms: Alarm[]): string[] => alarms.sort(compareAlarms).map(({ id }) => id);
  return { rows: before.rows, newcomers: ids(newcomers), risen: ids(risen) };
}

/** What the strip shows: what has no row, and of the risen ones those whose row nobody sees; worst first. */
export function stripOf(newcomers: readonly Alarm[], risen: readonly Alarm[], inView: ReadonlySet<string>): Alarm[] {
  return [...newcomers, ...risen.filter(({ id }) => !inView.has(id))].sort(compareAlarms);
}

export interface SectionCount {
  /** Rows under the heading that belong there as they stand now. */
  readonly here: number;
  /** Rows that keep their place there while the order is held, and belong elsewhere by now. */
  readonly changed: number;
}

/** Rows under each heading, every open alarm once. What has closed keeps its place, too, but is counted nowhere. */
export function countSections(rows: readonly Placed[], alarmOf: (id: string) => Alarm | undefined): ReadonlyMap<Section, SectionCount> {
  const counts = new Map<Section, SectionCount>();
  for (const { id, section } of rows) {
    const alarm = alarmOf(id);
    if (alarm === undefined || (alarm.state === 'NORM' && alarm.suppressedBy.length === 0)) continue;
    const { here, changed } = counts.get(section) ?? { here: 0, changed: 0 };
    counts.set(section, sectionOf(alarm) === section ? { here: here + 1, changed } : { here, changed: changed + 1 });
  }
  return counts;
}
