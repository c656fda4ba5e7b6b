import { describe, expect, it } from 'vitest';
import { HYDROGEN, METHANE, oxygenPercent, PROPANE } from './gas.ts';
import { catalyticPercentLel, catalyticSensor, infraredSensor, sensitivityLeft } from './gas-sensor.ts';

const DAY_S = 86_400;

describe('catalytic bead', () => {
  it('follows the gas up to the stoichiometric mixture: 9.5 % of methane, 4.0 % of propane (published: 9.5 and 4.0)', () => {
    const peak = (gas: typeof METHANE): number =>
      Array.from({ length: 10_001 }, (_, i) => i / 10_000).reduce((best, x) =>
        catalyticPercentLel(gas, x) > catalyticPercentLel(gas, best) ? x : best,
      );
    expect(peak(METHANE)).toBeCloseTo(0.095, 3);
    expect(peak(PROPANE)).toBeCloseTo(0.04, 3);
    expect(catalyticPercentLel(METHANE, 0.025)).toBe(50);
    expect(catalyticPercentLel(PROPANE, 0.0105)).toBeCloseTo(50, 9);
  });

  it('reads the same at 2.5 % and at 76 % of methane, and nothing in pure gas', () => {
    // Oxygen for 2.5 % by volume: 0.025 = 0.2095·(1 − x)/2, so x = 1 − 0.05/0.2095 = 0.76134.
    expect(catalyticPercentLel(METHANE, 0.76134)).toBeCloseTo(50, 2);
    expect(catalyticPercentLel(METHANE, 1)).toBe(0);
    expect(oxygenPercent(0.76134)).toBeCloseTo(5, 2);
  });
});

describe('catalytic detector', () => {
  const sensor = { gas: METHANE, t90S: 20 } as const;

  it('shows 90 % of a step after t90', () => {
    const detector = catalyticSensor((t) => (t <= 0 ? 0 : 0.02), sensor);
    // The step is a straight line over the first second: half a second late.
    expect(detector(20.5).lel).toBeCloseTo(36, 1);
    expect(detector(0)).toEqual({ lel: 0, faults: [] });
    expect(detector(300).lel).toBeCloseTo(40, 3);
  });

  const rich = (t: number): number => Math.min(0.8, Math.max(0, t - 10) * 0.005);

  it('holds its over-range while the room turns too rich to burn, until it is reset in clean air', () => {
    const detector = catalyticSensor((t) => (t < 600 ? rich(t) : 0), { ...sensor, resetsS: [900] });
    expect(detector(20).faults).toEqual([]);
    for (const t of [60, 170, 290, 301, 590, 700, 899]) expect(detector(t)).toEqual({ lel: 100, faults: ['F04'] });
    expect(detector(901).faults).toEqual([]);
    expect(detector(901).lel).toBeLessThan(1);
  });

  it('reset by somebody who trusts the number in the richest gas, falls into its scale: why the manual forbids it', () => {
    const detector = catalyticSensor(rich, { ...sensor, resetsS: [300] });
    expect(detector(299)).toEqual({ lel: 100, faults: ['F04'] });
    expect(detector(301).lel).toBeCloseTo(41.9, 2);
    expect(detector(301).faults).toEqual([]);
  });

  it('that does not latch falls back into its scale in the richest gas: 80 % of methane reads 42 %LEL', () => {
    const detector = catalyticSensor(rich, { ...sensor, latchesOverRange: false });
    expect(detector(60)).toEqual({ lel: 100, faults: ['F04'] });
    // 0.2095·0.2/2 = 0.02095 of 0.05.
    expect(detector(1_000).lel).toBeCloseTo(41.9, 2);
    expect(detector(1_000).faults).toEqual([]);
  });

  it('is poisoned without a word: after two halvings a quarter is left, and what was lost stays lost', () => {
    const poisoned = { ...sensor, poisonings: [{ fromS: 100, toS: 220, halvingS: 60 }] };
    expect([0, 100, 160, 220, 5_000].map((t) => sensitivityLeft(poisoned, t))).toEqual([1, 1, 0.5, 0.25, 0.25]);
    const detector = catalyticSensor(() => 0.025, poisoned);
    expect(detector(5_000)).toEqual({ lel: 12.5, faults: [] });
  });

  it('ages and drifts: by hand after 100 days', () => {
    const old = { ...sensor, sensitivityLossPerDay: 0.001, zeroDriftPerDay: -0.02 };
    expect(sensitivityLeft(old, 100 * DAY_S)).toBeCloseTo(0.9, 12);
    const reading = catalyticSensor(() => 0.025, { ...old, zeroDriftPerDay: -20, sensitivityLossPerDay: 1 })(DAY_S / 10);
    // 50·0.9 − 2
    expect(reading.lel).toBeCloseTo(43, 6);
  });

  it('says that it warms up, and that its zero has sunk below 5 % of the span', () => {
    const cold = catalyticSensor(() => 0, { ...sensor, poweredAtS: 30, warmUpS: 60, zeroDriftPerDay: -86_400 });
    expect(cold(4).faults).toEqual([]);
    expect(cold(29).faults).toEqual(['F05']);
    expect(cold(31)).toEqual({ lel: 0, faults: ['F05', 'F22'] });
    expect(cold(90).faults).toEqual(['F05']);
  });
});

describe('infrared detector', () => {
  const sensor = { gas: METHANE, t90S: 10 } as const;

  it('stays over range in the richest gas and comes back by itself', () => {
    const detector = infraredSensor((t) => (t < 300 ? 0.8 : 0.01), sensor);
    expect(detector(200)).toEqual({ lel: 100, faults: ['F04'] });
    expect(detector(600).lel).toBeCloseTo(20, 6);
    expect(detector(600).faults).toEqual([]);
  });

  it('is blind for hydrogen, where a catalytic one is not', () => {
    expect(infraredSensor(() => 0.02, { ...sensor, gas: HYDROGEN })(600)).toEqual({ lel: 0, faults: [] });
    expect(catalyticSensor(() => 0.02, { ...sensor, gas: HYDROGEN })(600).lel).toBe(50);
  });

  it('tells dirty optics, its reading unmoved', () => {
    const detector = infraredSensor(() => 0.01, { ...sensor, dirt: (t) => t / 1_000 });
    expect(detector(400)).toEqual({ lel: 20, faults: [] });
    expect(detector(401)).toEqual({ lel: 20, faults: ['F13'] });
  });
});
