import { describe, expect, it } from 'vitest';
import type { Device } from '../../model/asset.ts';
import type { Quality } from '../../model/reading.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { device, enterprise, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** Work on a detector is listed from its first word on, makes no sound, and is asked about when it has lasted for eight hours. */

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** `lel` can raise red, `temp` cannot. It speaks every half hour, and is missed after an hour and a half. */
const PROFILES = [
  profile(
    'gas',
    [measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50)]), measurement('temp', [limit('T', 'yellow', 60)])],
    {
      reportMs: 30 * MINUTE,
      heartbeatMs: 30 * MINUTE,
    },
  ),
];
const gd = (more: Partial<Device> = {}): Device => device('gd', 'gas', more);

function plant(more: Partial<Device> = {}): Plant {
  return new Plant().setUp(PROFILES, [gd(more)]);
}
function says(one: Plant, quality: Quality, key = 'lel', stamp: number | null = null): void {
  one.send('gd', key, quality === 'bad' ? null : 1, { quality, stamp });
}
/** The point goes on saying so, every half hour, for so long. */
function goesOn(one: Plant, quality: Quality, ms: number, key = 'lel'): void {
  for (let passed = 0; passed < ms; passed += 30 * MINUTE) {
    says(one, quality, key);
    one.pass(Math.min(30 * MINUTE, ms - passed));
  }
}
const health = (one: Plant): readonly string[] => one.engine.view.status('gd')?.health ?? [];
/** What was told of the question, without the reminders of what nobody has acknowledged. */
const asked = (one: Plant): readonly string[] =>
  one
    .alarmEvents('INHIBITED')
    .filter(([, event]) => event.type !== 're-announced')
    .map(([, event]) => `${event.type} ${event.level}`);
const inhibitedSince = (one: Plant): number | undefined => one.engine.view.latest('gd')[0]?.inhibitedSince;
function restored(one: Plant): void {
  const text = one.engine.serialise();
  one.engine = restoreEngine(text);
  expect(one.engine.serialise()).toBe(text);
}

describe('a point in maintenance is listed', () => {
  it.each(['maintenance', 'test'] as const)('%s: a health code with the first word, gone with the next value, no alarm', (quality) => {
    const one = plant();
    says(one, 'good');
    expect(one.engine.view.deviceCounts().inhibited).toBe(0);
    const from = one.now;
    says(one, quality);
    one.pass(MINUTE);
    says(one, quality);
    expect(health(one)).toEqual(['inhibited']);
    expect(inhibitedSince(one)).toBe(from);
    expect(one.engine.view.deviceCounts().inhibited).toBe(1);
    restored(one);
    expect([health(one), inhibitedSince(one), one.engine.view.deviceCounts().inhibited]).toEqual([['inhibited'], from, 1]);
    says(one, 'good');
    expect([health(one), inhibitedSince(one), one.engine.view.deviceCounts().inhibited]).toEqual([[], undefined, 0]);
    expect(one.told()).toEqual([]);
    expect(one.events.flatMap((event) => (event.kind === 'device' ? [event.health] : []))).toEqual([[], ['inhibited'], []]);
  });

  it('stands behind bad quality, is there while any point says so, and not for one that is simply bad', () => {
    const one = plant();
    says(one, 'maintenance');
    says(one, 'test', 'temp');
    says(one, 'bad');
    expect(health(one)).toEqual(['bad-quality', 'inhibited']);
    says(one, 'bad', 'temp');
    expect(health(one)).toEqual(['bad-quality']);
    says(one, 'good', 'temp');
    says(one, 'good');
    expect(health(one)).toEqual([]);
    says(one, 'test');
    expect(health(one)).toEqual(['inhibited']);
  });

  it('a retired device is counted no more', () => {
    const one = plant();
    says(one, 'maintenance');
    one.config({ op: 'retire', asset: 'device', id: 'gd', base: null });
    expect(one.engine.view.deviceCounts()).toEqual({ online: 0, offline: 0, total: 0, inhibited: 0 });
  });
});

describe('and asked about when it lasts', () => {
  it('rings at eight hours, to the millisecond, orange where the point can raise red, and returns with a value that is judged', () => {
    const one = plant();
    says(one, 'good');
    one.pass(MINUTE);
    goesOn(one, 'maintenance', 8 * HOUR - 1);
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
    expect(one.alarm('INHIBITED')).toMatchObject({
      kind: 'instrument',
      deviceId: 'gd',
      measurement: 'lel',
      quality: 'maintenance',
      test: false,
    });
    expect(one.alarm('INHIBITED')?.raisedAt).toBe((inhibitedSince(one) ?? 0) + 8 * HOUR);
    goesOn(one, 'maintenance', HOUR);
    says(one, 'good');
    expect(asked(one)).toEqual(['raised orange', 'returned orange']);
    expect(health(one)).toEqual([]);
  });

  it.each(['good', 'uncertain', 'substituted'] as const)('one %s value after 7 h 59 min begins the eight hours anew', (quality) => {
    const one = plant();
    goesOn(one, 'maintenance', 8 * HOUR - MINUTE);
    says(one, quality);
    goesOn(one, 'maintenance', 8 * HOUR - 1);
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('yellow where nothing of the point can raise red; test after maintenance goes on', () => {
    const one = plant();
    goesOn(one, 'maintenance', 5 * HOUR, 'temp');
    goesOn(one, 'test', 3 * HOUR, 'temp');
    expect(asked(one)).toEqual(['raised yellow']);
  });

  it('its level follows the limits of the point', () => {
    const one = plant();
    goesOn(one, 'maintenance', 8 * HOUR);
    const [first] = PROFILES;
    const without = { ...first, measurements: [measurement('lel', [limit('L1', 'yellow', 25)])] };
    one.config({ op: 'catalogue', catalogue: { version: 'v2', profiles: [{ ...profile('gas', []), ...without }], faults: [] } });
    expect(one.alarmEvents('INHIBITED').at(-1)?.[1]).toMatchObject({ type: 'level-lowered', level: 'yellow', cause: 'configuration' });
  });

  it('and the rules of the site', () => {
    const one = plant();
    goesOn(one, 'maintenance', 8 * HOUR, 'temp');
    const parts = { level: 'red', setPoint: 90, deadband: 1, basis: 'own' } as const;
    const about = { scope: 'device', scopeId: 'gd', measurement: 'temp', code: 'HOT', adds: 'hi', reason: 'seals' } as const;
    expect(one.rule(rule('hot', parts, about)).outcomes).toMatchObject([{ ok: true }]);
    expect(one.alarmEvents('INHIBITED').at(-1)?.[1]).toMatchObject({ type: 'level-raised', level: 'orange', cause: 'configuration' });
  });

  it('of a device that speaks once in eight hours, too', () => {
    const one = plant({ heartbeatMs: 8 * HOUR });
    says(one, 'maintenance');
    one.pass(8 * HOUR - 1);
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('returns with cause `configuration` where its point is no more', () => {
    const one = plant();
    goesOn(one, 'maintenance', 8 * HOUR);
    one.config({ op: 'catalogue', catalogue: { version: 'v2', profiles: [profile('gas', [measurement('temp', [])])], faults: [] } });
    expect(one.alarmEvents('INHIBITED').at(-1)?.[1]).toMatchObject({ type: 'returned', cause: 'configuration' });
    expect([health(one), one.engine.view.deviceCounts().inhibited]).toEqual([[], 0]);
  });

  it('a test device rings as one: it is in no count; a move takes the alarm along; retiring closes it', () => {
    const one = plant({ mode: 'commissioning' });
    one.place('enterprise', enterprise('mill'));
    goesOn(one, 'test', 8 * HOUR);
    expect(one.alarm('INHIBITED')).toMatchObject({ test: true, enterpriseId: 'works' });
    one.put(gd({ enterpriseId: 'mill' }));
    expect(one.alarm('INHIBITED')).toMatchObject({ test: false, enterpriseId: 'mill', active: true });
    one.config({ op: 'retire', asset: 'device', id: 'gd', base: null });
    expect(asked(one).at(-1)).toBe('closed orange');
  });

  it('shelved and out of service it asks without a sound, and goes on underneath', () => {
    const one = plant();
    goesOn(one, 'maintenance', 8 * HOUR);
    one.command({ op: 'out-of-service', alarmId: one.alarm('INHIBITED')?.id ?? '', permit: 'P-1', reason: 'sensor is being changed' });
    expect(one.engine.view.counts().open.orange).toBe(0);
    says(one, 'good');
    one.acknowledge('INHIBITED');
    goesOn(one, 'maintenance', 8 * HOUR);
    expect(one.alarm('INHIBITED')).toMatchObject({ active: true, suppressedBy: ['out-of-service'], occurrence: 2 });
  });

  it('no rule of a site may look like it', () => {
    const one = plant();
    const parts = { level: 'orange', setPoint: 40, deadband: 1, basis: 'own' } as const;
    const own = (code: string) => one.rule(rule(`own-${code}`, parts, { code, adds: 'hi', reason: 'why' })).outcomes;
    expect(own('INHIBITED')).toMatchObject([{ ok: false }]);
    expect(own('INHIBITS')).toMatchObject([{ ok: true }]);
  });
});

describe('what does not end it', () => {
  it('bad values between: who says now bad and now maintenance is asked about at his next word after eight hours', () => {
    const one = plant();
    for (let hour = 0; hour < 9; hour += 1) {
      says(one, 'maintenance');
      one.pass(30 * MINUTE);
      says(one, 'bad');
      one.pass(30 * MINUTE);
      expect(asked(one)).toEqual(hour < 8 ? [] : ['raised orange']);
    }
    // Bad quality clears nothing.
    expect(one.alarm('INHIBITED')?.active).toBe(true);
    expect(one.alarm('BAD')).toBeDefined();
  });

  it('while it is bad, that is what rings, and once', () => {
    const one = plant();
    says(one, 'maintenance');
    one.pass(HOUR);
    goesOn(one, 'bad', 10 * HOUR);
    expect(asked(one)).toEqual([]);
    restored(one);
    says(one, 'maintenance');
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('a point that is bad is not asked about because another says so', () => {
    const one = plant();
    says(one, 'maintenance');
    says(one, 'maintenance', 'temp');
    one.pass(MINUTE);
    for (let n = 0; n < 17; n += 1) {
      says(one, 'bad');
      says(one, 'maintenance', 'temp');
      one.pass(30 * MINUTE);
    }
    expect(asked(one)).toEqual(['raised yellow']);
  });

  it('silence: F01 asks for that; back from it, the next word that says so is asked about', () => {
    const one = plant();
    goesOn(one, 'maintenance', 2 * HOUR);
    one.pass(10 * HOUR);
    expect(asked(one)).toEqual([]);
    expect(health(one)).toEqual(['silent', 'inhibited']);
    one.apply({ kind: 'presence', credential: 'gd', device: 'gd', client: 'gd/c', connection: 2, what: 'connected' });
    one.pass(HOUR);
    // The device talks again, and says nothing of the point.
    goesOn(one, 'good', 3 * HOUR, 'temp');
    expect(asked(one)).toEqual([]);
    says(one, 'maintenance');
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('a restart and an outage of ours: the hours we were away count', () => {
    const one = plant();
    goesOn(one, 'maintenance', HOUR);
    restored(one);
    one.restart(4 * HOUR);
    goesOn(one, 'maintenance', 3 * HOUR - 20);
    expect(asked(one)).toEqual([]);
    one.pass(20);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('an outage that the eight hours end in: the device has a whole period to say that it is over', () => {
    for (const after of ['maintenance', 'good'] as const) {
      const one = plant();
      goesOn(one, 'maintenance', HOUR);
      one.restart(20 * HOUR);
      one.pass(30 * MINUTE);
      expect(asked(one)).toEqual([]);
      says(one, after);
      expect(asked(one)).toEqual(after === 'good' ? [] : ['raised orange']);
      one.pass(2 * HOUR);
      expect(asked(one)).toEqual(after === 'good' ? [] : ['raised orange']);
    }
  });

  it('after that period it rings without a word of the point, as long as the device is not silent', () => {
    const one = plant();
    goesOn(one, 'maintenance', HOUR);
    one.restart(20 * HOUR);
    goesOn(one, 'good', 90 * MINUTE - 1, 'temp');
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('a resend, and a step of the server’s clock', () => {
    const one = plant();
    const again = { message: { digest: 7, packetId: 9, nth: 1, stamped: true } };
    one.send('gd', 'lel', 1, { quality: 'maintenance', stamp: 0, ...again });
    one.offset += 10 * HOUR;
    goesOn(one, 'maintenance', 7 * HOUR);
    one.offset -= 20 * HOUR;
    one.send('gd', 'lel', 1, { quality: 'maintenance', ...again });
    expect(asked(one)).toEqual([]);
    goesOn(one, 'maintenance', HOUR);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('a server’s clock that is put right: no eight hours have passed by that', () => {
    const one = plant();
    one.apply({ kind: 'system', code: 'clock-not-believed', active: true, level: 'orange' });
    goesOn(one, 'maintenance', HOUR);
    one.offset += 10 * 365 * 24 * HOUR;
    one.apply({ kind: 'system', code: 'clock-not-believed', active: false, level: 'orange' });
    expect(inhibitedSince(one)).toBe(one.now - HOUR);
    goesOn(one, 'maintenance', 7 * HOUR - 1);
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
  });
});

describe('a server without a clock of its own', () => {
  it('was away for four hours, and knows it only when its clock is put right: they count', () => {
    const one = plant();
    goesOn(one, 'maintenance', HOUR);
    const from = inhibitedSince(one);
    // It starts with the time at which it stopped.
    one.restart(0);
    one.apply({ kind: 'system', code: 'clock-not-believed', active: true, level: 'orange' });
    one.pass(MINUTE);
    says(one, 'test', 'temp');
    one.offset += 4 * HOUR;
    one.apply({ kind: 'system', code: 'clock-not-believed', active: false, level: 'orange' });
    expect(one.engine.view.latest('gd').map(({ inhibitedSince: since }) => since)).toEqual([from, one.now]);
    goesOn(one, 'maintenance', 3 * HOUR - 2 * MINUTE);
    expect(asked(one)).toEqual([]);
    goesOn(one, 'maintenance', MINUTE);
    expect(asked(one)).toEqual(['raised orange']);
  });
});

describe('inside a late batch', () => {
  /** Everything that was sampled this long ago, in one message. */
  function batch(one: Plant, ...words: readonly (readonly [agoMs: number, quality: Quality])[]): void {
    one.message(
      'gd',
      words.map(([agoMs, quality]) => one.sample('gd', [one.value('lel', quality === 'bad' ? null : 1, { quality })], -agoMs)),
    );
  }
  /** A device whose clock is known to be right, and that has been away for nine hours. */
  function away(): Plant {
    const one = plant();
    for (let n = 0; n < 3; n += 1) {
      says(one, 'good', 'lel', 0);
      one.pass(1_000);
    }
    one.pass(10 * HOUR);
    return one;
  }

  it('it began in it: asked at its end, by the true begin', () => {
    const one = away();
    const from = one.now - 9 * HOUR;
    batch(one, [9 * HOUR, 'maintenance'], [5 * HOUR, 'maintenance']);
    expect(asked(one)).toEqual([]);
    expect(health(one)).toContain('inhibited');
    expect(inhibitedSince(one)).toBe(from);
    says(one, 'maintenance', 'lel', 0);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('the batch ends because nothing more comes: asked then, once the time is there', () => {
    const one = away();
    batch(one, [7 * HOUR + 59 * MINUTE, 'maintenance'], [5 * HOUR, 'maintenance']);
    one.pass(MINUTE - 1);
    expect(asked(one)).toEqual([]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange']);
  });

  it('begun and ended inside: nobody is asked', () => {
    const one = away();
    batch(one, [9.5 * HOUR, 'maintenance'], [HOUR + 31 * MINUTE, 'maintenance'], [HOUR + 30 * MINUTE, 'good']);
    one.pass(10_000);
    says(one, 'good', 'lel', 0);
    expect(asked(one)).toEqual([]);
    expect(health(one)).toEqual([]);
  });

  it('asked before, over inside: it returns at the end', () => {
    const one = plant();
    for (let n = 0; n < 3; n += 1) {
      says(one, 'maintenance', 'lel', 0);
      one.pass(1_000);
    }
    goesOn(one, 'maintenance', 9 * HOUR);
    one.pass(5 * HOUR);
    batch(one, [4 * HOUR, 'good']);
    expect(asked(one)).toEqual(['raised orange']);
    one.pass(6_000);
    expect(asked(one)).toEqual(['raised orange', 'returned orange']);
  });

  it('a sample that comes after a newer one changes nothing', () => {
    const one = away();
    says(one, 'maintenance', 'lel', 0);
    const from = inhibitedSince(one);
    says(one, 'good', 'lel', -30_000);
    says(one, 'good', 'lel', -2 * HOUR);
    expect([health(one), inhibitedSince(one)]).toEqual([['inhibited'], from]);
  });
});

describe('entries of an earlier release', () => {
  it('are judged as they were; the first word of this one begins it', () => {
    const one = plant();
    goesOn(one, 'maintenance', 9 * HOUR);
    const old = createEngine();
    const events = one.entries.flatMap((entry) => old.apply({ ...entry, v: 1 }).events);
    expect(events.filter((event) => event.kind === 'alarm')).toEqual([]);
    expect([old.view.status('gd')?.health, old.view.deviceCounts().inhibited]).toEqual([[], 0]);
    one.engine = restoreEngine(old.serialise());
    const from = one.now;
    goesOn(one, 'maintenance', 8 * HOUR - 1);
    expect(asked(one)).toEqual(['raised orange']);
    expect([health(one), inhibitedSince(one)]).toEqual([['inhibited'], from]);
    one.pass(1);
    expect(asked(one)).toEqual(['raised orange', 'raised orange']);
  });
});
