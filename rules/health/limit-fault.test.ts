import { describe, expect, it } from 'vitest';
import type { Device, Rule } from '../../model/asset.ts';
import type { Level } from '../../model/level.ts';
import type { Sample } from '../../model/reading.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { restoreEngine } from '../engine.ts';
import { device, enterprise, Plant, rule } from '../testing/plant.ts';

/** A low battery, found by the value or reported as F09, is one alarm; a value that a fault explains is no second one (decision 19). */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SMOKE = 'fire.smoke.standalone';

function plant(more: Partial<Device> = {}): Plant {
  const one = new Plant();
  one.config({ op: 'catalogue', catalogue: builtInCatalogue }, { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') });
  one.put(device('sd', SMOKE, more));
  return one;
}
/** A report of the detector: that there is no smoke, its battery, and the codes it names (undefined = it says nothing of faults). */
function reports(one: Plant, battery: number | null, faults?: readonly string[]): void {
  const values = battery === null ? [] : [one.value('smoke_alarm', 0), one.value('battery', battery)];
  one.message('sd', [one.sample('sd', values, null, faults)]);
}
const health = (one: Plant): readonly string[] => one.engine.view.status('sd')?.health ?? [];
/** Every alarm event of the device, with the code shown, but for repeats. */
const told = (one: Plant): readonly string[] =>
  one.alarmEvents().flatMap(([alarm, event]) => (event.type === 're-announced' ? [] : [`${alarm.ladder} ${alarm.code} ${event.type}`]));
function restored(one: Plant): void {
  const text = one.engine.serialise();
  one.engine = restoreEngine(text);
  expect(one.engine.serialise()).toBe(text);
}
const softer = (parts: Rule['parts'], more: Partial<Rule> = {}): Rule =>
  rule('low', parts, { profileId: SMOKE, measurement: 'battery', code: 'LOW', reason: 'spare ones are kept on site', ...more });

describe('a low battery', () => {
  it('reported before its value ever came shows the quality of the value that comes then, with or without a restart between', () => {
    for (const restarts of [false, true]) {
      const one = plant();
      reports(one, null, ['F09']);
      expect(one.alarm('lo')).toMatchObject({ code: 'F09', quality: null });
      reports(one, 50);
      if (restarts) restored(one);
      reports(one, 51);
      expect(one.alarm('lo'), `restarts: ${restarts}`).toMatchObject({ code: 'F09', active: true, quality: 'good' });
    }
  });

  it('found by its value is an instrument alarm of the limit, and F09 in the health; it ends a whole check after it is changed', () => {
    const one = plant();
    reports(one, 80);
    reports(one, 20);
    expect(one.alarm('lo')).toMatchObject({
      kind: 'instrument',
      code: 'LOW',
      level: 'blue',
      measurement: 'battery',
      value: 20,
      limit: 20,
      unit: '%',
    });
    expect(health(one)).toEqual(['F09']);
    restored(one);
    reports(one, 24);
    one.pass(2 * DAY);
    expect(one.alarm('lo')?.active).toBe(true);
    reports(one, 100);
    one.pass(DAY - 60_000);
    expect(one.alarm('lo')?.active).toBe(true);
    one.pass(120_000);
    expect(told(one)).toEqual(['lo LOW raised', 'lo LOW returned']);
    expect(health(one)).toEqual([]);
  });

  it('reported is the same alarm, under the name F09: before a value ever came, and until it is reported no more', () => {
    const one = plant();
    reports(one, null, ['F09']);
    expect(one.alarm('lo')).toMatchObject({
      kind: 'instrument',
      code: 'F09',
      level: 'blue',
      measurement: 'battery',
      value: null,
      limit: null,
    });
    expect(health(one)).toEqual(['F09']);
    restored(one);
    reports(one, 60, ['F09']);
    reports(one, 60);
    expect(told(one)).toEqual(['lo F09 raised']);
    reports(one, 60, []);
    expect(told(one)).toEqual(['lo F09 raised', 'lo F09 returned']);
    expect(health(one)).toEqual([]);
  });

  it.each([
    ['in one message', (one: Plant) => reports(one, 15, ['F09']), 'LOW'],
    ['value first', (one: Plant) => (reports(one, 15), reports(one, 15, ['F09'])), 'LOW'],
    ['report first', (one: Plant) => (reports(one, 60, ['F09']), reports(one, 15)), 'F09'],
    [
      'of the point and of the whole',
      (one: Plant) => {
        const sample = one.sample('sd', [one.value('battery', 15)]);
        one.message('sd', [{ ...sample, pointFaults: { battery: ['F09'] } }]);
        reports(one, 15, ['F09']);
      },
      'LOW',
    ],
  ] as const)('found and reported (%s) rings once, and keeps the name it has', (_, happens, code) => {
    const one = plant();
    happens(one);
    expect(told(one)).toEqual([`lo ${code} raised`]);
    expect([...one.engine.view.openAlarms()]).toHaveLength(1);
    expect(one.engine.view.counts().open.blue).toBe(1);
    restored(one);
  });

  it('is over only when neither says so; the one that is left gives its name as a fall does, and nobody is asked again', () => {
    const one = plant();
    reports(one, 15, ['F09']);
    one.acknowledge('lo');
    reports(one, 100);
    one.pass(2 * DAY);
    expect(one.alarm('lo')).toMatchObject({ code: 'F09', state: 'ACKED', limit: null });
    reports(one, 15);
    reports(one, 15, []);
    expect(one.alarm('lo')).toMatchObject({ code: 'LOW', state: 'ACKED', value: 15, limit: 20 });
    restored(one);
    reports(one, 100);
    one.pass(2 * DAY);
    expect(told(one)).toEqual(['lo LOW raised', 'lo LOW acknowledged', 'lo F09 level-lowered', 'lo LOW level-lowered', 'lo LOW returned']);
    expect([...one.engine.view.openAlarms()]).toEqual([]);
  });

  it('that a site takes for graver rises by the value: a report alone covers no level that nobody saw', () => {
    const one = plant();
    one.rule(softer({ level: 'yellow' satisfies Level }));
    reports(one, 60, ['F09']);
    one.acknowledge('lo');
    reports(one, 15);
    expect(one.alarm('lo')).toMatchObject({ code: 'LOW', level: 'yellow', state: 'UNACK' });
    expect(told(one)).toEqual(['lo F09 raised', 'lo F09 acknowledged', 'lo LOW level-raised']);
  });

  it('whose limit a rule switches off is F09 of the device as reported, and the limit’s again with the rule gone', () => {
    const one = plant();
    reports(one, 15, ['F09']);
    one.acknowledge('lo');
    one.rule(softer({ enabled: false }));
    expect(one.alarm('lo')).toBeUndefined();
    expect(one.alarm('F09')).toMatchObject({ kind: 'instrument', code: 'F09', measurement: null, state: 'UNACK' });
    expect(health(one)).toEqual(['F09']);
    restored(one);
    one.acknowledge('F09');
    one.config({ op: 'retire', asset: 'rule', id: 'low', base: 1 });
    expect(one.alarm('F09')).toBeUndefined();
    expect(one.alarm('lo')).toMatchObject({ active: true, level: 'blue' });
    expect(health(one)).toEqual(['F09']);
  });

  it('a late batch makes no sound: what is still low at its end rings once, what was is a historic exceedance', () => {
    const one = plant({ reportMs: 10_000 });
    const at = (battery: number, stamp: number, faults?: readonly string[]) =>
      one.sample('sd', [one.value('battery', battery)], stamp, faults);
    one.message('sd', [at(80, 0)]);
    one.pass(HOUR);
    one.message('sd', [at(15, -HOUR / 2, ['F09']), at(15, -HOUR / 4)]);
    expect(told(one)).toEqual([]);
    one.pass(6_000);
    expect(told(one)).toEqual(['lo LOW raised']);
    expect([...one.engine.view.openAlarms()]).toHaveLength(1);
  });

  it('of a device without a battery point is F09 of the whole, as ever', () => {
    const one = plant();
    const without = builtInCatalogue.profiles.find((p) => p.faults.includes('F09') && p.measurements.every(({ key }) => key !== 'battery'));
    one.put(device('gd', without?.id ?? ''));
    one.message('gd', [one.sample('gd', [], null, ['F09'])]);
    expect(one.alarm('F09')).toMatchObject({ deviceId: 'gd', kind: 'instrument', measurement: null });
  });

  it('is looked at once a day: a detector set to report every ten seconds has three days to say it again', () => {
    const one = plant({ reportMs: 10_000, heartbeatMs: 60_000 });
    for (let n = 0; n < 12; n += 1) {
      reports(one, 80);
      one.pass(10_000);
    }
    // Everything else goes on; the battery is told no more.
    const talks = (ms: number): void => {
      for (let left = ms; left > 0; left -= HOUR / 2) {
        one.send('sd', 'smoke_alarm', 0);
        one.pass(Math.min(left, HOUR / 2) - 1);
        one.send('sd', 'obscuration', 0);
      }
    };
    one.put(device('sd', SMOKE, { reportMs: 10_000, heartbeatMs: HOUR }));
    talks(2.9 * DAY);
    expect(one.told('F01')).toEqual([]);
    talks(0.2 * DAY);
    expect(one.alarm('F01')).toMatchObject({ measurement: 'battery' });
  });
});

describe('a bad value that a fault explains', () => {
  const bad = (one: Plant, faults?: readonly string[], key = 'battery'): void => {
    one.message('sd', [one.sample('sd', [one.value(key, null, { quality: 'bad' })], null, faults)]);
  };
  const open = (one: Plant): readonly string[] =>
    [...one.engine.view.openAlarms()].filter(({ active }) => active).map(({ ladder }) => ladder);

  it('is the alarm of the fault alone, and that of bad quality once the fault is named no more', () => {
    const one = plant();
    bad(one, ['F03']);
    bad(one);
    expect(open(one)).toEqual(['F03']);
    expect(health(one)).toEqual(['bad-quality', 'F03']);
    restored(one);
    bad(one, []);
    expect(one.told()).toEqual(['F03 raised', 'F03 returned', 'BAD raised']);
    reports(one, 80);
    expect(open(one)).toEqual([]);
  });

  it('first bad, then explained: there is always one of the two', () => {
    const one = plant();
    bad(one);
    expect(open(one)).toEqual(['BAD']);
    bad(one, ['F02']);
    expect(open(one)).toEqual(['F02']);
    expect(one.told()).toEqual(['BAD raised', 'F02 raised', 'BAD returned']);
  });

  it('a fault of the point explains that point; one that leaves a value, or raises nothing, explains none', () => {
    const one = plant();
    const sample = one.sample('sd', [one.value('battery', null, { quality: 'bad' }), one.value('rsrp', null, { quality: 'bad' })]);
    one.message('sd', [{ ...sample, pointFaults: { rsrp: ['F02'] } }]);
    expect([...one.engine.view.openAlarms()].map(({ measurement, ladder }) => `${measurement} ${ladder}`).sort()).toEqual([
      'battery BAD',
      'rsrp F02',
    ]);
    const other = plant();
    bad(other, ['F12', 'F20']);
    expect([...open(other)].sort()).toEqual(['BAD', 'F12']);
  });
});

describe('a second sensor that dies while a fault of the whole device stands', () => {
  const KEYS = ['lel', 'o2', 'co', 'h2s'] as const;
  const GOOD = { lel: 0, o2: 20.9, co: 0, h2s: 0 } as const;
  const portable = (): Plant => {
    const one = plant();
    one.put(device('p1', 'gas.portable.multi'));
    return one;
  };
  /** A report in which these points are null. */
  const dead = (one: Plant, keys: readonly string[], faults?: readonly string[], more: Partial<Sample> = {}): void => {
    const values = KEYS.map((key) => (keys.includes(key) ? one.value(key, null, { quality: 'bad' }) : one.value(key, GOOD[key])));
    one.message('p1', [{ ...one.sample('p1', values, null, faults), ...more }]);
  };
  const open = (one: Plant): readonly string[] =>
    [...one.engine.view.openAlarms()]
      .flatMap(({ active, measurement, ladder }) => (active ? [`${measurement ?? ''} ${ladder}`] : []))
      .sort();
  const shelve = (one: Plant, ladder: string): void => {
    one.command({ op: 'shelve', alarmId: one.alarm(ladder)?.id ?? 'none', minutes: 60, reason: 'spare is on its way', approvedBy: 'li' });
  };

  it('rings by itself, whatever was done about the fault, also over a restart', () => {
    const doings: readonly ((one: Plant) => void)[] = [
      () => undefined,
      (one) => one.acknowledge('F02'),
      (one) => shelve(one, 'F02'),
      (one) => {
        one.acknowledge('F02');
        shelve(one, 'F02');
      },
      (one) => one.command({ op: 'out-of-service', alarmId: one.alarm('F02')?.id ?? '', permit: 'P-1', reason: 'work' }),
      (one) => one.command({ op: 'suppress', alarmId: one.alarm('F02')?.id ?? '', reason: 'pump is off' }),
    ];
    for (const doing of doings) {
      for (const restart of [false, true]) {
        const one = portable();
        dead(one, ['lel'], ['F02']);
        expect(open(one)).toEqual([' F02']);
        doing(one);
        if (restart) restored(one);
        dead(one, ['lel'], ['F02']);
        expect(open(one)).toEqual([' F02']);
        dead(one, KEYS, ['F02']);
        expect(open(one)).toEqual([' F02', 'co BAD', 'h2s BAD', 'o2 BAD']);
        expect(one.told('BAD')).toEqual(['BAD raised', 'BAD raised', 'BAD raised']);
        if (restart) restored(one);
        dead(one, [], []);
        expect(open(one)).toEqual([]);
      }
    }
  });

  it('without the codes in the message too, and the first one when it was good meanwhile', () => {
    const one = portable();
    dead(one, ['lel'], ['F02']);
    dead(one, ['lel', 'o2']);
    expect(open(one)).toEqual([' F02', 'o2 BAD']);
    dead(one, ['o2']);
    dead(one, ['lel', 'o2']);
    expect(open(one)).toEqual([' F02', 'lel BAD', 'o2 BAD']);
  });

  it('another fault that rings, or the same named anew, says why all that is bad by then is', () => {
    const one = portable();
    dead(one, ['lel'], ['F02']);
    dead(one, ['lel', 'o2'], ['F02']);
    dead(one, ['lel', 'o2'], ['F02', 'F03']);
    expect(open(one)).toEqual([' F02', ' F03']);
    dead(one, ['lel', 'o2'], ['F02']);
    expect(open(one)).toEqual([' F02', 'o2 BAD']);
    dead(one, ['lel', 'o2'], []);
    expect(open(one)).toEqual(['lel BAD', 'o2 BAD']);
    dead(one, ['lel', 'o2'], ['F02']);
    expect(open(one)).toEqual([' F02']);
  });

  it('a fault that comes back under its shelf rings for nobody, and explains nothing', () => {
    const one = portable();
    dead(one, ['lel'], ['F02']);
    shelve(one, 'F02');
    dead(one, [], []);
    dead(one, ['lel'], ['F02']);
    expect(open(one)).toEqual([' F02', 'lel BAD']);
  });

  it('a fault named for that very point says why, until its alarm was acknowledged or hidden', () => {
    for (const doing of [null, 'acknowledge', 'shelve'] as const) {
      const one = portable();
      dead(one, [], [], { pointFaults: { o2: ['F02'] } });
      if (doing === 'acknowledge') one.acknowledge('F02');
      if (doing === 'shelve') shelve(one, 'F02');
      restored(one);
      dead(one, ['o2']);
      expect(open(one)).toEqual(doing === null ? ['o2 F02'] : ['o2 BAD', 'o2 F02']);
      if (doing !== null) continue;
      one.acknowledge('F02');
      restored(one);
      dead(one, ['o2', 'co']);
      expect(open(one)).toEqual(['co BAD', 'o2 F02']);
    }
  });

  it('in a late batch: what was bad when it ended is what the fault that rings then explains', () => {
    const one = portable();
    dead(one, [], []);
    const values = (keys: readonly string[]) => KEYS.map((key) => one.value(key, keys.includes(key) ? null : GOOD[key]));
    one.pass(HOUR);
    one.message('p1', [one.sample('p1', values(['lel']), -HOUR / 2, ['F02']), one.sample('p1', values(['lel', 'o2']), -HOUR / 4, ['F02'])]);
    one.pass(2 * HOUR);
    expect(open(one)).toContain(' F02');
    expect(open(one).filter((text) => text.endsWith('BAD'))).toEqual([]);
    dead(one, KEYS, ['F02']);
    expect(open(one)).toEqual([' F02', 'co BAD', 'h2s BAD']);
  });
});
