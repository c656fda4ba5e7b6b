import { describe, expect, it } from 'vitest';
import { breathingTank, thermalBreathing } from './breathing.ts';

describe('breathing of an atmospheric tank', () => {
  const calm = { vapourM3: () => 500, vapourC: () => 20, pressureSetKPa: 1.5, vacuumSetKPa: 0.3 };

  it('is of the size that ISO 28300 asks the valve to pass: 1,000 m³ in a temperate place', () => {
    const { outM3PerH, inM3PerH } = thermalBreathing(1_000, 'from42to58');
    // 0.25·1000^0.9 = 0.25·501.19; 3·1000^0.7 = 3·125.89
    expect(outM3PerH).toBeCloseTo(125.3, 1);
    expect(inM3PerH).toBeCloseTo(377.7, 1);
  });

  it('stands still where nothing moves', () => {
    expect(breathingTank(calm)(3_600)).toEqual({ gaugeKPa: 0, outM3: 0, inM3: 0 });
  });

  it('lets out what filling displaces, once the valve has opened: 36 m³ in an hour, less what the pressure holds', () => {
    const at = breathingTank({ ...calm, vapourM3: (t) => 500 - Math.min(t, 3_600) * 0.01 });
    // Opens when 500 m³ are pressed to 500·101.325/102.825 = 492.71: after 7.29 m³.
    expect(at(700).outM3).toBe(0);
    expect(at(700).gaugeKPa).toBeCloseTo((101.325 * 500) / 493 - 101.325, 9);
    expect(at(3_600).gaugeKPa).toBeCloseTo(1.5, 9);
    expect(at(3_600).outM3).toBeCloseTo(36 - 7.29, 1);
  });

  it('draws air in when rain cools it: 500 m³ by 10 K hold 0.3 kPa of vacuum and take in 15.5 m³', () => {
    const at = breathingTank({ ...calm, vapourC: (t) => 20 - Math.min(10, t / 60) });
    const end = at(1_200);
    expect(end.gaugeKPa).toBeCloseTo(-0.3, 9);
    // 500·(101.025/283.15 − 101.325/293.15)·283.15/101.025 in the end; on the way a little less.
    expect(end.inM3).toBeCloseTo(15.6, 0);
    expect(end.outM3).toBe(0);
  });

  it('with its valve stuck is pressed or sucked without bound: ten kelvin make 3.5 kPa, more than a roof bears', () => {
    const at = breathingTank({ ...calm, vapourC: (t) => 20 - Math.min(10, t / 60), stuckFromS: 0 });
    expect(at(1_200).gaugeKPa).toBeCloseTo((101.325 * 283.15) / 293.15 - 101.325, 9);
    expect(at(1_200).gaugeKPa).toBeLessThan(-3.4);
    expect(at(1_200).inM3).toBe(0);
  });
});
