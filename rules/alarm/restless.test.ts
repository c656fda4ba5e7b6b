import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { AlarmFact } from '../../model/performance.ts';
import { restoreEngine } from '../engine.ts';
import { FiguresFold } from '../performance/figures.ts';
import { device, limit, measurement, Plant, profile, START } from '../testing/plant.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const GAS = profile('gas', [measurement('lel', [limit('L1', 'yellow', 25), limit('LOW', 'blue', -5, { dir: 'lo' })])], { faults: [] });

function plant(): Plant {
  return new Plant().setUp(
    [GAS],
    ['d0', 'd1'].map((id) => device(id, 'gas', { heartbeatMs: 86_400_000 })),
  );
}
/** Above the limit for so long, then below it for so long. */
function swings(one: Plant, onMs: number, offMs: number, id = 'd0'): void {
  one.send(id, 'lel', 30);
  one.pass(onMs);
  one.send(id, 'lel', 0);
  one.pass(offMs);
}
const last = (one: Plant, ladder = 'hi'): Alarm | undefined => one.alarmEvents(ladder).at(-1)?.[0];
function restored(one: Plant): void {
  const text = one.engine.serialise();
  one.engine = restoreEngine(text);
  expect(one.engine.serialise()).toBe(text);
}

describe('an alarm that comes and goes too fast', () => {
  it('chatters with the third activation of a minute; the event that tells it says so, and no other event is made', () => {
    const one = plant();
    swings(one, 11 * SECOND, 4 * SECOND);
    swings(one, 11 * SECOND, 4 * SECOND);
    expect(last(one)?.restless).toBeUndefined();
    const found = one.now;
    one.send('d0', 'lel', 30);
    expect(last(one)?.restless).toEqual({ chattering: 1, fleeting: 0, since: found });
    expect(one.told('hi')).toEqual(['hi raised', 'hi returned', 'hi re-announced', 'hi returned', 'hi re-announced']);
    restored(one);
    expect(one.alarm('hi')?.restless).toEqual({ chattering: 1, fleeting: 0, since: found });
    // The next three begin anew: four activations are not two of them.
    one.pass(11 * SECOND);
    one.send('d0', 'lel', 0);
    swings(one, 11 * SECOND, 2 * SECOND);
    swings(one, 11 * SECOND, 2 * SECOND);
    expect(last(one)?.restless?.chattering).toBe(1);
    one.send('d0', 'lel', 30);
    expect(last(one)?.restless?.chattering).toBe(2);
  });

  it('is fleeting where it is over within ten seconds, to the second', () => {
    const one = plant();
    swings(one, 10 * SECOND, 70 * SECOND);
    expect(last(one)?.restless).toBeUndefined();
    swings(one, 10 * SECOND - 1, 70 * SECOND);
    expect(last(one)?.restless).toMatchObject({ chattering: 0, fleeting: 1 });
  });

  it('is counted over its occurrences, also through a restart, and forgotten after an hour without one', () => {
    const one = plant();
    for (let n = 0; n < 3; n += 1) {
      one.send('d0', 'lel', 30);
      one.acknowledge('hi');
      one.pass(5 * SECOND);
      one.send('d0', 'lel', 0);
      expect(one.alarm('hi')).toBeUndefined();
      restored(one);
      one.pass(10 * SECOND);
    }
    expect(last(one)).toMatchObject({ occurrence: 3, restless: { chattering: 1, fleeting: 3 } });
    one.pass(HOUR - 20 * SECOND);
    one.send('d0', 'lel', 30);
    expect(last(one)?.restless).toMatchObject({ chattering: 1, fleeting: 3 });
    one.acknowledge('hi');
    one.send('d0', 'lel', 0);
    one.pass(HOUR + SECOND);
    one.send('d0', 'lel', 30);
    expect(last(one)).toMatchObject({ occurrence: 5 });
    expect(last(one)?.restless).toBeUndefined();
  });

  it('is another one’s neither by ladder nor by device', () => {
    const one = plant();
    swings(one, SECOND, SECOND, 'd0');
    swings(one, SECOND, SECOND, 'd1');
    one.send('d0', 'lel', -6);
    one.send('d0', 'lel', 30);
    expect(last(one)?.restless?.chattering).toBe(0);
    expect(one.alarm('lo')?.restless).toMatchObject({ fleeting: 1 });
  });

  it('counts nothing that nobody was told, and no step of the server’s clock', () => {
    const one = plant();
    one.put(device('d1', 'gas', { heartbeatMs: 86_400_000, mode: 'test' }));
    for (let n = 0; n < 4; n += 1) swings(one, SECOND, SECOND, 'd1');
    expect(last(one)?.restless).toBeUndefined();
    const other = plant();
    other.send('d0', 'lel', 30);
    other.command({ op: 'suppress', alarmId: other.alarm('hi')?.id ?? '', reason: 'pump is off' });
    other.send('d0', 'lel', 0);
    for (let n = 0; n < 4; n += 1) swings(other, SECOND, SECOND);
    expect(last(other)?.restless).toBeUndefined();
    const stepped = plant();
    for (let n = 0; n < 3; n += 1) {
      swings(stepped, 15 * SECOND, 25 * SECOND);
      stepped.offset -= 40 * SECOND;
    }
    expect(last(stepped)?.restless).toBeUndefined();
  });

  it('goes on counting when its acknowledgement is withdrawn', () => {
    const one = plant();
    swings(one, SECOND, 0);
    const id = one.alarm('hi')?.id ?? '';
    one.acknowledge('hi');
    one.command({ op: 'withdraw', alarmId: id });
    expect(one.alarm('hi')?.restless).toMatchObject({ fleeting: 1 });
    restored(one);
    one.send('d0', 'lel', 30);
    one.pass(SECOND);
    one.send('d0', 'lel', 0);
    expect(last(one)?.restless).toMatchObject({ fleeting: 2 });
  });
});

describe('the count on the board', () => {
  const fact = (alarm: Alarm, event: AlarmEvent): AlarmFact => ({
    entry: event.entry,
    ...alarm,
    seq: event.seq,
    at: event.at,
    type: event.type,
    cause: event.cause ?? null,
    alarmId: alarm.id,
    by: event.by,
    unacknowledged: alarm.state === 'UNACK' || alarm.state === 'RTNUN',
    suppressed: alarm.suppressedBy.length > 0,
    suppressions: alarm.suppressions ?? [],
    verifiedAs: null,
  });
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('send' as const), id: fc.constantFrom('d0', 'd1'), value: fc.constantFrom(0, 30, -6) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(500, 4_000, 9_900, 15_000, 70_000) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('acknowledge' as const, 'suppress' as const, 'unsuppress' as const), pick: fc.nat(3) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  );

  it('is that of the performance figures, for every alarm, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 50 }), (steps) => {
        const one = plant();
        for (const does of steps) {
          if (does.do === 'send') one.send(does.id, 'lel', does.value);
          else if (does.do === 'pass') one.pass(does.ms);
          else if (does.do === 'restore') restored(one);
          else {
            const known = [...one.engine.view.openAlarms(), ...one.engine.view.restingAlarms()];
            const alarmId = known[does.pick % Math.max(1, known.length)]?.id ?? '1-0';
            one.command(does.do === 'acknowledge' ? { op: 'acknowledge', alarmId } : { op: does.do, alarmId, reason: 'pump is off' });
          }
        }
        const fold = new FiguresFold(START - 1, one.now + 1, (at) => at, [[START - 1, one.now + 1]]);
        const live = new Map<string, { readonly chattering: number; readonly fleeting: number }>();
        for (const [alarm, event] of one.alarmEvents()) {
          fold.add(fact(alarm, event));
          const { chattering = 0, fleeting = 0 } = alarm.restless ?? {};
          live.set(`${alarm.deviceId} ${alarm.ladder}`, { chattering, fleeting });
        }
        for (const { deviceId, ladder, chattering, fleeting } of fold.figures().worst) {
          expect(live.get(`${deviceId} ${ladder}`)).toEqual({ chattering, fleeting });
        }
      }),
      { numRuns: 150 },
    );
  });
});
