/** Which alarms of the board belong together, and which of them came first. Pure. */
import type { Alarm } from '../../../../model/alarm.ts';

export interface AlarmGroup {
  /** Open, oldest first; the first-out before all others. */
  readonly members: readonly Alarm[];
  /** Null: the one that came first is over already. */
  readonly first: Alarm | null;
}

/** Alarms of a test are a group of their own. Null = it is in none. */
export function groupKey(alarm: Alarm): string | null {
  return alarm.groupId === null ? null : `${alarm.test ? 'test ' : ''}${alarm.groupId}`;
}

/** Open alarms by their group. */
export function alarmGroups(alarms: Iterable<Alarm>): ReadonlyMap<string, AlarmGroup> {
  const groups = new Map<string, Alarm[]>();
  for (const alarm of alarms) {
    const key = groupKey(alarm);
    if (key === null || alarm.state === 'NORM') continue;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [alarm]);
    else members.push(alarm);
  }
  const sorted = (members: readonly Alarm[]): AlarmGroup => {
    const all = [...members].sort((a, b) => Number(b.firstOut) - Number(a.firstOut) || a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1));
    return { members: all, first: all[0]?.firstOut === true ? all[0] : null };
  };
  return new Map([...groups].map(([key, members]) => [key, sorted(members)]));
}

/** First-outs that are worth a mark: something followed them. */
export function markedFirst(groups: ReadonlyMap<string, AlarmGroup>): ReadonlySet<string> {
  const ids = [...groups.values()].flatMap(({ first, members }) => (first === null || members.length < 2 ? [] : [first.id]));
  return new Set(ids);
}
