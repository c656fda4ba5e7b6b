/**
 * The row under the hand does not move. While somebody works in the list its order is frozen: rows stay where they are and only
 * change their marks, newcomers and risen ones stand in a strip above, and one merge follows when the hand rests. Pure.
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
  /** Ids for the strip: worst first. */
  readonly newcomers: readonly string[];
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
  if (!frozen || before.rows.length === 0) return { rows: sortAlarms(open.values()).map(place), newcomers: [] };
  const placed = new Map(before.rows.map((row) => [row.id, row]));
  const newcomers: Alarm[] = [];
  for (const alarm of open.values()) {
    const row = placed.get(alarm.id);
    if (row === undefined ? sectionOf(alarm) !== 'test' : isRisen(row, alarm)) newcomers.push(alarm);
  }
  return { rows: before.rows, newcomers: newcomers.sort(compareAlarms).map((a) => a.id) };
}
