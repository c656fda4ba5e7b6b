import { describe, expect, it } from 'vitest';
import { ceilingJetRise, FIRE_GROWTH, type Fire, heatReleasedKj, heatReleaseKw, obscurationDbPerM } from './fire.ts';

const fire: Fire = { fromS: 30, alphaKwPerS2: FIRE_GROWTH.fast, peakKw: 2_000, suppressedAtS: 330, decayS: 40 };

describe('t-squared fire', () => {
  it('gives 1055 kW after the growth time that names its rate', () => {
    for (const [rate, seconds] of [
      ['slow', 600],
      ['medium', 300],
      ['fast', 150],
      ['ultrafast', 75],
    ] as const) {
      expect(heatReleaseKw({ ...fire, fromS: 0, alphaKwPerS2: FIRE_GROWTH[rate], suppressedAtS: 1e9 }, seconds)).toBeCloseTo(1055, 6);
    }
    expect(FIRE_GROWTH.fast).toBeCloseTo(0.0469, 4);
  });

  it('does not burn before ignition, stops growing at its peak, and dies away once extinguishing begins', () => {
    expect(heatReleaseKw(fire, 30)).toBe(0);
    expect(heatReleaseKw(fire, 130)).toBeCloseTo(468.9, 1);
    expect(heatReleaseKw(fire, 300)).toBe(2_000);
    expect(heatReleaseKw(fire, 370)).toBeCloseTo(2_000 / Math.E, 6);
  });

  it('releases the heat that small steps add up to', () => {
    for (const t of [100, 237, 300, 400]) {
      let sum = 0;
      const steps = 10_000;
      for (let i = 0; i < steps; i += 1) sum += heatReleaseKw(fire, ((i + 0.5) / steps) * t) * (t / steps);
      expect(heatReleasedKj(fire, t) / sum).toBeCloseTo(1, 4);
    }
  });
});

describe('ceiling jet by Alpert', () => {
  it('agrees with figures worked out by hand', () => {
    // 1000 kW, 5 m, beside the axis (r/H = 0.1): 16.9 · 100 / 14.620 = 115.6 K
    expect(ceilingJetRise(1_000, { heightM: 5, radiusM: 0.5 })).toBeCloseTo(115.6, 1);
    // 1000 kW, 3 m, 4 m away: (250)^(2/3) = 39.685; 5.38 · 39.685 / 3 = 71.17 K
    expect(ceilingJetRise(1_000, { heightM: 3, radiusM: 4 })).toBeCloseTo(71.17, 2);
  });

  it('is nearly the same on both sides of r/H = 0.18, falls outwards, and is nothing without a fire', () => {
    const inside = ceilingJetRise(500, { heightM: 4, radiusM: 0.7199 });
    const outside = ceilingJetRise(500, { heightM: 4, radiusM: 0.7201 });
    expect(outside / inside).toBeCloseTo(1, 2);
    expect(ceilingJetRise(500, { heightM: 4, radiusM: 6 })).toBeLessThan(ceilingJetRise(500, { heightM: 4, radiusM: 3 }));
    expect(ceilingJetRise(0, { heightM: 4, radiusM: 1 })).toBe(0);
  });
});

describe('smoke', () => {
  it('agrees with a figure worked out by hand: 100 g of foam in 500 m³', () => {
    // D = 0.22 · 100 / 500 = 0.044 1/m = 0.44 dB/m; 2000 kJ at 20 kJ/g is 100 g
    const t = 30 + Math.cbrt((2_000 * 3) / FIRE_GROWTH.fast);
    expect(heatReleasedKj(fire, t)).toBeCloseTo(2_000, 6);
    expect(obscurationDbPerM(fire, { heatOfCombustionKjPerG: 20, massOpticalDensityM2PerG: 0.22, volumeM3: 500 }, t)).toBeCloseTo(0.44, 6);
  });
});
