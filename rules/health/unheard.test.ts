import { describe, expect, it } from 'vitest';
import type { Device } from '../../model/asset.ts';
import type { Quality } from '../../model/reading.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { device, enterprise, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** A point that guards a red limit and never came, or hardly ever, is missed after a day in which its device talked. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 30 * MINUTE;

const L2 = limit('L2', 'red', 50);
/** Of `gas`, `lel` and the switch `status` can raise red and come with every report; `temp`, `spare`, `hits` are not expected. */
const PROFILES = [
  profile(
    'gas',
    [
      measurement('lel', [limit('L1', 'yellow', 25), L2]),
      measurement('status', [limit('FIRE', 'red', 1, { dir: 'state', deadband: 0 })], { ucum: '{bool}', valueType: 'boolean' }),
      measurement('temp', [limit('T', 'yellow', 60)]),
      measurement('spare', [L2], { optional: true }),
      measurement('hits', [L2], { ucum: '{count}' }),
    ],
    { reportMs: EVERY, heartbeatMs: EVERY },
  ),
  profile('one', [measurement('lel', [L2]), measurement('temp', [limit('T', 'yellow', 60)])], { reportMs: EVERY, heartbeatMs: EVERY }),
  profile('by-event', [measurement('lel', [L2])], { reportMs: null, heartbeatMs: EVERY }),
];
/** Three reports, or three heartbeats. */
const USUAL = 3 * EVERY;
const gd = (more: Partial<Device> = {}): Device => device('gd', 'one', more);

function plant(more: Partial<Device> = {}): Plant {
  return new Plant().setUp(PROFILES, [gd(more)]);
}
function says(one: Plant, key: string, quality: Quality = 'good', stamp: number | null = null): void {
  one.send('gd', key, quality === 'bad' ? null : 1, { quality, stamp });
}
/** Time in as few ticks as make no outage of ours. */
function passes(one: Plant, ms: number): void {
  const end = one.mono + ms;
  while (one.mono < end) {
    const due = one.engine.nextDue();
    const wait = due === null ? 14_500 : Math.max(0, due - one.engine.engineTime(one.mono));
    one.mono = Math.min(end, one.mono + Math.min(14_500, Math.max(1, wait)));
    one.apply({ kind: 'tick' });
  }
}
/** It goes on talking of its temperature for so long, and a moment after. */
function talks(one: Plant, ms: number, keys: readonly string[] = ['temp']): void {
  for (let passed = 0; passed < ms; passed += EVERY) {
    for (const key of keys) says(one, key);
    passes(one, Math.min(EVERY, ms - passed));
  }
}
const health = (one: Plant): readonly string[] => one.engine.view.status('gd')?.health ?? [];
const missed = (one: Plant): readonly string[] =>
  one
    .alarmEvents('F01')
    .filter(([, event]) => event.type !== 're-announced')
    .map(([alarm, event]) => `${alarm.measurement ?? 'gd'} ${event.type} ${event.level}`);
function restored(one: Plant): void {
  const text = one.engine.serialise();
  one.engine = restoreEngine(text);
  expect(one.engine.serialise()).toBe(text);
}

describe('a point that never spoke', () => {
  it('is listed after its usual period, missed after a day, to the millisecond, and ends with its first value', () => {
    const one = plant();
    one.pass(HOUR);
    const from = one.now;
    expect(one.engine.view.waiting('gd')).toContainEqual({ measurement: 'lel', channel: null, expected: true, since: null });
    talks(one, USUAL - 1);
    expect(health(one)).toEqual([]);
    one.pass(1);
    expect(health(one)).toEqual(['unheard']);
    restored(one);
    talks(one, DAY - USUAL - 1);
    expect(missed(one)).toEqual([]);
    expect(one.engine.view.waiting('gd')).toEqual([{ measurement: 'lel', channel: null, expected: true, since: from }]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
    expect(one.alarm('F01')).toMatchObject({ kind: 'instrument', measurement: 'lel', value: null, quality: null, test: false });
    expect(health(one)).toEqual(['point-silent']);
    restored(one);
    talks(one, 3 * HOUR);
    says(one, 'lel');
    expect(missed(one)).toEqual(['lel raised yellow', 'lel returned yellow']);
    expect(health(one)).toEqual([]);
    expect(one.engine.view.waiting('gd')).toEqual([]);
  });

  it('waits ten minutes to be listed where its reports are nearer together', () => {
    const one = plant({ reportMs: 10_000, heartbeatMs: 60_000 });
    for (let n = 0; n < 10; n += 1) {
      says(one, 'temp');
      one.pass(n === 9 ? 59_999 : 60_000);
    }
    expect(health(one)).toEqual([]);
    one.pass(1);
    expect(health(one)).toEqual(['unheard']);
  });

  it.each(['bad', 'test', 'uncertain'] as const)('a first value that is %s ends it: that has words of its own', (quality) => {
    const one = plant();
    talks(one, DAY);
    says(one, 'lel', quality);
    expect(missed(one)).toEqual(['lel raised yellow', 'lel returned yellow']);
    expect(one.alarm('BAD') === undefined).toBe(quality !== 'bad');
  });

  it('has three reports where these are slower than a day', () => {
    const one = plant({ reportMs: DAY });
    talks(one, 3 * DAY - 1);
    expect(missed(one)).toEqual([]);
    expect(health(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('rings as a test alarm where its device is not live yet, as all of it does', () => {
    const one = plant({ mode: 'commissioning' });
    talks(one, DAY);
    expect(one.alarm('F01')).toMatchObject({ measurement: 'lel', test: true });
    one.put(gd({ mode: 'live' }));
    expect(one.alarm('F01')).toMatchObject({ test: false });
  });

  it('of a device that never spoke at all is the matter of the device', () => {
    const one = plant();
    one.pass(HOUR);
    passes(one, 30 * HOUR);
    expect(one.told()).toEqual([]);
    expect(health(one)).toEqual(['never-seen']);
  });

  it('of a retired device is asked for no more', () => {
    const one = plant();
    talks(one, DAY);
    one.config({ op: 'retire', asset: 'device', id: 'gd', base: null });
    expect(one.alarm('F01')).toBeUndefined();
  });
});

describe('what has hardly spoken', () => {
  it('is missed a day after its last value; from ten values on by its own rhythm', () => {
    for (const times of [3, 9, 10]) {
      const one = plant();
      talks(one, (times - 1) * EVERY, ['temp', 'lel']);
      says(one, 'lel');
      const wait = times < 10 ? DAY : USUAL;
      talks(one, wait - 1);
      expect(missed(one), `after ${times}`).toEqual([]);
      restored(one);
      one.pass(1);
      expect(missed(one), `after ${times}`).toEqual(['lel raised yellow']);
      says(one, 'lel');
      expect(missed(one)).toEqual(['lel raised yellow', 'lel returned yellow']);
      expect(health(one)).toEqual([]);
    }
  });

  it('a switch is waited for until it has come once, and may then speak when it changes', () => {
    const one = new Plant().setUp(PROFILES, [device('gd', 'gas')]);
    talks(one, DAY, ['temp', 'lel']);
    expect(missed(one)).toEqual(['status raised yellow']);
    one.send('gd', 'status', 0);
    talks(one, 3 * DAY, ['temp', 'lel']);
    expect(missed(one)).toEqual(['status raised yellow', 'status returned yellow']);
  });

  it('a value that an outside broker had kept is no word', () => {
    const one = plant();
    says(one, 'temp');
    const kept = { ...one.value('lel', 3), flags: ['stale-retained'] } as const;
    one.message('gd', [one.sample('gd', [kept])], { nth: -1, retain: true });
    expect(one.engine.view.latest('gd').map(({ measurement: key }) => key)).toEqual(['lel', 'temp']);
    talks(one, DAY);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });
});

describe('what is expected', () => {
  const about = { scope: 'device', scopeId: 'gd', profileId: 'one', reason: 'no such sensor', approvedBy: 'li' } as const;

  it('not what is optional, counts, guards nothing red, or comes with events only', () => {
    const one = new Plant().setUp(PROFILES, [device('gd', 'gas'), device('ev', 'by-event')]);
    talks(one, DAY, ['lel', 'status']);
    one.message('ev', []);
    for (let n = 0; n < 50; n += 1) {
      one.message('ev', []);
      talks(one, EVERY, ['lel', 'status']);
    }
    expect(missed(one)).toEqual([]);
    expect(one.engine.view.waiting('gd').map(({ measurement: key, expected, since }) => [key, expected, since])).toEqual([
      ['temp', false, null],
      ['spare', false, null],
      ['hits', false, null],
    ]);
  });

  it('no more when a rule has switched its red limit off: at once, listed or missed, and told as a change of configuration', () => {
    for (const wait of [DAY, USUAL]) {
      const one = plant();
      talks(one, wait);
      expect(health(one)).toEqual([wait === DAY ? 'point-silent' : 'unheard']);
      one.rule(rule('off', { enabled: false }, { ...about, code: 'L2' }));
      expect(health(one)).toEqual([]);
      if (wait === DAY) expect(one.alarmEvents('F01').at(-1)?.[1]).toMatchObject({ type: 'returned', cause: 'configuration' });
      talks(one, 2 * DAY);
      expect(missed(one)).toHaveLength(wait === DAY ? 2 : 0);
      restored(one);
    }
  });

  it('no more when it has spoken three times and is missed, and its red limit goes', () => {
    const one = plant();
    talks(one, 2 * EVERY, ['lel']);
    talks(one, DAY);
    expect(missed(one)).toEqual(['lel raised yellow']);
    one.rule(rule('softer', { level: 'orange' }, { ...about, code: 'L2' }));
    expect(missed(one)).toEqual(['lel raised yellow', 'lel returned yellow']);
    talks(one, 2 * DAY);
    expect(missed(one)).toHaveLength(2);
  });

  it('armed later it has a whole day from then, and what was waited for before goes on', () => {
    const one = new Plant().setUp(PROFILES, [gd()]);
    talks(one, DAY - HOUR);
    const parts = { level: 'red', setPoint: 90, deadband: 1, basis: 'own' } as const;
    one.rule(rule('hot', parts, { ...about, measurement: 'temp', code: 'HOT', adds: 'hi' }));
    restored(one);
    talks(one, HOUR);
    expect(missed(one)).toEqual(['lel raised yellow']);
    one.put(gd({ profileId: 'gas' }));
    talks(one, DAY - 1);
    expect(missed(one).filter((text) => text.startsWith('status'))).toEqual([]);
    one.pass(1);
    expect(missed(one).filter((text) => text.startsWith('status'))).toEqual(['status raised yellow']);
  });

  it('in the catalogue that comes with the build, as decision 9 lists it', () => {
    const one = new Plant();
    one.config({ op: 'catalogue', catalogue: builtInCatalogue }, { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') });
    const found = builtInCatalogue.profiles.map(({ id }) => {
      one.put(device(id, id, { attributes: ATTRIBUTES }));
      const keys = one.engine.view.waiting(id).flatMap(({ measurement: key, expected }) => (expected ? [key] : []));
      return [id, ...keys].join(' ');
    });
    expect(found.filter((text) => text.includes(' '))).toEqual(EXPECTED);
  });
});

describe('the day is of the time in which it could have been told', () => {
  it('a silence of the device is left out of it, and begins nothing anew', () => {
    const one = plant();
    talks(one, 20 * HOUR);
    passes(one, 3 * DAY);
    expect(missed(one)).toEqual(['gd raised yellow', 'gd level-raised orange']);
    // Its last word was half an hour before those 20 h were over.
    talks(one, 4 * HOUR + EVERY - 1);
    expect(missed(one).slice(2)).toEqual(['gd returned orange']);
    restored(one);
    one.pass(1);
    expect(missed(one).slice(3)).toEqual(['lel raised yellow']);
  });

  it('after a silence each point has its usual period, also one that spoke three times before', () => {
    for (const before of [['temp'], ['temp', 'lel']]) {
      const one = plant();
      talks(one, 3 * EVERY, before);
      talks(one, DAY - 4 * HOUR);
      passes(one, DAY);
      restored(one);
      talks(one, 4 * HOUR);
      const rang = one.alarmEvents('F01').filter(([alarm, event]) => alarm.measurement === 'lel' && event.type === 'raised');
      expect(rang).toHaveLength(1);
      expect(missed(one).slice(0, 3)).toEqual(['gd raised yellow', 'gd level-raised orange', 'gd returned orange']);
    }
  });

  it('nothing rings while its device is silent', () => {
    const one = plant();
    talks(one, DAY - HOUR);
    passes(one, 2 * DAY);
    expect(missed(one)).toEqual(['gd raised yellow', 'gd level-raised orange']);
  });

  it('our own outage is no time of it; after the first there is a usual period, after each later one time to come back', () => {
    const one = plant();
    for (let n = 0; n < 4; n += 1) {
      talks(one, 6 * HOUR - 1);
      if (n < 3) {
        one.pass(1);
        one.restart(2 * HOUR);
        restored(one);
      }
    }
    expect(missed(one)).toEqual([]);
    one.restart(2 * HOUR);
    talks(one, 10 * MINUTE - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('our first outage in the last hour of its day leaves it a usual period', () => {
    const one = plant();
    talks(one, DAY - 1);
    one.restart(30_000);
    talks(one, USUAL - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('a nightly pause of ours puts off one that reports once a day by one usual period, and no more', () => {
    const one = plant({ reportMs: DAY, heartbeatMs: DAY });
    for (let day = 0; day < 4; day += 1) {
      expect(missed(one), `day ${day}`).toEqual([]);
      expect(health(one).includes('unheard'), `day ${day}`).toBe(false);
      says(one, 'temp');
      passes(one, DAY - 1);
      one.restart(30_000);
      restored(one);
    }
    says(one, 'temp');
    passes(one, 10 * MINUTE - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('nothing is missed while we do not take readings, nor a usual period after', () => {
    const one = plant();
    talks(one, DAY - HOUR);
    one.apply({ kind: 'system', code: 'disk-full', active: true, level: 'red' });
    passes(one, 5 * HOUR);
    expect(missed(one)).toEqual([]);
    one.apply({ kind: 'system', code: 'disk-full', active: false, level: 'red' });
    talks(one, USUAL - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('nothing is missed behind a silent gateway, and its absence is left out', () => {
    const one = new Plant().setUp(PROFILES, [gd()]);
    const stamps = { revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null } as const;
    one.config({ op: 'put', asset: 'gateway', base: 0, value: { ...stamps, id: 'gw', name: 'gw', enterpriseId: 'works' } });
    const gateway = (what: 'connected' | 'disconnected'): void =>
      void one.apply({ kind: 'presence', credential: 'gw', device: null, client: 'gw/c', connection: 9, what, clean: false });
    const through = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += EVERY) {
        one.message('gd', [one.sample('gd', [one.value('temp', 1)])], { credential: 'gw', client: 'gw/c', connection: 9 });
        passes(one, Math.min(EVERY, ms - passed));
      }
    };
    gateway('connected');
    through(DAY - 4 * HOUR);
    gateway('disconnected');
    passes(one, DAY);
    expect(health(one)).toContain('gateway');
    gateway('connected');
    through(4 * HOUR + EVERY - 1);
    const lel = (): readonly string[] => missed(one).filter((text) => text.startsWith('lel'));
    expect(lel()).toEqual([]);
    one.pass(1);
    expect(lel()).toEqual(['lel raised yellow']);
  });
});

describe('in a late batch', () => {
  /** Three good stamps: then the platform knows that this device's clock is right. */
  function known(): Plant {
    const one = plant();
    for (let n = 0; n < 3; n += 1) {
      says(one, 'temp', 'good', 0);
      passes(one, EVERY);
    }
    talks(one, DAY);
    return one;
  }

  it('a first value that is late ends it without a sound, and its end tells', () => {
    const one = known();
    expect(missed(one)).toEqual(['lel raised yellow']);
    says(one, 'lel', 'good', -3 * HOUR);
    expect(health(one)).toEqual([]);
    expect(missed(one)).toEqual(['lel raised yellow']);
    one.pass(5_000);
    expect(missed(one)).toEqual(['lel raised yellow', 'lel returned yellow']);
  });
});

describe('an earlier release', () => {
  it('entries of format 1 miss nothing that never spoke, and the first of format 2 begins its day with the next sign of life', () => {
    const one = plant();
    talks(one, 2 * DAY);
    const older = createEngine();
    for (const entry of one.entries) for (const event of older.apply({ ...entry, v: 1 }).events) expect(event.kind).not.toBe('alarm');
    expect(older.serialise()).not.toMatch(/talksFrom|"unheard"/);
    one.engine = restoreEngine(older.serialise());
    one.events.length = 0;
    talks(one, DAY - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });

  it('a snapshot that does not say from where counts from the next sign of life', () => {
    const one = plant();
    talks(one, DAY - HOUR);
    const text = one.engine.serialise();
    expect(text).toContain('talksFrom');
    const old = text.replace(/,?"talksFrom":\d+/, '').replace(/,?"unheard":\[\[[^\]]*\]\]/, '');
    one.engine = restoreEngine(old);
    talks(one, DAY - 1);
    expect(missed(one)).toEqual([]);
    one.pass(1);
    expect(missed(one)).toEqual(['lel raised yellow']);
  });
});

/** What the set points of the catalogue are worked out from, as a site would fill it in. */
const ATTRIBUTES = {
  level_hh: 9,
  flash_point: 28,
  temp_normal_max: 40,
  design_pressure: 1.8,
  psv_set: 1.7,
  temp_hh: 120,
  pressure_hh: 0.8,
  design_level: 500,
  design_flow: 20,
  maop: 6,
  check_flood_level: 95,
};
const EXPECTED: readonly string[] = [
  'gas.combustible.point.industrial lel',
  'gas.combustible.openpath.industrial lelm',
  'gas.combustible.commercial lel valve_open',
  'gas.combustible.household lel',
  'gas.toxic.co co',
  'gas.toxic.h2s h2s',
  'gas.toxic.nh3 nh3',
  'gas.toxic.cl2 cl2',
  'gas.toxic.so2 so2',
  'gas.oxygen o2',
  'gas.portable.multi lel o2 h2s co mandown',
  'gas.underground.methane lel',
  'fire.smoke.standalone smoke_alarm',
  'fire.water.pressure pressure',
  'hazchem.tank.atmospheric level temp',
  'hazchem.tank.pressurized pressure level_pct temp',
  'hazchem.warehouse temp',
  'hazchem.reactor temp pressure',
  'dust.collector.dry hopper_temp',
  'dust.collector.wet tank_level flow',
  'steel.cooling_water outlet_temp flow_diff_pct',
  'steel.gas_holder height_pct o2',
  'coal.methane ch4',
  'coal.environment fan_on',
  'construction.foundation_pit strut_pct',
  'construction.tower_crane load_pct moment_pct wind collision_m',
  'construction.formwork settlement tilt axial_pct',
  'transport.dg_vehicle alarm_word',
  'pipeline.oil_gas pressure',
  'reservoir.dam level',
];
