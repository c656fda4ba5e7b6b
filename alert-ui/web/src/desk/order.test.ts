import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../../model/alarm.ts';
import { makeAlarm } from '../testing/alarms.ts';
import { filterFromQuery, isFiltered, NO_FILTER, passes, queryFromFilter } from './filter.ts';
import { isRinging, sectionOf, sortAlarms } from './order.ts';
import { listItems, offsetOf } from './rows.ts';
import { arrange, type Arrangement, countSections, stripOf } from './stable.ts';

const none: Arrangement = { rows: [], newcomers: [], risen: [] };
const ids = (a: Arrangement): string[] => a.rows.map((r) => r.id);
const open = (...alarms: Alarm[]): Map<string, Alarm> => new Map(alarms.map((a) => [a.id, a]));

describe('order of the desk', () => {
  it('rings first, then returned, then acknowledged; worst first; newest first; test last', () => {
    const list = [
      makeAlarm({ id: 'acked', state: 'ACKED' }),
      makeAlarm({ id: 'returned', state: 'RTNUN', level: 'yellow' }),
      makeAlarm({ id: 'orange', level: 'orange', raisedAt: 9 }),
      makeAlarm({ id: 'red-old', raisedAt: 1 }),
      makeAlarm({ id: 'latched', state: 'LUNACK', raisedAt: 2 }),
      makeAlarm({ id: 'test', test: true }),
    ];
    expect(sortAlarms(list).map((a) => a.id)).toEqual(['latched', 'red-old', 'orange', 'returned', 'acked', 'test']);
  });

  it('puts acknowledged ones by due time, then oldest', () => {
    const acked = (id: string, dueAt: number | null, raisedAt: number): Alarm => makeAlarm({ id, state: 'ACKED', dueAt, raisedAt });
    expect(
      sortAlarms([acked('none-young', null, 9), acked('late', 500, 1), acked('none-old', null, 2), acked('soon', 100, 5)]).map((a) => a.id),
    ).toEqual(['soon', 'late', 'none-old', 'none-young']);
  });

  it('what is out of service stands by the age of its permit, whatever its level', () => {
    const out = (id: string, since: number, level: Alarm['level']): Alarm =>
      makeAlarm({
        id,
        level,
        raisedAt: 10_000 - since,
        suppressedBy: ['out-of-service'],
        suppressions: [{ flag: 'out-of-service', since, until: null, by: 'li', reason: 'x', permit: 'P' }],
      });
    const order = sortAlarms([out('new', 3, 'red'), out('old', 1, 'blue'), out('b', 2, 'red'), out('a', 2, 'blue')]);
    expect(order.map(({ id }) => id)).toEqual(['old', 'a', 'b', 'new']);
  });

  it('a suppressed, silenced, historic, test or returned alarm does not ring; a latched one does', () => {
    expect(isRinging(makeAlarm(), 0)).toBe(true);
    expect(isRinging(makeAlarm({ state: 'LUNACK', active: false }), 0)).toBe(true);
    for (const over of [
      { state: 'RTNUN' },
      { state: 'ACKED' },
      { test: true },
      { historic: true },
      { suppressedBy: ['shelved'] },
      { silencedUntil: 10 },
    ] as const)
      expect(isRinging(makeAlarm(over), 5)).toBe(false);
    expect(isRinging(makeAlarm({ silencedUntil: 10 }), 10)).toBe(true);
    expect(sectionOf(makeAlarm({ state: 'LACK' }))).toBe('acknowledged');
  });
});

describe('the row under the hand does not move', () => {
  const a = makeAlarm({ id: 'a', level: 'yellow', raisedAt: 1 });
  const b = makeAlarm({ id: 'b', level: 'orange', raisedAt: 2 });

  it('while the order is held a newcomer stands in the strip, not in the list', () => {
    const before = arrange(none, open(a, b), false);
    const held = arrange(before, open(a, b, makeAlarm({ id: 'new', level: 'red' })), true);
    expect(ids(held)).toEqual(['b', 'a']);
    expect(held.newcomers).toEqual(['new']);
    expect(ids(arrange(held, open(a, b, makeAlarm({ id: 'new', level: 'red' })), false))).toEqual(['new', 'b', 'a']);
  });

  it('an acknowledged or closed row stays where it was', () => {
    const before = arrange(none, open(a, b), false);
    expect(ids(arrange(before, open(a, { ...b, state: 'ACKED' }), true))).toEqual(['b', 'a']);
    expect(ids(arrange(before, open(a), true))).toEqual(['b', 'a']);
  });

  it('a risen, returning or re-ringing one keeps its row, and stands in the strip only where that is out of view', () => {
    const acked = makeAlarm({ id: 'k', state: 'ACKED', level: 'yellow' });
    const before = arrange(none, open(a, b, acked), false);
    const now = open(
      { ...a, level: 'red' },
      { ...b, recurrences: 1 },
      { ...acked, state: 'UNACK' },
      makeAlarm({ id: 'new', level: 'orange' }),
    );
    const held = arrange(before, now, true);
    expect(held).toMatchObject({ rows: before.rows, newcomers: ['new'], risen: ['a', 'b', 'k'] });
    const these = (of: readonly string[]): Alarm[] => of.flatMap((id) => now.get(id) ?? []);
    const shown = (...inView: string[]): string[] => stripOf(these(held.newcomers), these(held.risen), new Set(inView)).map(({ id }) => id);
    expect(shown('a', 'b', 'k')).toEqual(['new']);
    expect(shown('b', 'k')).toEqual(['a', 'new']);
    expect(shown().toSorted()).toEqual(['a', 'b', 'k', 'new']);
    expect(arrange(before, open(a, b, acked), true)).toMatchObject({ newcomers: [], risen: [] });
  });

  it('every open alarm is counted once, whatever became of it while the order is held', () => {
    const c = makeAlarm({ id: 'c', state: 'ACKED' });
    const d = makeAlarm({ id: 'd', state: 'ACKED' });
    const before = arrange(none, open(a, b, c, d), false);
    // One is acknowledged, one rings again, one is over, one is new.
    const now = open(a, { ...b, state: 'ACKED' }, { ...c, state: 'UNACK' }, makeAlarm({ id: 'new', level: 'red' }));
    const held = arrange(before, now, true);
    const closed = { ...d, state: 'NORM' as const };
    const counts = countSections(held.rows, (id) => now.get(id) ?? (id === 'd' ? closed : undefined));
    expect([...counts]).toEqual([
      ['ringing', { here: 1, changed: 1 }],
      ['acknowledged', { here: 0, changed: 1 }],
    ]);
    const rows = [...counts.values()].reduce((sum, { here, changed }) => sum + here + changed, 0);
    expect(rows + held.newcomers.length).toBe(now.size);
    const merged = countSections(arrange(held, now, false).rows, (id) => now.get(id));
    expect([...merged]).toEqual([
      ['ringing', { here: 3, changed: 0 }],
      ['acknowledged', { here: 1, changed: 0 }],
    ]);
  });

  it('an empty list has nothing to hold: the first alarm is shown at once', () => {
    expect(ids(arrange(none, open(a), true))).toEqual(['a']);
  });

  it('knows where a row stands on the screen', () => {
    const items = listItems(arrange(none, open(a, b, makeAlarm({ id: 'k', state: 'ACKED' })), false).rows);
    expect(items.map((i) => i.key)).toEqual(['head:ringing', 'b', 'a', 'head:acknowledged', 'k']);
    expect(offsetOf(items, 'k', 40)).toBe(36 + 40 + 40 + 36);
    expect(offsetOf(items, 'gone', 40)).toBeNull();
  });
});

describe('filters', () => {
  it('live in the address and come back the same; unknown words are left out', () => {
    const filter = filterFromQuery({ level: 'red,purple', kind: 'fire', enterprise: 'haida', q: 'T-301' });
    expect(filter).toEqual({ levels: ['red'], kinds: ['fire'], enterprise: 'haida', text: 'T-301' });
    expect(filterFromQuery(queryFromFilter(filter))).toEqual(filter);
    expect(isFiltered(NO_FILTER)).toBe(false);
  });
  it('pass what fits every part', () => {
    const words = (): string => 'Haida Tank farm GD-07 LEL';
    expect(passes({ ...NO_FILTER, text: 'tank gd-07' }, makeAlarm(), words)).toBe(true);
    expect(passes({ ...NO_FILTER, text: 'tank gd-08' }, makeAlarm(), words)).toBe(false);
    expect(passes({ ...NO_FILTER, levels: ['orange'] }, makeAlarm(), words)).toBe(false);
    expect(passes({ ...NO_FILTER, enterprise: 'other' }, makeAlarm(), words)).toBe(false);
    expect(passes({ ...NO_FILTER, kinds: ['fire'] }, makeAlarm(), words)).toBe(false);
  });
});
