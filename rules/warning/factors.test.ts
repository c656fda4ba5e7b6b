import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactorName } from '../../model/warning.ts';
import { countFactor, FACTORS_OF, levelOfIndex, riskIndex, WEIGHTS } from './factors.ts';

type Given = Partial<Record<FactorName, number>>;
const NAMES = FACTORS_OF['hazard-source'];
const index = (given: Given): number =>
  riskIndex(
    NAMES,
    NAMES.map((name) => given[name] ?? null),
  );

describe('the risk index', () => {
  /** Worked by hand: 100·(1 − Π(1 − w·x)). */
  it.each<[string, Given, number, string]>([
    ['nothing is known', {}, 0, 'blue'],
    ['class I alone: 0.25', { inherent: 1 }, 25, 'blue'],
    ['class IV alone: 0.25 · 0.4', { inherent: 0.4 }, 10, 'blue'],
    ['a red alarm: 0.9', { 'worst-alarm': 1 }, 90, 'red'],
    ['an orange alarm: 0.9 · 0.7', { 'worst-alarm': 0.7 }, 63, 'yellow'],
    ['a yellow alarm: 0.9 · 0.4', { 'worst-alarm': 0.4 }, 36, 'blue'],
    ['a blue alarm: 0.9 · 0.15', { 'worst-alarm': 0.15 }, 13.5, 'blue'],
    ['orange alarm in a class III: 1 − 0.37 · 0.85', { inherent: 0.6, 'worst-alarm': 0.7 }, 68.55, 'orange'],
    ['yellow alarm, half of the points silent: 1 − 0.64 · 0.825', { 'worst-alarm': 0.4, offline: 0.5 }, 47.2, 'yellow'],
    ['all silent, no commitment: 1 − 0.65 · 0.7', { offline: 1, commitment: 1 }, 54.5, 'yellow'],
    [
      'everything people set: 1 − 0.75 · 0.7 · 0.6 · 0.8',
      { 'special-work': 1, commitment: 1, 'hidden-hazard': 1, weather: 1 },
      74.8,
      'orange',
    ],
    [
      'all of it',
      {
        inherent: 1,
        'worst-alarm': 1,
        'alarm-count': 1,
        offline: 1,
        'special-work': 1,
        commitment: 1,
        'hidden-hazard': 1,
        weather: 1,
      },
      // 1 − 0.75 · 0.1 · 0.8 · 0.65 · 0.75 · 0.7 · 0.6 · 0.8
      99.0172,
      'red',
    ],
  ])('%s', (_name, given, ri, level) => {
    expect(index(given)).toBeCloseTo(ri, 4);
    expect(levelOfIndex(index(given))).toBe(level);
  });

  it.each([
    [0, 'blue'],
    [39.99, 'blue'],
    [40, 'yellow'],
    [64.99, 'yellow'],
    [65, 'orange'],
    [84.99, 'orange'],
    [85, 'red'],
    [100, 'red'],
  ] as const)('%d is %s', (ri, level) => {
    expect(levelOfIndex(ri)).toBe(level);
  });

  it('a threshold that is reached but for rounding is reached', () => {
    // Hidden hazard alone: 100 · (1 − (1 − 0.4)).
    expect(levelOfIndex(index({ 'hidden-hazard': 1 }))).toBe('yellow');
  });

  it.each([
    [0, 0],
    [1, 0.1],
    [10, 1],
    [5_000, 1],
  ])('%d alarms count as %d', (count, x) => {
    expect(countFactor(count)).toBe(x);
  });

  it('rises with every factor, or stays; and what is not known counts as nothing', () => {
    const x = fc.double({ min: 0, max: 1, noNaN: true });
    for (const scope of ['hazard-source', 'enterprise', 'area'] as const) {
      const names = FACTORS_OF[scope];
      fc.assert(
        fc.property(fc.array(x, { minLength: names.length, maxLength: names.length }), fc.nat(names.length - 1), x, (xs, at, more) => {
          const worse = xs.map((one, i) => (i === at ? Math.min(1, one + more) : one));
          const unknown = xs.map((one, i) => (i === at ? null : one));
          const zero = xs.map((one, i) => (i === at ? 0 : one));
          expect(riskIndex(names, worse)).toBeGreaterThanOrEqual(riskIndex(names, xs));
          expect(riskIndex(names, unknown)).toBe(riskIndex(names, zero));
          expect(riskIndex(names, xs)).toBeGreaterThanOrEqual(0);
          expect(riskIndex(names, xs)).toBeLessThanOrEqual(100);
        }),
        { seed: 36 },
      );
    }
    expect(Object.values(WEIGHTS).every((weight) => weight > 0 && weight < 1)).toBe(true);
  });
});
