import { describe, expect, it } from 'vitest';
import { boilingC, liquidDensity, poolFireKw, pressureVessel, type PressureVessel } from './pressure-vessel.ts';
import { ATMOSPHERE_MPA, lpgGaugeMPa } from './vapour-pressure.ts';

describe('vapour pressure', () => {
  it('is what tables have: propane 0.836 MPa at 20 °C and 1.37 at 40 °C, butane 0.208 and 0.378, absolute', () => {
    expect(lpgGaugeMPa(20, 1) + ATMOSPHERE_MPA).toBeCloseTo(0.837, 2);
    expect(lpgGaugeMPa(40, 1) + ATMOSPHERE_MPA).toBeCloseTo(1.37, 2);
    expect(lpgGaugeMPa(20, 0) + ATMOSPHERE_MPA).toBeCloseTo(0.208, 2);
    expect(lpgGaugeMPa(40, 0) + ATMOSPHERE_MPA).toBeCloseTo(0.378, 2);
  });

  it('of a mixture lies between, by moles, and tells the temperature back', () => {
    expect(lpgGaugeMPa(20, 0.5)).toBeCloseTo((lpgGaugeMPa(20, 1) + lpgGaugeMPa(20, 0)) / 2, 12);
    expect(boilingC(lpgGaugeMPa(47.3, 0.7), 0.7)).toBeCloseTo(47.3, 9);
  });
});

describe('vessel of liquefied gas', () => {
  const vessel: PressureVessel = { volumeM3: 100, startPct: 80, startC: 15, propaneShare: 1, reliefMPa: 1.6 };

  it('stands where nothing happens', () => {
    const at = pressureVessel(vessel);
    expect(at(86_400)).toEqual(at(0));
    expect(at(0).levelPct).toBeCloseTo(80, 9);
  });

  it('swells when it warms: 80 % at 15 °C are 85.1 % at 35 °C, at 1.12 MPa', () => {
    // 40,640 kg · 2.6 kJ/(kg·K) · 20 K = 2,113,280 kJ; with 1,000 kW that takes 2,113.28 s
    const warm = pressureVessel({ ...vessel, heatKw: () => 1_000 })(2_113.28);
    expect(warm.temperatureC).toBeCloseTo(35, 6);
    expect(warm.levelPct).toBeCloseTo(80 / (1 - 0.003 * 20), 6);
    expect(warm.pressureMPa).toBeCloseTo(lpgGaugeMPa(35, 1), 9);
    expect(warm.relievedKg).toBe(0);
  });

  it('is filled and emptied by what is pumped: 5 kg/s for 20 minutes are 6,000 kg', () => {
    const fill = (t: number): number => (t < 1_200 ? 5 : t < 2_400 ? -5 : 0);
    const at = pressureVessel({ ...vessel, startPct: 50, inflowKgPerS: fill });
    expect(at(1_200).levelPct).toBeCloseTo(50 + (100 * 6_000) / (liquidDensity(15) * 100), 9);
    expect(at(3_000).levelPct).toBeCloseTo(50, 9);
    expect(pressureVessel({ ...vessel, startPct: 1, inflowKgPerS: () => -5 })(1_000).levelPct).toBe(0);
  });

  it('in a pool fire holds its relief pressure and boils away what the heat makes: 100 m² by API 521, 5.6 kg/s', () => {
    // 43.2 · 100^0.82 = 1885.75 kW; /335 = 5.629 kg/s
    expect(poolFireKw(100)).toBeCloseTo(1_885.75, 1);
    const at = pressureVessel({ ...vessel, heatKw: () => poolFireKw(100) });
    const reliefC = boilingC(1.6, 1);
    const relievesFromS = (40_640 * 2.6 * (reliefC - 15)) / 1_885.8;
    expect(at(relievesFromS - 5).relievedKg).toBe(0);
    expect(at(relievesFromS - 5).pressureMPa).toBeLessThan(1.6);
    const later = [600, 1_200].map((s) => at(relievesFromS + s));
    for (const one of later) expect(one.pressureMPa).toBeCloseTo(1.6, 6);
    expect((later[1]?.relievedKg ?? 0) - (later[0]?.relievedKg ?? 0)).toBeCloseTo(5.629 * 600, 0);
    expect(later[1]?.levelPct).toBeLessThan(later[0]?.levelPct ?? 0);
  });
});
