import { describe, expect, it } from 'vitest';
import { cableC, residualMa } from './electrical.ts';

describe('residual current', () => {
  const sound = { phaseV: 220, frequencyHz: 50, capacityUF: 0, resistanceOhm: () => Number.POSITIVE_INFINITY };

  it('agrees with figures worked out by hand', () => {
    expect(residualMa(sound, 0)).toBe(0);
    // 220 V over 440 Ω
    expect(residualMa({ ...sound, resistanceOhm: () => 440 }, 0)).toBeCloseTo(500, 9);
    // 2π·50·1 µF = 314.16 µS; · 220 V = 69.1 mA
    expect(residualMa({ ...sound, capacityUF: 1 }, 0)).toBeCloseTo(69.115, 3);
  });

  it('adds the two at right angles, not by number: 300 and 400 mA are 500', () => {
    const both = { ...sound, capacityUF: 0.4 / 220 / (2 * Math.PI * 50e-6), resistanceOhm: () => 220 / 0.3 };
    expect(residualMa(both, 0)).toBeCloseTo(500, 9);
  });

  it('follows an insulation that gives way', () => {
    const failing = { ...sound, resistanceOhm: (t: number) => 4_400 / 10 ** (t / 100) };
    expect([0, 100].map((t) => Math.round(residualMa(failing, t)))).toEqual([50, 500]);
  });
});

describe('temperature of a cable', () => {
  const cable = { ambientC: () => 40, ratedRiseK: 30, ratedA: 200, currentA: () => 200, timeConstantS: 1_200 };

  it('is 70 °C at rated current in 40 °C, the figure of PVC', () => {
    expect(cableC(cable)(0)).toBeCloseTo(70, 9);
  });

  it('grows with the square of the load: 1.3 times the current is 90.7 °C, 63 % of the way after one time constant', () => {
    const overload = cableC({ ...cable, currentA: (t) => (t <= 0 ? 200 : 260) });
    // The step counts as a straight line over its first second: half a second late.
    expect(overload(1_200.5)).toBeCloseTo(70 + 20.7 * (1 - 1 / Math.E), 2);
    expect(overload(40_000)).toBeCloseTo(90.7, 6);
  });

  it('burns at a loose terminal while the current is the same: three times the resistance is 130 °C', () => {
    expect(cableC({ ...cable, jointFactor: () => 3 })(0)).toBeCloseTo(130, 9);
  });
});
