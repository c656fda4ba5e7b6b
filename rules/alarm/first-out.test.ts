import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import { restoreEngine } from '../engine.ts';
import { beginning, GROUPED, play, type Step } from '../testing/histories.ts';
import { device, enterprise, hazardSource, limit, measurement, Plant, profile } from '../testing/plant.ts';

const GAS = profile('gas', [measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50)])], { faults: ['F01', 'F03'] });
const LINE = {
  id: 'trip',
  cause: { device: 'd0', ladder: 'hi' },
  hides: [{ device: 'd3', measurement: 'lel', ladder: 'lo' }],
};

function tankFarm(): Plant {
  const plant = new Plant().setUp(
    [GAS],
    [0, 1, 2, 3].map((n) => device(`d${n}`, 'gas', { heartbeatMs: 600_000 })),
  );
  plant.place('hazard-source', hazardSource('t1'));
  for (const n of [1, 2]) plant.put(device(`d${n}`, 'gas', { heartbeatMs: 600_000, hazardSourceId: 't1' }));
  return plant;
}
function of(plant: Plant, id: string): Alarm {
  const found = [...plant.engine.view.openAlarms()].find((alarm) => alarm.deviceId === id && alarm.kind === 'process');
  if (found === undefined) throw new Error(`no open alarm of ${id}`);
  return found;
}
const firsts = (plant: Plant): readonly (string | null)[] =>
  [...plant.engine.view.openAlarms()].filter((alarm) => alarm.firstOut).map((alarm) => alarm.deviceId);

describe('first-out', () => {
  it('is the first alarm of a hazard source, until every alarm of it is normal', () => {
    const plant = tankFarm();
    plant.send('d1', 'lel', 30);
    plant.mono += 1_000;
    plant.send('d2', 'lel', 30);
    plant.send('d3', 'lel', 30);
    expect(of(plant, 'd1')).toMatchObject({ firstOut: true, groupId: 'hazard-source:t1' });
    expect(of(plant, 'd2')).toMatchObject({ firstOut: false, groupId: 'hazard-source:t1' });
    expect(of(plant, 'd3')).toMatchObject({ firstOut: false, groupId: null });
    // The first is over, the second is not: what comes then is not first.
    plant.send('d1', 'lel', 0);
    plant.command({ op: 'acknowledge', alarmId: of(plant, 'd1').id });
    plant.mono += 1_000;
    plant.send('d1', 'lel', 30);
    expect(firsts(plant)).toEqual([]);
    for (const id of ['d1', 'd2']) {
      plant.command({ op: 'acknowledge', alarmId: of(plant, id).id });
      plant.send(id, 'lel', 0);
    }
    plant.send('d2', 'lel', 30);
    expect(firsts(plant)).toEqual(['d2']);
  });

  it('goes by the time of the sample: one that was on its way longer takes the mark over, and the other is told', () => {
    const plant = tankFarm();
    // Its clock is known to be right: a sample of twenty seconds ago was under way so long.
    for (let n = 0; n < 3; n += 1) {
      plant.send('d2', 'lel', n / 10, { stamp: 0 });
      plant.mono += 10_000;
    }
    plant.send('d1', 'lel', 30);
    plant.mono += 1_000;
    plant.send('d2', 'lel', 30, { stamp: -5_000 });
    expect(firsts(plant)).toEqual(['d2']);
    expect(plant.alarmEvents().map(([alarm, event]) => [alarm.deviceId, event.type, event.cause ?? null, alarm.firstOut])).toEqual([
      ['d1', 'raised', null, true],
      ['d1', 'first-out-moved', 'earlier-sample', false],
      ['d2', 'raised', null, true],
    ]);
    const again = restoreEngine(plant.engine.serialise());
    expect([...again.view.openAlarms()].map((alarm) => [alarm.deviceId, alarm.firstOut])).toEqual([
      ['d1', false],
      ['d2', true],
    ]);
  });

  it('of two at the same time is the one that was told first, whatever our clock does between', () => {
    const plant = tankFarm();
    plant.send('d2', 'lel', 30);
    plant.send('d1', 'lel', 30);
    expect(firsts(plant)).toEqual(['d2']);
    const other = tankFarm();
    other.send('d2', 'lel', 30);
    other.mono += 5_000;
    other.offset -= 3_600_000;
    other.send('d1', 'lel', 30);
    expect(firsts(other)).toEqual(['d2']);
  });

  it('stays where it is when a closed alarm opens again beside it, and comes back to one that is alone', () => {
    for (const another of [true, false]) {
      const plant = tankFarm();
      plant.send('d1', 'lel', 30);
      plant.send('d1', 'lel', 0);
      const { id } = of(plant, 'd1');
      plant.command({ op: 'acknowledge', alarmId: id });
      if (another) plant.send('d2', 'lel', 30);
      plant.command({ op: 'withdraw', alarmId: id });
      expect(of(plant, 'd1')).toMatchObject({ state: 'RTNUN', firstOut: !another, groupId: 'hazard-source:t1' });
      expect(firsts(plant)).toEqual([another ? 'd2' : 'd1']);
    }
  });

  it('is that of the cause-and-effect table where one names the alarm, over all lines that hang together', () => {
    const plant = tankFarm();
    const more = { id: 'more', cause: { device: 'd3', ladder: 'lo' }, hides: [{ device: 'd2', ladder: 'lo' }] };
    const apart = { id: 'apart', cause: { device: 'd1', ladder: 'F01' }, hides: [{ device: 'd1', ladder: 'lo' }] };
    plant.place('enterprise', enterprise('works', { causes: [LINE, more, apart] }));
    plant.send('d0', 'lel', 30);
    plant.send('d1', 'lel', 30);
    expect(of(plant, 'd0').groupId).toBe('cause:works/more');
    // The table says something of d1's other alarms alone.
    expect(of(plant, 'd1').groupId).toBe('hazard-source:t1');
  });

  it('is nothing that an instrument says, nothing suppressed, and a test comes before nothing that is real', () => {
    const plant = tankFarm();
    plant.send('d1', 'lel', 0, { faults: ['F03'] });
    expect(plant.alarm('F03')).toMatchObject({ kind: 'instrument', firstOut: false, groupId: null });
    plant.put(device('d1', 'gas', { heartbeatMs: 600_000, hazardSourceId: 't1', mode: 'test' }));
    plant.send('d1', 'lel', 30);
    plant.send('d2', 'lel', 30);
    expect(firsts(plant)).toEqual(['d1', 'd2']);
    const id = of(plant, 'd2').id;
    plant.command({ op: 'suppress', alarmId: id, reason: 'pump is off' });
    plant.command({ op: 'acknowledge', alarmId: id });
    plant.send('d2', 'lel', 0);
    plant.send('d2', 'lel', 30);
    expect(of(plant, 'd2')).toMatchObject({ suppressedBy: ['by-design'], firstOut: false, groupId: null });
    plant.command({ op: 'unsuppress', alarmId: of(plant, 'd2').id });
    expect(of(plant, 'd2')).toMatchObject({ firstOut: true, groupId: 'hazard-source:t1' });
  });
});

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      device: fc.integer({ min: 0, max: 3 }),
      key: fc.constant('lel' as const),
      value: fc.constantFrom(0, 26, 60),
      quality: fc.constant('good' as const),
      stamp: fc.constantFrom(null, null, -5_000, -30_000),
      faults: fc.constant(null),
      digest: fc.integer({ min: 1, max: 1_000_000 }),
      connection: fc.constant(1),
      packet: fc.integer({ min: 1, max: 60_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 4_000, 16_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      op: fc.constantFrom('acknowledge' as const, 'acknowledge' as const, 'withdraw' as const, 'reset' as const),
      pick: fc.nat(5),
      stale: fc.constant(false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('life' as const),
      op: fc.constantFrom('suppress' as const, 'unsuppress' as const, 'shelve' as const, 'unshelve' as const),
      pick: fc.nat(5),
      short: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tables' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), ms: fc.constantFrom(-3_600_000, 90_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('place' as const),
      device: fc.integer({ min: 0, max: 3 }),
      source: fc.constantFrom('s1', null),
    }),
  },
);
const PLACED: readonly Step[] = [
  ...[0, 1, 2, 3].map((n): Step => ({ do: 'place', device: n, source: 's1' })),
  // Stamps that show that two of the clocks are right.
  ...[0, 1, 2, 3, 4, 5].flatMap((n): Step[] => [
    { do: 'send', device: n % 2, key: 'lel', value: n / 10, quality: 'good', stamp: 0, faults: null, digest: n, connection: 1, packet: n },
    { do: 'pass', ms: 4_000 },
  ]),
];

describe('whatever happens, first-out', () => {
  it('is at most one open alarm of a group, is there from its beginning, and moves only as it is told', () => {
    const seen = { moved: 0, begun: 0, orphaned: 0 };
    fc.assert(
      fc.property(fc.array(STEP, { minLength: 10, maxLength: 60 }), (steps) => {
        const plant = beginning();
        for (const step of [...PLACED, ...steps]) play(plant, step);
        /** Open alarms as the events so far tell them. */
        const open = new Map<string, Alarm>();
        for (const [alarm, event] of plant.alarmEvents()) {
          const before = open.get(alarm.id);
          const others = [...open.values()].filter(
            (one) => one.id !== alarm.id && one.groupId !== null && one.groupId === alarm.groupId && one.test === alarm.test,
          );
          if (before?.groupId !== null && before !== undefined) {
            expect(alarm.groupId).toBe(before.groupId);
            if (before.firstOut !== alarm.firstOut) expect(event.type).toBe('first-out-moved');
          } else if (alarm.groupId !== null) {
            if (others.length === 0) {
              expect(alarm.firstOut).toBe(true);
              seen.begun += 1;
            } else if (!alarm.firstOut && others.every((one) => !one.firstOut)) seen.orphaned += 1;
          }
          if (event.type === 'first-out-moved') {
            expect([before?.firstOut, alarm.firstOut]).toEqual([true, false]);
            seen.moved += 1;
          }
          // What is told of a closed one (a change of configuration) tells how it was while it was open.
          const wasOrIsOpen = before !== undefined || alarm.state !== 'NORM';
          if (alarm.firstOut && wasOrIsOpen) expect(others.filter((one) => one.firstOut)).toEqual([]);
          if (alarm.state === 'NORM') open.delete(alarm.id);
          else open.set(alarm.id, alarm);
        }
        expect([...plant.engine.view.openAlarms()].map(({ id, firstOut, groupId }) => [id, firstOut, groupId]).sort()).toEqual(
          [...open.values()].map(({ id, firstOut, groupId }) => [id, firstOut, groupId]).sort(),
        );
      }),
      { numRuns: 200, seed: 31 },
    );
    for (const [name, count] of Object.entries(seen)) expect(count, name).toBeGreaterThan(20);
  });

  it('of the history that the snapshots are cut in has all of it', () => {
    const plant = beginning();
    for (const step of GROUPED) play(plant, step);
    const told = plant.alarmEvents().map(([alarm, event]) => `${event.type} ${alarm.firstOut}`);
    expect(told).toEqual(
      expect.arrayContaining(['raised true', 'raised false', 'first-out-moved false', 'withdrawn true', 'returned false']),
    );
  });
});
