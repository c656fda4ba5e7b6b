import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { newDrift, stepDrift } from './drift.ts';
import { dueDates, dueNow } from './due-dates.ts';
import { newFlat, stepFlat } from './flat.ts';
import { loopState } from './loop-current.ts';
import type { Drift, Flat } from './point-health.ts';
import { type FlatSpec, specsOf } from './spec.ts';
import { stepUnder, underFound } from './under-range.ts';
import { device } from '../testing/plant.ts';

/** Each detector by itself: tables of what it must and must not say, and what must never happen whatever comes. */

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function specFor(profileId: string, key: string) {
  const profile = builtInCatalogue.profiles.find((one) => one.id === profileId);
  const at = profile?.measurements.findIndex((one) => one.key === key) ?? -1;
  const spec = profile === undefined ? undefined : specsOf(profile)[at];
  if (spec === undefined || spec === null) throw new Error(`nothing is watched on ${profileId} ${key}`);
  return spec;
}

describe('what is watched', () => {
  it.each([
    // A pellistor folds back, an open path and a toxic cell do not.
    ['gas.combustible.point.industrial', 'lel', { over: 100, regular: true }],
    ['gas.combustible.openpath.industrial', 'lelm', { over: null }],
    ['gas.toxic.co', 'co', { over: null, flat: null, under: { enter: -25, leave: -20 } }],
    // A limit stands at the end of the range: the end is still a measurement.
    ['gas.underground.methane', 'lel', { over: 100.1 }],
    ['hazchem.tank.pressurized', 'pressure', { driftUnit: null, loop: false, regular: true }],
    // Oxygen rests at 20.9: no calm zero, and no restless gas.
    ['gas.oxygen', 'o2', { driftUnit: null, flat: null }],
  ])('%s %s', (profile, key, expected) => {
    expect(specFor(profile, key)).toMatchObject(expected);
  });

  it('a device that reports only what happens, switches, status words, counts and options have no rhythm to miss', () => {
    const regular = builtInCatalogue.profiles.flatMap((profile) =>
      profile.measurements
        .flatMap((def) => Array.from({ length: Math.max(1, def.channels ?? 0) }, () => def))
        .filter((_, i) => specsOf(profile)[i]?.regular === true)
        .map((def) => ({ profile, def })),
    );
    expect(regular.length).toBeGreaterThan(50);
    for (const { profile, def } of regular) {
      expect(profile.reportMs).not.toBeNull();
      expect([def.valueType, def.optional ?? false, def.ucum === '{count}' || def.ucum === '{bool}']).toEqual(['number', false, false]);
    }
  });
});

describe('F05, under range', () => {
  const limits = { enter: -5, leave: -4 };
  const found = (values: readonly number[]): boolean[] => {
    let low = 0;
    let on = false;
    return values.map((value) => {
      low = stepUnder(low, value, limits);
      on = underFound(low, on);
      return on;
    });
  };
  it.each([
    ['three in a row', [-5, -6, -5], [false, false, true]],
    ['one disturbed conversion is none', [0, -20, 0, -20, 0], [false, false, false, false, false]],
    ['returns above −4 % three times', [-6, -6, -6, -4.5, -3, -3, -4], [false, false, true, true, true, true, false]],
    ['between the two it stays as it was', [-4.5, -4.5, -4.5, -4.5], [false, false, false, false]],
  ] as const)('%s', (_, values, expected) => {
    expect(found(values)).toEqual(expected);
  });
  it('is never found without three values at or below the limit, and never lost without three above', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -10, max: 5, noNaN: true }), { maxLength: 80 }), (values) => {
        let last = false;
        found(values).forEach((on, i) => {
          const upTo = values.slice(0, i + 1);
          if (on && !last) expect(upTo.filter((value) => value <= -5).length).toBeGreaterThanOrEqual(3);
          if (!on && last) expect(upTo.filter((value) => value >= -4).length).toBeGreaterThanOrEqual(3);
          last = on;
        });
      }),
    );
  });
});

describe('F02 and F03 of a 4–20 mA loop (NAMUR NE 43)', () => {
  it.each([
    [0, 'open'],
    [2, 'open'],
    [3.6, 'open'],
    [3.7, 'unsure'],
    [3.8, 'sound'],
    [4, 'sound'],
    [12, 'sound'],
    [20.5, 'sound'],
    [20.8, 'unsure'],
    [21, 'short'],
    [24, 'short'],
  ] as const)('%d mA is %s', (ma, state) => {
    expect(loopState(ma)).toBe(state);
  });
});

describe('F06 and F08, dates', () => {
  const gas = builtInCatalogue.profiles.find((one) => one.id === 'gas.combustible.point.industrial');
  const dated = (installedAt: number | null, calibratedAt: number | null) =>
    gas === undefined ? [] : dueDates(device('g', gas.id, { installedAt, calibratedAt }), gas);
  it.each([
    ['nothing filled in', null, null, 10 * 365, []],
    ['calibrated a year ago', null, 0, 365, ['F08']],
    ['a day less', null, 0, 364, []],
    ['never calibrated since it was installed', 0, null, 365, ['F08']],
    ['old, and freshly calibrated', 0, 1_000 * DAY, 1_095, ['F06']],
    ['old and forgotten', 0, null, 1_095, ['F06', 'F08']],
  ] as const)('%s', (_, installedAt, calibratedAt, days, codes) => {
    expect(dueNow(dated(installedAt, calibratedAt), days * DAY).codes).toEqual(codes);
  });
  it('the next date it names is the next on which something becomes due', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000 }),
        fc.integer({ min: 0, max: 4_000 }),
        fc.integer({ min: 0, max: 4_000 }),
        (a, b, now) => {
          const dues = dated(a * DAY, b * DAY);
          const { codes, next } = dueNow(dues, now * DAY);
          if (next < 0) expect(codes).toHaveLength(dues.length);
          else {
            expect(dueNow(dues, next - 1).codes).toEqual(codes);
            expect(dueNow(dues, next).codes.length).toBeGreaterThan(codes.length);
          }
        },
      ),
    );
  });
});

/** A seeded stream of numbers, for what takes thousands of samples. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Plays one value a period; the hour at which it was first found, or null. */
function flatAt(spec: FlatSpec, hours: number, periodMs: number, value: (hour: number) => number): number | null {
  let flat: Flat | null = null;
  let found = false;
  for (let ms = 0; ms < hours * HOUR; ms += periodMs) {
    const now = value(ms / HOUR);
    flat ??= newFlat(now);
    found = stepFlat(flat, spec, now, periodMs, found);
    if (found) return ms / HOUR;
  }
  return null;
}

const lel = specFor('gas.combustible.point.industrial', 'lel').flat as FlatSpec;
const temperature = specFor('hazchem.warehouse', 'temp').flat as FlatSpec;
const level = specFor('hazchem.tank.atmospheric', 'level').flat as FlatSpec;
const round = (value: number, step: number): number => Math.round(value / step) * step;

describe('F21, a value that does not move', () => {
  it('a gas that stands at 7 %LEL is stuck after four hours', () => {
    expect(flatAt(lel, 10, 30_000, () => 7)).toBeCloseTo(4, 1);
  });
  it('a restless temperature that freezes after a week is found, not before four hours', () => {
    const random = dice(1);
    const at = flatAt(temperature, 400, 10 * MINUTE, (hour) => (hour < 168 ? round(20 + 0.3 * gaussian(random), 0.1) : 20.3));
    expect(at).toBeGreaterThanOrEqual(172);
    expect(at).toBeLessThan(200);
  });
  it.each([
    ['clean air for half a year', lel, 4_380, 30_000, () => 0],
    ['clean air of a zero 2 %LEL off that never showed life', lel, 2_000, 30_000, () => 2],
    ['a saturated sensor', lel, 24, 30_000, () => 100],
    ['a tank at rest for a month', level, 720, MINUTE, () => 12.345],
    [
      'a tank that is filled for an hour each day, and stands',
      level,
      2_000,
      MINUTE,
      (hour: number) => (hour % 24 < 1 ? 5 + round(hour % 24, 0.001) : 6),
    ],
    ['a slow day and night', temperature, 2_000, 10 * MINUTE, (hour: number) => round(20 + 5 * Math.sin((2 * Math.PI * hour) / 24), 0.1)],
  ] as const)('%s is none', (_, spec, hours, periodMs, value) => {
    expect(flatAt(spec, hours, periodMs, value)).toBeNull();
  });

  it('a hall that is noisy at work and still when it is off rings once, in its first long calm, and is learned then', () => {
    const random = dice(2);
    const rings: number[] = [];
    let flat: Flat | null = null;
    let found = false;
    for (let ms = 0; ms < 60 * DAY; ms += 10 * MINUTE) {
      const hour = ms / HOUR;
      const value = hour % 240 < 200 ? round(20 + 0.3 * gaussian(random), 0.1) : 20;
      flat ??= newFlat(value);
      const now = stepFlat(flat, temperature, value, 10 * MINUTE, found);
      if (now && !found) rings.push(hour);
      found = now;
    }
    expect(rings).toHaveLength(1);
  });

  it('is never found before four hours of standing still', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, minutes) => {
        const random = dice(seed);
        const flat = newFlat(20);
        let found = false;
        let still = 0;
        let last = 20;
        for (let i = 0; i < 3_000; i += 1) {
          const value = random() < 0.7 ? last : round(20 + gaussian(random), 0.1);
          still = Math.abs(value - last) < 0.05 ? still + minutes : 0;
          found = stepFlat(flat, temperature, value, minutes * MINUTE, found);
          if (found) expect(still).toBeGreaterThanOrEqual(240);
          last = still === 0 ? value : last;
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Plays one value a period; the hour at which the baseline counted as moved first, or null. */
function driftAt(hours: number, periodMs: number, value: (hour: number) => number): number | null {
  const drift: Drift = newDrift(0);
  let found = false;
  for (let ms = 0; ms < hours * HOUR; ms += periodMs) {
    found = stepDrift(drift, 1, value(ms / HOUR), ms, found);
    if (found) return ms / HOUR;
  }
  return null;
}

describe('slow drift of the calm baseline', () => {
  it.each([
    // A step of 2 % is a day's sum of 1 an hour; one of 3 % half of that; 1 % is what is allowed.
    ['a step of 2 %', (hour: number) => (hour < 48 ? 1 : 3), 71, 74],
    ['a step of 3 %', (hour: number) => (hour < 48 ? 1 : 4), 59, 62],
    ['a step of −3 %', (hour: number) => (hour < 48 ? 1 : -2), 59, 62],
    // 1 % a week: past the allowance after a week, 24 summed when 1/168 · t²/2 = 24.
    ['1 % a week', (hour: number) => Math.max(0, hour - 24) / 168, 250, 300],
  ] as const)('%s is found', (_, value, from, to) => {
    const at = driftAt(600, 30_000, value);
    expect(at).toBeGreaterThanOrEqual(from);
    expect(at).toBeLessThanOrEqual(to);
  });

  it.each([
    ['a background that is always there', () => 4],
    ['a release of 60 % for five hours', (hour: number) => (hour > 100 && hour < 105 ? 60 : 0)],
    ['cooking three hours a day', (hour: number) => (hour > 24 && hour % 24 < 3 ? 8 : 0.5)],
    ['a day and night of ±1.5 %', (hour: number) => 1.5 * Math.sin((2 * Math.PI * hour) / 24)],
  ] as const)('%s is none', (_, value) => {
    expect(driftAt(2_000, MINUTE, value)).toBeNull();
  });

  it('a moved baseline that moves back is well again after two days at most', () => {
    const drift = newDrift(0);
    let found = false;
    let well: number | null = null;
    for (let minute = 0; minute < 60 * 400; minute += 1) {
      const hour = minute / 60;
      const was = found;
      found = stepDrift(drift, 1, hour > 48 && hour < 200 ? 4 : 0, minute * MINUTE, found);
      if (was && !found) well = hour;
    }
    expect(well).toBeGreaterThan(200);
    expect(well).toBeLessThanOrEqual(250);
  });

  it('no order of hours whose means stay within the allowance raises', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = dice(seed);
        let hour = -1;
        let mean = 0;
        expect(
          driftAt(500, 10 * MINUTE, (at) => {
            if (Math.floor(at) !== hour) {
              hour = Math.floor(at);
              mean = hour < 30 ? 0 : 2 * random() - 1;
            }
            return mean;
          }),
        ).toBeNull();
      }),
      { numRuns: 50 },
    );
  });
});
