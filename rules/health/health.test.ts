import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import type { VerifiedAs } from '../../model/alarm.ts';
import type { Device } from '../../model/asset.ts';
import { ENTRY_VERSION } from '../../model/entry.ts';
import type { MessageBody } from '../../model/entry.ts';
import { device, enterprise, Plant, START } from '../testing/plant.ts';

/** What the detectors make of a plant: one alarm, its level from the catalogue, held, returned and reset as the standard asks. */

const DAY = 86_400_000;

function plant(...devices: readonly Device[]): Plant {
  const one = new Plant();
  one.config(
    { op: 'catalogue', catalogue: builtInCatalogue },
    { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') },
    {
      op: 'put',
      asset: 'gateway',
      base: 0,
      value: { id: 'gw', name: 'gw', enterpriseId: 'works', revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null },
    },
  );
  for (const value of devices) one.put(value);
  return one;
}
const gas = (id = 'gd', more: Partial<Device> = {}): Device => device(id, 'gas.combustible.point.industrial', more);
const co = (id: string, more: Partial<Device> = {}): Device => device(id, 'gas.toxic.co', { heartbeatMs: 60_000, ...more });
const GATEWAY: Partial<MessageBody> = { credential: 'gw', client: 'gw/c', topic: 'v1/gateway/telemetry' };
const through = (one: Plant, id: string, value: number): void => void one.send(id, 'co', value, { message: GATEWAY });
const gatewaySays = (one: Plant, what: 'connected' | 'disconnected', connection = 1): void =>
  void one.apply({ kind: 'presence', credential: 'gw', device: null, client: 'gw/c', connection, what });
const health = (one: Plant, id: string): readonly string[] => one.engine.view.status(id)?.health ?? [];
/** What was told, without the reminders of what nobody has acknowledged. */
const once = (one: Plant, ladder: string): readonly string[] => one.told(ladder).filter((event) => !event.endsWith('re-announced'));
/** Restores the engine from its own snapshot, as a restart does. */
function restored(one: Plant): void {
  const text = one.engine.serialise();
  one.engine = restoreEngine(text);
  expect(one.engine.serialise()).toBe(text);
}

describe('calibration and life', () => {
  it('overdue at registration: one blue alarm at once; gone with a new calibration, by cause of the configuration', () => {
    const one = plant(gas('gd', { calibratedAt: START - 366 * DAY }));
    expect(one.alarm('F08')).toMatchObject({ deviceId: 'gd', kind: 'instrument', level: 'blue', state: 'UNACK' });
    expect(health(one, 'gd')).toContain('F08');
    one.acknowledge('F08');
    one.put(gas('gd', { calibratedAt: START }));
    expect(one.alarm('F08')).toBeUndefined();
    expect(one.alarmEvents('F08').at(-1)?.[1]).toMatchObject({ type: 'returned', cause: 'configuration' });
    expect(health(one, 'gd')).not.toContain('F08');
  });

  it('comes due while all is well, within a day, once', () => {
    const one = plant(gas('gd', { calibratedAt: START - 364.9 * DAY, installedAt: START - 1_094.95 * DAY }));
    expect(one.told()).toEqual([]);
    for (let hour = 0; hour < 12; hour += 1) {
      one.send('gd', 'lel', 0);
      one.mono += 3_600_000 - 1;
      // A gap of the monotonic clock is an outage of ours: the calendar goes on all the same.
      one.apply({ kind: 'tick' });
      one.pass(60_000);
    }
    one.pass(DAY / 4);
    expect(once(one, 'F08')).toEqual(['F08 raised']);
    expect(once(one, 'F06')).toEqual(['F06 raised']);
    expect(one.alarm('F06')?.level).toBe('yellow');
  });

  it('a step of the server’s clock makes nothing due and nothing undue', () => {
    const one = plant(gas('gd', { calibratedAt: START - 364.5 * DAY }), gas('old', { calibratedAt: START - 365.1 * DAY }));
    expect(one.told('F08')).toEqual(['F08 raised']);
    for (const step of [DAY, -2 * DAY, DAY]) {
      one.offset += step;
      one.pass(3_600_000);
      one.send('gd', 'lel', 0);
    }
    expect(one.told('F08')).toEqual(['F08 raised']);
  });
});

describe('under range', () => {
  it('three reports below −5 % of the span are F05 of the point; it returns with three good ones, and bad ones hold it', () => {
    const one = plant(gas());
    for (const value of [0, -6, -6]) one.send('gd', 'lel', value);
    expect(one.told('F05')).toEqual([]);
    one.send('gd', 'lel', -6);
    expect(one.alarm('F05')).toMatchObject({ measurement: 'lel', level: 'yellow', value: -6, kind: 'instrument' });
    for (let n = 0; n < 9; n += 1) one.send('gd', 'lel', null, { quality: 'bad' });
    expect(one.alarm('F05')?.active).toBe(true);
    restored(one);
    for (const value of [0, 0, 0]) one.send('gd', 'lel', value);
    expect(one.told('F05')).toEqual(['F05 raised', 'F05 returned']);
  });
});

describe('a catalytic sensor beyond the end of its range', () => {
  it('reads less because there is more gas: its alarm keeps its level until somebody has reset F04', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 105);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
    expect(one.alarm('F04')).toMatchObject({ level: 'orange', measurement: 'lel', active: true, latched: true, value: 105 });
    one.send('gd', 'lel', 40);
    one.pass(120_000);
    for (let n = 0; n < 5; n += 1) {
      one.send('gd', 'lel', 3);
      one.pass(30_000);
    }
    restored(one);
    one.send('gd', 'lel', 3);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
    expect(one.alarm('F04')).toMatchObject({ state: 'LUNACK', active: false, latched: true });
    // Latest values are what the sensor says.
    expect(one.engine.view.latest('gd')[0]?.value).toBe(3);
    // Acknowledging proves nothing.
    one.acknowledge('F04');
    one.acknowledge('hi');
    one.send('gd', 'lel', 3);
    expect(one.alarm('hi')).toMatchObject({ active: true, state: 'ACKED' });
    one.command({ op: 'reset', alarmId: one.alarm('F04')?.id ?? '' });
    expect(one.alarm('F04')).toBeUndefined();
    one.send('gd', 'lel', 3);
    one.pass(61_000);
    expect(one.alarm('hi')).toMatchObject({ active: false, state: 'LACK' });
  });

  it('once it is reset, a silence of the device brings its F04 back no more', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 105);
    one.send('gd', 'lel', 3);
    one.acknowledge('F04');
    one.command({ op: 'reset', alarmId: one.alarm('F04')?.id ?? '' });
    one.pass(24 * 3_600_000);
    expect(one.alarm('F01')).toMatchObject({ active: true });
    one.send('gd', 'lel', 3);
    expect(one.alarm('F01')?.active).toBe(false);
    expect(one.alarm('F04')).toBeUndefined();
  });

  it('a reset while it is still beyond proves nothing either', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 105);
    one.acknowledge('F04');
    const refused = one.command({ op: 'reset', alarmId: one.alarm('F04')?.id ?? '' }).outcomes;
    expect(refused).toMatchObject([{ ok: false, code: 'state-not-allowed' }]);
    expect(one.alarm('F04')).toMatchObject({ state: 'ACKED', latched: true });
    // Folded back at once: the next that it sends is little already.
    one.send('gd', 'lel', 20);
    one.pass(60_000);
    one.send('gd', 'lel', 20);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
  });

  it('a date of calibration proves nothing, nor does a bad value that comes with faults', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 105);
    one.put(gas('gd', { calibratedAt: START }));
    expect(one.alarm('F04')).toMatchObject({ state: 'UNACK', active: true });
    one.send('gd', 'lel', -25, { quality: 'bad', faults: ['F02'] });
    expect(one.alarm('F04')).toMatchObject({ state: 'UNACK', active: true });
    one.send('gd', 'lel', 3, { faults: [] });
    one.pass(61_000);
    expect(one.alarm('F04')).toMatchObject({ active: false, latched: true });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
  });

  it('F04 that the device reports counts as gas at full scale, whatever it reads', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 12);
    one.send('gd', 'lel', 12, { faults: ['F04'], quality: 'uncertain' });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true, value: 100 });
    one.send('gd', 'lel', 5, { faults: [] });
    one.pass(120_000);
    expect(one.alarm('hi')?.active).toBe(true);
  });

  it('an infrared one does not fold back: it returns by itself', () => {
    const one = plant(gas('gd', { attributes: { principle: 'infrared' } }));
    one.send('gd', 'lel', 105);
    one.send('gd', 'lel', 3);
    one.pass(61_000);
    expect(one.alarm('hi')?.active).toBe(false);
    expect(one.alarm('F04')).toBeUndefined();
  });

  it('an infrared one that reports F04 and then reads the end of its range counts as what it reads', () => {
    const one = plant(gas('gd', { attributes: { principle: 'infrared' } }));
    one.send('gd', 'lel', 12);
    one.send('gd', 'lel', 12, { faults: ['F04'] });
    one.send('gd', 'lel', 105);
    one.send('gd', 'lel', 3, { faults: [] });
    one.pass(61_000);
    expect(one.alarm('hi')?.active).toBe(false);
    expect(one.alarm('F04')).toMatchObject({ active: false, latched: false });
  });

  it('over and folded back inside a late batch: it rings at its end', () => {
    const one = plant(gas());
    one.send('gd', 'lel', 0, { stamp: 0 });
    one.pass(900_000);
    const stamps = [-800_000, -700_000, -600_000];
    one.message(
      'gd',
      [5, 105, 8].map((value, i) => one.sample('gd', [one.value('lel', value)], stamps[i] ?? 0)),
    );
    expect(one.told('hi')).toEqual([]);
    one.send('gd', 'lel', 2, { stamp: 0 });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
    expect(one.alarm('F04')).toMatchObject({ state: 'LUNACK' });
  });
});

describe('a value that does not move', () => {
  it('7.0 %LEL for four hours is F21; the next other value takes it back', () => {
    const one = plant(gas());
    for (let n = 0; n < 500; n += 1) {
      one.send('gd', 'lel', 7);
      one.pass(30_000);
    }
    expect(one.told('F21')).toEqual(['F21 raised']);
    expect(one.alarm('F21')).toMatchObject({ level: 'yellow', measurement: 'lel', value: 7 });
    restored(one);
    one.send('gd', 'lel', 7.3);
    expect(one.told('F21')).toEqual(['F21 raised', 'F21 returned']);
  });

  it('silence is no flat line: the hours a device says nothing do not count', () => {
    const one = plant(gas());
    for (let n = 0; n < 30; n += 1) {
      one.send('gd', 'lel', 7);
      one.pass(600_000);
    }
    expect(one.told('F21')).toEqual([]);
  });
});

describe('one point that says nothing any more', () => {
  const tank = device('t', 'hazchem.tank.pressurized');
  const say = (one: Plant, keys: readonly string[]): void =>
    void one.message('t', [
      one.sample(
        't',
        keys.map((key) => one.value(key, 1)),
      ),
    ]);

  it('is F01 of that point, and returns with its next value', () => {
    const one = plant(tank);
    for (let n = 0; n < 20; n += 1) {
      say(one, ['pressure', 'temp', 'level_pct']);
      one.pass(10_000);
    }
    for (let n = 0; n < 16; n += 1) {
      say(one, ['pressure', 'level_pct']);
      one.pass(10_000);
    }
    expect(one.told('F01')).toEqual([]);
    for (let n = 0; n < 4; n += 1) {
      say(one, ['pressure', 'level_pct']);
      one.pass(10_000);
    }
    // Three heartbeats of 60 s, as for the whole device.
    expect(one.alarm('F01')).toMatchObject({ deviceId: 't', measurement: 'temp', level: 'yellow' });
    expect(health(one, 't')).toEqual(['point-silent']);
    restored(one);
    say(one, ['temp']);
    expect(one.told('F01')).toEqual(['F01 raised', 'F01 returned']);
  });

  it('a slower rhythm of its own is respected, and one never seen ten times is not watched', () => {
    const one = plant(tank);
    for (let n = 0; n < 600; n += 1) {
      say(one, n % 40 === 0 ? ['pressure', 'temp'] : n < 5 ? ['pressure', 'level_pct'] : ['pressure']);
      one.pass(10_000);
    }
    expect(one.told('F01')).toEqual([]);
  });

  it('a silent device is one alarm, and back from it each point has a whole period', () => {
    const one = plant(tank);
    for (let n = 0; n < 20; n += 1) {
      say(one, ['pressure', 'temp']);
      one.pass(10_000);
    }
    one.pass(3_000_000);
    expect(once(one, 'F01')).toEqual(['F01 raised']);
    expect(one.alarm('F01')?.measurement).toBeNull();
    say(one, ['pressure']);
    one.pass(120_000);
    expect(once(one, 'F01')).toEqual(['F01 raised', 'F01 returned']);
  });

  it('our own outage raises none, of points, devices or gateways', () => {
    const one = plant(tank, co('a'), co('b'));
    gatewaySays(one, 'connected');
    for (let n = 0; n < 20; n += 1) {
      say(one, ['pressure', 'temp']);
      through(one, 'a', 1);
      through(one, 'b', 1);
      one.pass(10_000);
    }
    one.restart(7_200_000);
    one.pass(150_000);
    say(one, ['pressure', 'temp']);
    through(one, 'a', 1);
    through(one, 'b', 1);
    one.mono += 3_600_000;
    one.apply({ kind: 'tick' });
    one.pass(150_000);
    expect(one.told()).toEqual([]);
  });
});

describe('the silence of what guards lives', () => {
  const HOUR = 3_600_000;
  const levels = (one: Plant): readonly string[] =>
    one
      .alarmEvents('F01')
      .filter(([, event]) => event.cause !== 'escalated')
      .map(([, event]) => `${event.type} ${event.level}`);

  it('is yellow when the dead-man runs out and orange after an hour without a word, and returns as one', () => {
    const one = plant(gas('gd', { heartbeatMs: 60_000 }));
    one.send('gd', 'lel', 0);
    one.pass(HOUR - 1_000);
    expect(levels(one)).toEqual(['raised yellow']);
    one.acknowledge('F01');
    restored(one);
    one.pass(2_000);
    expect(one.alarm('F01')).toMatchObject({ level: 'orange', state: 'UNACK', active: true });
    one.pass(HOUR);
    one.restart(60_000);
    one.pass(5_000);
    expect(one.alarm('F01')).toMatchObject({ level: 'orange' });
    one.send('gd', 'lel', 0);
    expect(levels(one)).toEqual(['raised yellow', 'acknowledged yellow', 'level-raised orange', 'returned orange']);
  });

  it('has 50 minutes from its own dead-man on where a device speaks seldom', () => {
    const one = plant(gas('gd', { heartbeatMs: 8 * HOUR }));
    one.send('gd', 'lel', 0);
    one.pass(24 * HOUR + 45 * 60_000);
    expect(levels(one)).toEqual(['raised yellow']);
    one.pass(10 * 60_000);
    expect(levels(one)).toEqual(['raised yellow', 'level-raised orange']);
  });

  it('does not grow worse while it is ours: our outage and our deafness begin the hour anew', () => {
    const one = plant(gas('gd', { heartbeatMs: 60_000 }));
    one.send('gd', 'lel', 0);
    one.pass(HOUR - 60_000);
    one.restart(60_000);
    one.pass(HOUR - 1_000);
    expect(levels(one)).toEqual(['raised yellow']);
    one.apply({ kind: 'system', code: 'disk-full', active: true, level: 'orange' });
    one.pass(HOUR);
    one.apply({ kind: 'system', code: 'disk-full', active: false, level: 'orange' });
    one.pass(HOUR - 1_000);
    expect(levels(one)).toEqual(['raised yellow']);
    one.pass(10_000);
    expect(levels(one)).toEqual(['raised yellow', 'level-raised orange']);
  });

  it('stays yellow for what can raise no red', () => {
    const one = plant(device('t', 'hazchem.weather', { heartbeatMs: 60_000 }));
    const red = one.engine.view.limits('t').some((limit) => limit.level === 'red');
    one.send('t', 'wind_speed', 3);
    one.pass(3 * HOUR);
    expect([red, levels(one)]).toEqual([false, ['raised yellow']]);
  });
});

describe('an over-range that a person found to be the sensor', () => {
  const flooded = (): Plant => {
    const one = plant(gas());
    for (const value of [0, 0, 105, 3]) {
      one.send('gd', 'lel', value);
      one.pass(10_000);
    }
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
    return one;
  };
  const verify = (one: Plant, ladder: string, as: VerifiedAs): void =>
    void one.command({ op: 'verify', alarmId: one.alarm(ladder)?.id ?? '', as });
  const reads = (one: Plant, value: number): unknown => {
    one.send('gd', 'lel', value);
    one.pass(60_000);
    return one.alarm('hi')?.active;
  };

  it.each(['instrument', 'false'] as const)('(%s) counts as what it reads from its next sample on; F04 and the latch stay', (as) => {
    const one = flooded();
    expect(reads(one, 3)).toBe(true);
    verify(one, 'F04', as);
    restored(one);
    expect(reads(one, 3)).toBe(false);
    expect(one.alarm('hi')).toMatchObject({ state: 'LUNACK', level: 'red' });
    expect(one.alarm('F04')).toMatchObject({ state: 'LUNACK' });
  });

  it('clears no gas that is there: a value above a limit goes on to alarm, and the next over-range holds again', () => {
    const one = flooded();
    verify(one, 'F04', 'false');
    expect(reads(one, 60)).toBe(true);
    expect(reads(one, 105)).toBe(true);
    expect(reads(one, 3)).toBe(true);
  });

  it.each([
    ['F04', 'real'],
    ['F04', 'test'],
    ['F04', 'maintenance'],
    ['hi', 'false'],
    ['hi', 'instrument'],
  ] as const)('stays held when %s is verified as %s', (ladder, as) => {
    const one = flooded();
    verify(one, ladder, as);
    expect(reads(one, 3)).toBe(true);
  });

  it('stays held while it is beyond its range, and while the device itself reports F04', () => {
    const one = flooded();
    one.send('gd', 'lel', 105);
    verify(one, 'F04', 'false');
    expect(reads(one, 3)).toBe(true);
    one.send('gd', 'lel', 3, { faults: ['F04'] });
    const own = [...one.engine.view.openAlarms()].filter((alarm) => alarm.ladder === 'F04');
    for (const alarm of own) one.command({ op: 'verify', alarmId: alarm.id, as: 'false' });
    expect(reads(one, 3)).toBe(true);
  });
});

describe('a gateway', () => {
  const three = (): Plant => {
    const one = plant(co('a'), co('b'), co('c'));
    gatewaySays(one, 'connected');
    for (let n = 0; n < 10; n += 1) {
      for (const id of ['a', 'b', 'c']) through(one, id, n);
      one.pass(30_000);
    }
    return one;
  };

  it('that loses its connection is one alarm with the points behind it; its devices are shown as behind it', () => {
    const one = three();
    gatewaySays(one, 'disconnected');
    one.pass(600_000);
    expect(one.told()).toEqual(['F01 raised']);
    expect(one.alarm('F01')).toMatchObject({ deviceId: 'gw', enterpriseId: 'works', kind: 'instrument', level: 'yellow', value: 3 });
    expect(one.alarmEvents('F01')[0]?.[1].cause).toBe('gateway');
    for (const id of ['a', 'b', 'c'])
      expect(one.engine.view.status(id)).toMatchObject({ online: false, health: ['gateway'], gateway: 'gw' });
    restored(one);
    expect(one.engine.view.status('a')?.gateway).toBe('gw');
    // An operator may acknowledge it as any other.
    expect(one.acknowledge('F01').outcomes).toMatchObject([{ ok: true, changed: true }]);
    gatewaySays(one, 'connected', 2);
    for (const id of ['a', 'b', 'c']) through(one, id, 5);
    expect(one.told()).toEqual(['F01 raised', 'F01 acknowledged', 'F01 returned']);
    for (const id of ['a', 'b', 'c']) expect(one.engine.view.status(id)).toMatchObject({ online: true, health: [] });
  });

  it('its alarm follows its enterprise into test and under a re-alarm timer', () => {
    const one = three();
    gatewaySays(one, 'disconnected');
    one.pass(200_000);
    one.place('enterprise', enterprise('works', { kind: 'test', alarmPolicy: { rearmMs: { yellow: 30_000 } } }));
    expect(one.alarm('F01')).toMatchObject({ deviceId: 'gw', test: true });
    one.pass(31_000);
    expect(one.told('F01')).toEqual(['F01 raised', 'F01 changed-by-config', 'F01 re-announced']);
  });

  it('comes apart again: a device that stays silent after its gateway is back has its own alarm', () => {
    const one = three();
    gatewaySays(one, 'disconnected');
    one.pass(600_000);
    gatewaySays(one, 'connected', 2);
    for (let n = 0; n < 5; n += 1) {
      through(one, 'a', 1);
      through(one, 'b', 1);
      expect(one.told()).toEqual(['F01 raised', 'F01 returned']);
      one.pass(30_000);
    }
    for (let n = 0; n < 5; n += 1) {
      through(one, 'a', 1);
      through(one, 'b', 1);
      one.pass(30_000);
    }
    const own = one.alarmEvents('F01').filter(([alarm]) => alarm.deviceId === 'c');
    expect(own.map(([, event]) => event.type)).toEqual(['raised']);
    expect(health(one, 'c')).toEqual(['silent']);
  });

  it('that hangs with its connection open is found by all its devices falling silent together', () => {
    const one = three();
    one.pass(600_000);
    expect(one.told()).toEqual(['F01 raised']);
    expect(one.alarm('F01')?.deviceId).toBe('gw');
  });

  it('one silent device behind a gateway that works is that device’s alarm', () => {
    const one = three();
    for (let n = 0; n < 20; n += 1) {
      through(one, 'a', 1);
      through(one, 'b', 1);
      one.pass(30_000);
    }
    expect(one.told()).toEqual(['F01 raised']);
    expect(one.alarm('F01')?.deviceId).toBe('c');
  });

  it('that comes back within its devices’ dead-man rings nothing', () => {
    const one = three();
    gatewaySays(one, 'disconnected');
    one.pass(100_000);
    gatewaySays(one, 'connected', 2);
    for (const id of ['a', 'b', 'c']) through(one, id, 5);
    one.pass(100_000);
    expect(one.told()).toEqual([]);
  });

  it('a device that speaks for itself is not behind it', () => {
    const one = three();
    one.send('c', 'co', 1);
    expect(one.engine.view.status('c')).not.toHaveProperty('gateway');
    gatewaySays(one, 'disconnected');
    one.pass(600_000);
    expect(
      one
        .alarmEvents('F01')
        .map(([alarm]) => alarm.deviceId)
        .sort(),
    ).toEqual(['c', 'gw']);
  });

  it('retired: its alarm closes, and its devices have their own', () => {
    const one = three();
    gatewaySays(one, 'disconnected');
    one.pass(600_000);
    one.config({ op: 'retire', asset: 'gateway', id: 'gw', base: null });
    expect(one.told('F01')).toEqual(['F01 raised', 'F01 closed']);
    one.pass(600_000);
    expect([...one.engine.view.openAlarms()].map((alarm) => alarm.deviceId).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('entries of an earlier release', () => {
  it('are judged as they were: no detector, no gateway', () => {
    const one = plant(gas('gd', { calibratedAt: START - 400 * DAY }), co('a'), co('b'));
    gatewaySays(one, 'connected');
    for (const value of [105, -6, -6, -6]) one.send('gd', 'lel', value);
    through(one, 'a', 1);
    through(one, 'b', 1);
    gatewaySays(one, 'disconnected');
    one.pass(600_000);
    const old = createEngine();
    const events = one.entries.flatMap((entry) => old.apply({ ...entry, v: 1 }).events);
    const ladders = events.flatMap((event) => (event.kind === 'alarm' ? [`${event.alarm.deviceId} ${event.alarm.ladder}`] : []));
    expect([...new Set(ladders)].sort()).toEqual(['a F01', 'b F01', 'gd F01', 'gd hi']);
    expect(ENTRY_VERSION).toBeGreaterThan(1);
    // The first entry of this release: what is overdue comes in like a change of configuration.
    const last = one.entries.at(-1);
    if (last === undefined) throw new Error('no entries');
    const applied = old.apply({ ...last, seq: last.seq + 1, mono: last.mono + 1, v: ENTRY_VERSION });
    expect(applied.events.flatMap((event) => (event.kind === 'alarm' ? [event.alarm.ladder] : []))).toEqual(['F08']);
  });
});
