import { describe, expect, it } from 'vitest';
import { frictionM, outletMPa, type WaterMain } from './water-main.ts';

const main: WaterMain = { sourceMPa: () => 0.6, riseM: 20, lengthM: 100, diameterM: 0.1, roughnessC: 120, flowM3PerS: () => 0 };

describe('pressure of a fire main', () => {
  it('at rest is the source less the height: 0.6 MPa and 20 m are 0.404 MPa', () => {
    expect(outletMPa(main, 0)).toBeCloseTo(0.6 - 0.196133, 6);
  });

  it('loses friction by Hazen and Williams: 10 L/s through 100 m of DN 100 are 2.21 m', () => {
    // 10^-3.704 = 1.9770e-4; 120^1.852 = 7089.6; 0.1^4.8704 = 1.3477e-5: 1067·1.9770e-4/0.095547
    expect(frictionM(main, 0.01)).toBeCloseTo(2.208, 2);
    expect(outletMPa({ ...main, flowM3PerS: () => 0.01 }, 0)).toBeCloseTo(0.6 - 0.00980665 * 22.208, 4);
    expect(frictionM(main, 0)).toBe(0);
  });

  it('never falls below nothing, however much a burst takes', () => {
    expect(outletMPa({ ...main, flowM3PerS: () => 1 }, 0)).toBe(0);
  });

  it('runs down behind a valve that somebody shut, and stands again when it is opened', () => {
    const shut = { ...main, shut: { fromS: 100, toS: 1_000, runsDownS: 60 } };
    expect(outletMPa(shut, 99)).toBeCloseTo(0.403867, 6);
    expect(outletMPa(shut, 160)).toBeCloseTo(0.403867 / Math.E, 6);
    expect(outletMPa(shut, 1_000)).toBeCloseTo(0.403867, 6);
  });
});
