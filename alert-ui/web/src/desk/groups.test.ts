import { describe, expect, it } from 'vitest';
import { makeAlarm } from '../testing/alarms.ts';
import { alarmGroups, groupKey, markedFirst } from './groups.ts';

const T1 = { groupId: 'hazard-source:t1' };

describe('groups of the board', () => {
  it('hold what is open, the first-out before all others, then the oldest', () => {
    const groups = alarmGroups([
      makeAlarm({ id: 'c', raisedAt: 3, ...T1 }),
      makeAlarm({ id: 'a', raisedAt: 1, ...T1 }),
      makeAlarm({ id: 'b', raisedAt: 2, firstOut: true, ...T1 }),
      makeAlarm({ id: 'gone', state: 'NORM', ...T1 }),
      makeAlarm({ id: 'tried', test: true, firstOut: true, ...T1 }),
      makeAlarm({ id: 'alone' }),
    ]);
    expect([...groups].map(([key, { members, first }]) => [key, members.map(({ id }) => id), first?.id])).toEqual([
      ['hazard-source:t1', ['b', 'a', 'c'], 'b'],
      ['test hazard-source:t1', ['tried'], 'tried'],
    ]);
    expect(groupKey(makeAlarm())).toBe(null);
  });

  it('mark a first-out only where something followed it, and nobody where the first is over', () => {
    const first = makeAlarm({ id: 'first', firstOut: true, ...T1 });
    expect([...markedFirst(alarmGroups([first]))]).toEqual([]);
    expect([...markedFirst(alarmGroups([makeAlarm({ id: 'next', ...T1 }), first]))]).toEqual(['first']);
    expect([...markedFirst(alarmGroups([makeAlarm({ id: 'next', ...T1 }), makeAlarm({ id: 'other', ...T1 })]))]).toEqual([]);
  });
});
