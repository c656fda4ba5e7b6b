/**
 * In a flood the list is folded: red alarms, what came first of a group and silent gateways stand singly, the rest by cause and else by
 * area. Pure.
 * Nothing is dropped: every row that goes in is a single or in exactly one group. The order is that of the rows, so that what is frozen
 * under the hand stays where it is.
 */
import type { Alarm } from '../../../../model/alarm.ts';
import type { Level } from '../../../../model/level.ts';
import { isUnacknowledged } from '../live/fold.ts';
import { pointsBehind } from './gateway.ts';
import { alarmGroups, groupKey } from './groups.ts';
import type { Section } from './order.ts';
import type { Placed } from './stable.ts';

/** What the alarms of a fold have in common. */
export type FoldCause =
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'area'; readonly areaId: string }
  | { readonly kind: 'enterprise'; readonly enterpriseId: string }
  | { readonly kind: 'none' };

export interface Fold {
  readonly key: string;
  readonly cause: FoldCause;
  /** In the order of the list. */
  readonly rows: readonly Placed[];
}

export interface Folded {
  readonly singles: readonly Placed[];
  /** Each of at least two rows. */
  readonly folds: readonly Fold[];
  /** Suppressed and test alarms: they make no flood and are listed as ever. */
  readonly rest: readonly Placed[];
}

const FLOODING: ReadonlySet<Section> = new Set<Section>(['ringing', 'returned', 'acknowledged']);

function causeOf(alarm: Alarm, inGroups: ReadonlySet<string>): FoldCause {
  const key = groupKey(alarm);
  if (key !== null && alarm.groupId !== null && inGroups.has(key)) return { kind: 'group', groupId: alarm.groupId };
  if (alarm.areaId !== null) return { kind: 'area', areaId: alarm.areaId };
  return alarm.enterpriseId === null ? { kind: 'none' } : { kind: 'enterprise', enterpriseId: alarm.enterpriseId };
}

function keyOf(cause: FoldCause): string {
  switch (cause.kind) {
    case 'group':
      return `fold:group:${cause.groupId}`;
    case 'area':
      return `fold:area:${cause.areaId}`;
    case 'enterprise':
      return `fold:enterprise:${cause.enterpriseId}`;
    case 'none':
      return 'fold:none';
  }
}

/** @param alarmOf the alarm of a row as it stands now; a row without one stands singly. */
export function foldFlood(rows: readonly Placed[], alarmOf: (id: string) => Alarm | undefined): Folded {
  const rest = rows.filter((row) => !FLOODING.has(row.section));
  const flooding = rows.filter((row) => FLOODING.has(row.section));
  const known = flooding.flatMap((row) => alarmOf(row.id) ?? []);
  const groups = alarmGroups(known);
  const several = new Set([...groups].flatMap(([key, { members }]) => (members.length < 2 ? [] : [key])));
  const alone = new Set<Placed>();
  const folds = new Map<string, { readonly cause: FoldCause; readonly rows: Placed[] }>();
  for (const row of flooding) {
    const alarm = alarmOf(row.id);
    const key = alarm === undefined ? null : groupKey(alarm);
    const first = key !== null && several.has(key) && alarm?.firstOut === true;
    // A silent gateway is itself the fold of all that is behind it.
    if (alarm === undefined || alarm.level === 'red' || row.level === 'red' || first || pointsBehind(alarm) !== null) {
      alone.add(row);
      continue;
    }
    const cause = causeOf(alarm, several);
    const name = keyOf(cause);
    const fold = folds.get(name);
    if (fold === undefined) folds.set(name, { cause, rows: [row] });
    else fold.rows.push(row);
  }
  // One alarm is no fold.
  for (const fold of folds.values()) if (fold.rows.length === 1) for (const row of fold.rows) alone.add(row);
  return {
    singles: flooding.filter((row) => alone.has(row)),
    folds: [...folds].filter(([, fold]) => fold.rows.length > 1).map(([key, fold]) => ({ key, ...fold })),
    rest,
  };
}

export interface LevelCount {
  readonly unacknowledged: number;
  readonly acknowledged: number;
}

/** How many of each level, by what is still to be done about them. */
export function countLevels(alarms: readonly Alarm[]): Readonly<Record<Level, LevelCount>> {
  const of = (level: Level): LevelCount => {
    const all = alarms.filter((alarm) => alarm.level === level);
    const unacknowledged = all.filter(isUnacknowledged).length;
    return { unacknowledged, acknowledged: all.length - unacknowledged };
  };
  return { red: of('red'), orange: of('orange'), yellow: of('yellow'), blue: of('blue') };
}
