import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../../model/alarm.ts';
import { LEVELS } from '../../../../model/level.ts';
import { makeAlarm } from '../testing/alarms.ts';
import { countLevels, foldFlood } from './flood-fold.ts';
import { floodItems, listItems } from './rows.ts';
import { arrange } from './stable.ts';

const STATES = ['UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACK'] as const;
const some: fc.Arbitrary<readonly Alarm[]> = fc
  .array(
    fc.record({
      level: fc.constantFrom(...LEVELS),
      state: fc.constantFrom(...STATES),
      areaId: fc.constantFrom(null, 'north', 'south'),
      enterpriseId: fc.constantFrom(null, 'haida', 'other'),
      groupId: fc.constantFrom(null, null, 'hazard-source:t1', 'cause:haida/trip'),
      firstOut: fc.boolean(),
      test: fc.constantFrom(false, false, false, true),
      suppressedBy: fc.constantFrom([], [], [], ['shelved' as const]),
      raisedAt: fc.nat(1_000),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((list) => {
    const led = new Set<string>();
    return list.map((over, n) => {
      const key = `${over.groupId} ${over.test}`;
      const firstOut = over.firstOut && over.groupId !== null && !led.has(key);
      if (firstOut) led.add(key);
      return makeAlarm({ id: `1-${n}`, ...over, firstOut });
    });
  });

describe('a folded flood', () => {
  it('loses nothing and doubles nothing: singles and folds are the list, whatever comes', () => {
    let folded = 0;
    fc.assert(
      fc.property(some, fc.array(fc.nat(59)), (alarms, toggled) => {
        const open = new Map(alarms.map((alarm) => [alarm.id, alarm]));
        const { rows } = arrange({ rows: [], newcomers: [], risen: [] }, open, false);
        const alarmOf = (id: string): Alarm | undefined => open.get(id);
        const { singles, folds, rest } = foldFlood(rows, alarmOf);
        const inFolds = folds.flatMap((fold) => fold.rows);
        expect([...singles, ...inFolds, ...rest].map(({ id }) => id).sort()).toEqual(alarms.map(({ id }) => id).sort());
        const counted = alarms.filter((alarm) => !alarm.test && alarm.suppressedBy.length === 0);
        expect(singles.length + folds.reduce((sum, fold) => sum + fold.rows.length, 0)).toBe(counted.length);
        expect(inFolds.filter(({ id }) => open.get(id)?.level === 'red')).toEqual([]);
        for (const fold of folds) {
          expect(fold.rows.length).toBeGreaterThan(1);
          const counts = Object.values(countLevels(fold.rows.flatMap(({ id }) => open.get(id) ?? [])));
          expect(counts.reduce((sum, one) => sum + one.acknowledged + one.unacknowledged, 0)).toBe(fold.rows.length);
        }
        folded += inFolds.length;
        // On the screen: every alarm is a row, or counted in a fold that is closed; opening brings all of its rows.
        const opened = new Set(toggled.flatMap((n) => folds[n % Math.max(1, folds.length)]?.key ?? []));
        const items = floodItems(rows, alarmOf, opened);
        const shown = items.flatMap((item) =>
          item.kind === 'row' ? [item.id] : item.kind === 'fold' && !item.open ? item.fold.rows.map(({ id }) => id) : [],
        );
        expect([...shown].sort()).toEqual(alarms.map(({ id }) => id).sort());
        expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
      }),
      { numRuns: 400, seed: 53 },
    );
    expect(folded).toBeGreaterThan(1_000);
  });

  it('stands by cause where there is one, else by area, with the first-out and every red alarm before it', () => {
    const t1 = { groupId: 'hazard-source:t1', level: 'yellow' } as const;
    const alarms = [
      makeAlarm({ id: 'first', ...t1, firstOut: true, areaId: 'north' }),
      makeAlarm({ id: 'next', ...t1, areaId: 'north' }),
      makeAlarm({ id: 'other', ...t1, areaId: 'south' }),
      makeAlarm({ id: 'lone', groupId: 'hazard-source:t9', firstOut: true, level: 'blue', areaId: 'south' }),
      makeAlarm({ id: 'blue', level: 'blue', areaId: 'south' }),
      makeAlarm({ id: 'red', areaId: 'south' }),
      makeAlarm({ id: 'away', level: 'blue', areaId: 'west' }),
    ];
    const open = new Map(alarms.map((alarm) => [alarm.id, alarm]));
    const { singles, folds } = foldFlood(arrange({ rows: [], newcomers: [], risen: [] }, open, false).rows, (id) => open.get(id));
    expect(singles.map(({ id }) => id)).toEqual(['red', 'first', 'away']);
    expect(folds.map(({ key, rows }) => [key, rows.map(({ id }) => id)])).toEqual([
      ['fold:group:hazard-source:t1', ['next', 'other']],
      ['fold:area:south', ['blue', 'lone']],
    ]);
  });

  it('lets what becomes red out of its fold though the order is frozen', () => {
    const yellow = ['a', 'b', 'c'].map((id) => makeAlarm({ id, level: 'yellow', areaId: 'north' }));
    const open = new Map(yellow.map((alarm) => [alarm.id, alarm]));
    const before = arrange({ rows: [], newcomers: [], risen: [] }, open, false);
    open.set('b', makeAlarm({ id: 'b', level: 'red', areaId: 'north' }));
    const { singles, folds } = foldFlood(arrange(before, open, true).rows, (id) => open.get(id));
    expect([singles.map(({ id }) => id), folds.map(({ rows }) => rows.map(({ id }) => id))]).toEqual([['b'], [['a', 'c']]]);
  });

  it('without a flood is the list as ever', () => {
    const open = new Map(['a', 'b'].map((id) => [id, makeAlarm({ id })]));
    const { rows } = arrange({ rows: [], newcomers: [], risen: [] }, open, false);
    expect(listItems(rows).map(({ kind }) => kind)).toEqual(['head', 'row', 'row']);
  });

  it('leaves a silent gateway alone: its one alarm says how many points are behind it', () => {
    const north = ['a', 'b'].map((id) => makeAlarm({ id, areaId: 'north', level: 'yellow' }));
    const gateway = makeAlarm({
      id: 'gw',
      areaId: 'north',
      level: 'yellow',
      kind: 'instrument',
      code: 'F01',
      measurement: null,
      value: 28,
    });
    const open = new Map([...north, gateway].map((alarm) => [alarm.id, alarm]));
    const { rows } = arrange({ rows: [], newcomers: [], risen: [] }, open, false);
    const { singles, folds } = foldFlood(rows, (id) => open.get(id));
    expect(singles.map(({ id }) => id)).toEqual(['gw']);
    expect(folds.map((fold) => fold.rows.length)).toEqual([2]);
  });
});
