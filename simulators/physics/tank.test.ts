import { describe, expect, it } from 'vitest';
import { bodyTemperature, type Tank, tankLevel } from './tank.ts';

describe('tank', () => {
  // Area of 4 m diameter: 12.566 m²; 0.12566 m³/s is 1 cm a second.
  const tank: Tank = {
    diameterM: 4,
    heightM: 10,
    startLevelM: 6,
    flows: [
      { fromS: 10, toS: 110, m3PerS: 0.12566370614359174 },
      { fromS: 60, toS: 160, m3PerS: -0.06283185307179587 },
    ],
  };

  it.each([
    [0, 6],
    [10, 6],
    [60, 6.5],
    [110, 6.75],
    [160, 6.5],
    [1_000, 6.5],
  ])('stands at the level of what flowed in and out until then: %i s → %f m', (t, level) => {
    expect(tankLevel(tank, t)).toBeCloseTo(level, 9);
  });

  it('neither runs below empty nor above its rim', () => {
    expect(tankLevel({ ...tank, flows: [{ fromS: 0, toS: 1e6, m3PerS: 1 }] }, 1e5)).toBe(10);
    expect(tankLevel({ ...tank, flows: [{ fromS: 0, toS: 1e6, m3PerS: -1 }] }, 1e5)).toBe(0);
  });

  it('cools by Newton: after one time constant 1/e of the difference is left', () => {
    const body = { startC: 80, ambientC: 20, timeConstantS: 600 };
    expect(bodyTemperature(body, 0)).toBe(80);
    expect(bodyTemperature(body, 600)).toBeCloseTo(20 + 60 / Math.E, 9);
    expect(bodyTemperature(body, 1e9)).toBeCloseTo(20, 9);
  });
});
