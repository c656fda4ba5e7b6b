import { describe, expect, it } from 'vitest';
import { ceilingCoPpm, ceilingJetVelocity, ceilingSmokeDbPerM, heatElement, plumeMassKgPerS, POLYURETHANE_FOAM } from './ceiling.ts';
import { ceilingJetRise, FIRE_GROWTH, type Fire, heatReleaseKw } from './fire.ts';

describe('speed of the ceiling jet by Alpert', () => {
  it('agrees with figures worked out by hand', () => {
    // 1000 kW, 5 m, on the axis: 0.96·200^⅓ = 0.96·5.848 = 5.614 m/s
    expect(ceilingJetVelocity(1_000, { heightM: 5, radiusM: 0 })).toBeCloseTo(5.614, 3);
    // 1000 kW, 4 m, 3 m away: 0.195·10·2/3^0.8333 = 3.9/2.498 = 1.561 m/s
    expect(ceilingJetVelocity(1_000, { heightM: 4, radiusM: 3 })).toBeCloseTo(1.561, 3);
    expect(ceilingJetVelocity(0, { heightM: 4, radiusM: 3 })).toBe(0);
  });

  it('is nearly the same on both sides of r/H = 0.15', () => {
    const inside = ceilingJetVelocity(500, { heightM: 4, radiusM: 0.5999 });
    const outside = ceilingJetVelocity(500, { heightM: 4, radiusM: 0.6001 });
    expect(outside / inside).toBeCloseTo(1, 1);
  });
});

describe('element of a heat detector', () => {
  const place = { heightM: 4, radiusM: 3 };

  it('reaches its temperature when the formula for a steady fire says: t = RTI/√u · ln(ΔTg/(ΔTg − ΔT))', () => {
    const element = heatElement(() => 1_000, { rti: 100, place, ambientC: 20 });
    // ΔTg = 5.38·(1000/3)^⅔/4 = 64.66 K, u = 1.561 m/s: 57 °C after 100/1.2494 · ln(64.66/27.66) = 67.96 s
    expect(ceilingJetRise(1_000, place)).toBeCloseTo(64.66, 2);
    expect(element(67.96)).toBeCloseTo(57, 1);
    expect(element(0)).toBe(20);
  });

  it('runs behind the gas in a growing fire, a slow one more, and cools when the fire is out', () => {
    const fire: Fire = { fromS: 0, alphaKwPerS2: FIRE_GROWTH.medium, peakKw: 1_500, suppressedAtS: 400, decayS: 30 };
    const heat = (t: number): number => heatReleaseKw(fire, t);
    const fast = heatElement(heat, { rti: 30, place, ambientC: 20 });
    const slow = heatElement(heat, { rti: 200, place, ambientC: 20 });
    for (const t of [100, 200, 300]) {
      expect(slow(t)).toBeLessThan(fast(t));
      expect(fast(t)).toBeLessThan(20 + ceilingJetRise(heat(t), place));
    }
    expect(fast(3_000)).toBeCloseTo(20, 3);
  });
});

describe('smoke and carbon monoxide at the ceiling', () => {
  it('agree with figures worked out by hand: 500 kW of foam 3 m below', () => {
    // Qc = 350 kW: 0.071 · 7.0473 · 6.2403 = 3.1223 kg/s
    expect(plumeMassKgPerS(500, 3)).toBeCloseTo(3.1223, 3);
    // 25 g/s burnt, 0.75 g/s of CO: 0.75/3122.3 · 28.97/28.01 = 248.4 ppm
    expect(ceilingCoPpm(500, POLYURETHANE_FOAM, 3)).toBeCloseTo(248.4, 1);
    // 0.22 · 25 / (3.1223/1.2) = 2.1138 1/m, ten times that in dB/m
    expect(ceilingSmokeDbPerM(500, POLYURETHANE_FOAM, 3)).toBeCloseTo(21.14, 2);
  });

  it('are thinner under a higher ceiling and nothing without a fire', () => {
    expect(ceilingCoPpm(500, POLYURETHANE_FOAM, 9)).toBeLessThan(ceilingCoPpm(500, POLYURETHANE_FOAM, 3));
    expect([ceilingCoPpm(0, POLYURETHANE_FOAM, 3), ceilingSmokeDbPerM(0, POLYURETHANE_FOAM, 3), plumeMassKgPerS(0, 3)]).toEqual([0, 0, 0]);
  });
});
