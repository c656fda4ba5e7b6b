import { describe, expect, it } from 'vitest';
import type { Sample } from '../../model/reading.ts';
import { restoreEngine } from '../engine.ts';
import { device, limit, measurement, Plant, profile } from '../testing/plant.ts';

/** Semantics 4 as a plant would live it: clocks that are wrong, step or are unknown, and readings that come late, at once or out of order. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GAS = profile('gas', [
  measurement('lel', [
    limit('PRE', 'blue', 10, { deadband: 2, onDelayMs: 30_000, offDelayMs: 60_000 }),
    limit('L1', 'yellow', 25, { deadband: 2, offDelayMs: 30_000 }),
    limit('L2', 'red', 50, { deadband: 2, offDelayMs: 30_000 }),
  ]),
]);
const IDS = ['a', 'b', 'c'];
const gas = (): Plant =>
  new Plant().setUp(
    [GAS],
    IDS.map((id) => device(id, 'gas', { heartbeatMs: 10 * HOUR })),
  );

/** A device with a clock of its own: it does not follow a step of the server's. */
class Clocked {
  readonly id: string;
  private readonly one: Plant;
  errorMs: number;
  private readonly offset: number;
  constructor(one: Plant, id: string, errorMs = 0) {
    this.one = one;
    this.id = id;
    this.errorMs = errorMs;
    this.offset = one.offset;
  }
  /** A sample as the door makes it: a stamp from the future or from before 2000 is replaced by arrival, and kept beside. */
  sample(value: number, agoMs = 0, wholeSeconds = false): Sample {
    const { one } = this;
    const exact = this.offset + one.mono - agoMs + this.errorMs;
    const stampedAt = wholeSeconds ? Math.floor(exact / 1_000) * 1_000 : exact;
    const replaced = stampedAt > one.now + 5_000 || stampedAt < Date.UTC(2000, 0, 1);
    return { device: this.id, sampleAt: replaced ? one.now - agoMs : stampedAt, stampedAt, values: [one.value('lel', value)] };
  }
  send(value: number, agoMs = 0, wholeSeconds = false) {
    return this.one.message(this.id, [this.sample(value, agoMs, wholeSeconds)]);
  }
  /** Lives for a while, so that its error is known. */
  live(times: number, value = 1, everyMs = 10_000): void {
    for (let n = 0; n < times; n += 1) {
      this.send(value);
      this.one.pass(everyMs);
    }
  }
}

describe('a step of the server’s clock', () => {
  it.each([
    ['a day ahead', DAY],
    ['an hour back', -HOUR],
  ])('%s: nothing is raised or cleared by it, delays keep their length, and no live reading counts as late', (_, step) => {
    const one = gas();
    const [a, b, c] = IDS.map((id) => new Clocked(one, id));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three devices');
    // `a` is in alarm, `b` has run 20 of PRE's 30 s, `c` has run 20 of L1's 30 s on its way back.
    a.live(3, 30);
    b.live(3);
    c.live(2, 30);
    c.send(1);
    b.send(12);
    a.send(30);
    one.pass(20_000);
    const told = one.told().length;
    one.offset += step;
    one.apply({ kind: 'tick' });
    for (const each of [a, b, c]) each.send(each === a ? 30 : each === b ? 12 : 1);
    one.pass(5_000);
    expect(one.told()).toHaveLength(told);
    one.pass(6_000);
    // Both delays end 30 s after they began.
    const after = one.alarmEvents().slice(told);
    expect(after.map(([alarm, event]) => `${alarm.deviceId} ${event.type}`).sort()).toEqual(['b raised', 'c returned']);
    a.send(70);
    expect([...one.engine.view.openAlarms()].find((alarm) => alarm.deviceId === 'a')).toMatchObject({ level: 'red', historic: false });
    // Devices with right clocks have the error of ours now, and it is shown as such; nothing was silent.
    expect(one.told('F01')).toEqual([]);
  });

  it('while three hours of backlog are on their way: they stay three hours', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(5);
    one.pass(3 * HOUR);
    one.offset += DAY;
    a.send(70, 2 * HOUR);
    a.send(1, HOUR);
    a.send(1, 0);
    expect(one.told()).toEqual(['hi historic-exceedance']);
  });
});

describe('a server’s clock from before its build date', () => {
  const CLOCK = { kind: 'system', code: 'clock-not-believed', level: 'orange' } as const;
  const restartedIn1971 = (one: Plant): void => {
    one.boot = 'boot-2';
    one.mono = 0;
    one.offset = Date.UTC(1971, 0, 1);
    one.apply({ kind: 'start', build: 'test', clockBelieved: false });
  };

  it('put right while it runs: its alarm ends, stamps count again, nothing rings and no delay is cut short by it', () => {
    const one = gas();
    const [a, b] = ['a', 'b'].map((id) => new Clocked(one, id));
    if (a === undefined || b === undefined) throw new Error('two devices');
    a.live(5);
    b.live(5);
    const right = one.offset + one.mono;
    restartedIn1971(one);
    expect(one.alarm('clock-not-believed')).toMatchObject({ active: true, level: 'orange' });
    // Judged by arrival, whatever its stamp says: `b` has run 20 of PRE's 30 s.
    const stamped = (device: string, at: number, value: number) =>
      one.message(device, [{ device, sampleAt: at, stampedAt: at, values: [one.value('lel', value)] }]);
    stamped('b', right - 9 * HOUR, 12);
    one.pass(20_000);
    const told = one.told().length;
    one.offset = right + 2 * HOUR;
    one.apply({ ...CLOCK, active: false });
    expect(one.told().slice(told)).toEqual(['clock-not-believed returned']);
    one.pass(5_000);
    expect(one.told('hi')).toEqual([]);
    one.pass(6_000);
    expect(one.told('hi')).toEqual(['hi raised']);
    // Late again means late: begun and ended in what was kept while the line was down.
    const began = one.now - 1_800_000;
    const kept = [0, 30_000, 60_000, 91_000, 1_800_000].map((after, n) => ({
      device: 'a',
      sampleAt: began + after,
      stampedAt: began + after,
      values: [one.value('lel', n === 0 ? 70 : 1)],
    }));
    one.message('a', kept);
    one.pass(6_000);
    expect(one.told('hi').slice(1)).toEqual(['hi historic-exceedance']);
    expect(one.told('F01')).toEqual([]);
    // The state is all in the snapshot.
    expect(restoreEngine(one.engine.serialise()).serialise()).toBe(one.engine.serialise());
  });

  it('set to 1971 while it runs: it is said, and a reading is judged by its arrival', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(5);
    one.offset = Date.UTC(1971, 0, 1);
    one.apply({ ...CLOCK, active: true });
    expect(one.alarm('clock-not-believed')).toMatchObject({ active: true });
    const stampedAt = Date.UTC(2020, 0, 1);
    one.message('a', [{ device: 'a', sampleAt: stampedAt, stampedAt, values: [one.value('lel', 70)] }]);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', historic: false });
  });
});

describe('a device’s clock', () => {
  it.each([
    ['a day ahead', DAY],
    ['in 1970', -1_763_900_000_000],
    ['two hours behind', -2 * HOUR],
  ])('%s from its first word: judged at once, raised now, its backlog in order', (_, errorMs) => {
    const one = gas();
    const a = new Clocked(one, 'a', errorMs);
    const first = a.send(70);
    expect(first.judged).toBe(true);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', historic: false, raisedAt: one.now });
    a.live(8);
    one.pass(HOUR);
    const told = one.told().length;
    const begun = one.now - 1_800_000;
    one.message('a', [a.sample(60, 1_800_000), a.sample(1, 900_000), a.sample(1, 10_000), a.sample(1)]);
    one.pass(6_000);
    expect(one.told().slice(told)).toEqual(['hi historic-exceedance']);
    expect(Math.abs((one.alarmEvents('hi').at(-1)?.[0].raisedAt ?? 0) - begun)).toBeLessThan(2_000);
  });

  it.each([
    ['forward by a day', 0, DAY],
    ['back to 1970', 0, -1_763_900_000_000],
    ['back by two hours', 0, -2 * HOUR],
    ['put right from a day ahead', DAY, -DAY],
    ['put right from 1970', -1_763_900_000_000, 1_763_900_000_000],
  ])('steps %s: an alarm comes with the second reading at the latest, and none is historic', (_, before, step) => {
    const one = gas();
    const a = new Clocked(one, 'a', before);
    a.live(8);
    a.errorMs += step;
    a.send(70);
    one.pass(10_000);
    a.send(70);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true, historic: false });
    expect(one.told('hi').filter((event) => event.includes('historic'))).toEqual([]);
    one.pass(10_000);
    a.live(3, 1);
    one.pass(61_000);
    expect(one.alarm('hi')?.active).toBe(false);
  });

  it('more than a minute off is the health code clock (F15 has no alarm of its own); it goes when the clock is right', () => {
    const one = gas();
    const a = new Clocked(one, 'a', 2 * HOUR);
    a.live(3);
    expect(one.engine.view.status('a')?.health).toEqual(['clock']);
    expect(one.told()).toEqual([]);
    a.errorMs = 0;
    a.live(10);
    expect(one.engine.view.status('a')?.health).toEqual([]);
  });
});

/** Three hours of one sample each 10.8 s: two exceedances that ended, one that is still true, with the pre-warning's delay between. */
const LENGTH = 1_000;
const EVERY = (3 * HOUR) / LENGTH;
function shown(n: number): number {
  if (n >= 100 && n < 150) return 30;
  if (n >= 400 && n < 420) return 70;
  if (n >= 950) return 60;
  return 1;
}

describe('three hours without network', () => {
  const ways = {
    'as one array': (one: Plant, a: Clocked) =>
      void one.message(
        'a',
        Array.from({ length: LENGTH }, (_, n) => a.sample(shown(n), (LENGTH - n) * EVERY)),
      ),
    'as 1,000 single messages': (one: Plant, a: Clocked) => {
      for (let n = 0; n < LENGTH; n += 1) {
        a.send(shown(n), (LENGTH - n) * EVERY - 0);
        if (n % 10 === 9) one.pass(50);
      }
    },
    'as arrays of fifty': (one: Plant, a: Clocked) => {
      for (let n = 0; n < LENGTH; n += 50) {
        one.message(
          'a',
          Array.from({ length: 50 }, (_, i) => a.sample(shown(n + i), (LENGTH - n - i) * EVERY)),
        );
        one.pass(200);
      }
    },
  } as const;

  it.each(['as one array', 'as 1,000 single messages', 'as arrays of fifty'] as const)(
    '%s: no sound inside; two are recorded; what is still true rings once, at the end, with its true begin',
    (way) => {
      const one = gas();
      const a = new Clocked(one, 'a');
      a.live(8);
      one.pass(3 * HOUR);
      const back = one.now;
      ways[way](one, a);
      expect(one.told('hi').filter((event) => event !== 'hi historic-exceedance' && event !== 'hi raised')).toEqual([]);
      const rang = one.told('hi').indexOf('hi raised');
      // Nothing rang before the end; the end of one array may be its last sample, which is live.
      expect(rang === -1 || rang === one.told('hi').length - 1).toBe(true);
      a.send(60);
      one.pass(20_000);
      const records = one.alarmEvents('hi').filter(([, event]) => event.type === 'historic-exceedance');
      expect(records.map(([alarm]) => [alarm.level, alarm.historic])).toEqual([
        ['yellow', true],
        ['red', true],
      ]);
      const rings = one.alarmEvents('hi').filter(([, event]) => event.type !== 'historic-exceedance');
      expect(rings.map(([, event]) => event.type)).toEqual(['raised']);
      expect(Math.abs((one.alarm('hi')?.raisedAt ?? 0) - (back - (LENGTH - 950) * EVERY))).toBeLessThan(6_000);
      expect(one.alarm('hi')).toMatchObject({ level: 'red', historic: false, state: 'UNACK' });
    },
  );

  it('the end is the same over a restart from a snapshot in the middle of it', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    one.pass(3 * HOUR);
    for (let n = 0; n < LENGTH; n += 1) {
      a.send(shown(n), (LENGTH - n) * EVERY);
      if (n === 420 || n === 970) one.engine = restoreEngine(one.engine.serialise());
    }
    one.pass(6_000);
    expect(one.told('hi')).toEqual(['hi historic-exceedance', 'hi historic-exceedance', 'hi raised']);
  });

  it('an array of old and live samples: the old ones are judged in order, the live one ends the batch', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    one.pass(HOUR);
    one.message('a', [a.sample(1, HOUR / 2), a.sample(70, HOUR / 4), a.sample(1, HOUR / 6), a.sample(30, 20_000), a.sample(30)]);
    expect(one.told('hi')).toEqual(['hi historic-exceedance', 'hi raised']);
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow', historic: false });
  });
});

describe('order', () => {
  it('inside the window an older sample may raise and clears nothing; outside it is history only', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    a.send(1);
    expect(a.send(30, 20_000).judged).toBe(true);
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow', active: true });
    a.send(30);
    expect(a.send(1, 20_000).judged).toBe(true);
    one.pass(29_000);
    a.send(30);
    one.pass(2_000);
    expect(one.alarm('hi')?.active).toBe(true);
    expect(a.send(99, 10 * 60_000).judged).toBe(false);
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow' });
    expect(one.engine.view.latest('a')[0]?.value).toBe(30);
  });

  it('says how many values of a message were kept as history alone, whatever else came with it', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    const hourAgo = [a.sample(99, HOUR), a.sample(99, HOUR - 10_000)];
    expect(one.message('a', hourAgo)).toMatchObject({ judged: false, notes: { older: 2, retained: false, lost: 0 } });
    expect(one.message('a', [...hourAgo, a.sample(1)])).toMatchObject({ judged: true, notes: { older: 2 } });
    expect(one.message('a', hourAgo, { retain: true })).toMatchObject({ notes: { older: 2, retained: true } });
    expect(a.send(1).notes).toBeUndefined();
    expect(one.told('hi')).toEqual([]);
  });

  it('two values in one second of a clock that knows whole seconds are both judged, in the order in which they came', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    for (let n = 0; n < 8; n += 1) {
      a.send(1, 0, true);
      one.pass(10_000);
    }
    one.mono = Math.ceil(one.mono / 1_000) * 1_000 + 100;
    a.send(70, 0, true);
    one.mono += 300;
    a.send(2, 0, true);
    expect(one.engine.view.latest('a')[0]?.value).toBe(2);
    expect(one.told('hi')).toEqual(['hi raised']);
    one.mono += 300;
    a.send(30, 0, true);
    one.pass(31_000);
    a.send(30, 0, true);
    // The last of the second is what holds: L1 never left.
    expect(one.alarm('hi')).toMatchObject({ active: true });
    expect(one.told('hi').filter((event) => event === 'hi returned')).toEqual([]);
  });

  it('the same stamp with another value is judged, and the later arrival is the latest', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    one.message('a', [a.sample(1), a.sample(70)]);
    expect(one.alarm('hi')?.level).toBe('red');
    expect(one.engine.view.latest('a')[0]?.value).toBe(70);
  });
});

describe('a gateway whose devices have clocks of their own', () => {
  it('each is corrected by its own error, in one message', () => {
    const one = gas();
    const clocks = [new Clocked(one, 'a', 0), new Clocked(one, 'b', -2 * HOUR), new Clocked(one, 'c', DAY)];
    const all = (value: number, agoMs = 0): void =>
      void one.message(
        'gw',
        clocks.map((each) => each.sample(value, agoMs)),
        { credential: 'gw', topic: 'v1/gateway/telemetry' },
      );
    for (let n = 0; n < 8; n += 1) {
      all(1);
      one.pass(10_000);
    }
    all(60);
    const raised = [...one.engine.view.openAlarms()];
    expect(raised.map(({ deviceId, level, historic }) => [deviceId, level, historic])).toEqual(IDS.map((id) => [id, 'red', false]));
    for (const alarm of raised) expect(Math.abs(alarm.raisedAt - one.now)).toBeLessThan(1_000);
    all(1);
    one.pass(61_000);
    for (const alarm of raised) one.command({ op: 'acknowledge', alarmId: alarm.id });
    one.pass(HOUR);
    const told = one.told().length;
    all(60, 1_800_000);
    all(1, 900_000);
    all(1);
    expect(one.told().slice(told)).toEqual(['hi historic-exceedance', 'hi historic-exceedance', 'hi historic-exceedance']);
  });
});

describe('RETAIN', () => {
  it('from the publisher is a live reading', () => {
    const one = gas();
    const a = new Clocked(one, 'a');
    a.live(8);
    const applied = one.message('a', [a.sample(70)], { retain: true });
    expect(applied).toMatchObject({ judged: true, notes: { retained: true } });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', historic: false });
  });
});
