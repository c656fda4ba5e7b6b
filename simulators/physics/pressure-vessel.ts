/**
 * A vessel of liquefied gas: filled and emptied as liquid, heated by a fire, the sun or a pump. Its pressure is that of the liquid's
 * temperature; at the set pressure the relief valve lets go as much vapour as the heat makes, so that pressure and temperature stand.
 * Figures of propane: 508 kg/m³ at 15 °C, 0.3 % expansion a kelvin, 2.6 kJ/(kg·K), 335 kJ/kg to evaporate.
 */
import { evolve, type Signal } from './signal.ts';
import { lpgGaugeMPa } from './vapour-pressure.ts';

const DENSITY_15C = 508;
const EXPANSION_PER_K = 0.003;
const HEAT_KJ_PER_KG_K = 2.6;
const EVAPORATION_KJ_PER_KG = 335;

export interface PressureVessel {
  readonly volumeM3: number;
  /** Filled share at the start, %. */
  readonly startPct: number;
  readonly startC: number;
  /** Moles of propane in the LPG, 0 to 1. */
  readonly propaneShare: number;
  /** Set pressure of the relief valve, MPa gauge. */
  readonly reliefMPa: number;
  /** Liquid pumped in (or, negative, out) at its own temperature, kg/s. */
  readonly inflowKgPerS?: Signal;
  /** Temperature of what is pumped in, °C; default that of the start. */
  readonly inflowC?: number;
  /** Heat taken up, kW. */
  readonly heatKw?: Signal;
}

export interface VesselState {
  readonly liquidKg: number;
  readonly temperatureC: number;
  /** Let go through the relief valve so far, kg. */
  readonly relievedKg: number;
}
export interface VesselReading {
  /** MPa gauge. */
  readonly pressureMPa: number;
  readonly levelPct: number;
  readonly temperatureC: number;
  readonly relievedKg: number;
}

/** Density of the liquid, kg/m³. */
export function liquidDensity(temperatureC: number): number {
  return DENSITY_15C * (1 - EXPANSION_PER_K * (temperatureC - 15));
}

/** Heat that a pool fire brings into a vessel, kW: 43.2·F·A^0.82 with drainage and fire fighting (API 521), A the wetted m². */
export function poolFireKw(wettedM2: number, environmentFactor = 1): number {
  return 43.2 * environmentFactor * wettedM2 ** 0.82;
}

/** Temperature at which the LPG has a gauge pressure, °C, by halving an interval of 0 to 100 °C. */
export function boilingC(gaugeMPa: number, propaneShare: number): number {
  let low = 0;
  let high = 100;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (lpgGaugeMPa(middle, propaneShare) < gaugeMPa) low = middle;
    else high = middle;
  }
  return low;
}

export function pressureVessel(vessel: PressureVessel): (elapsedS: number) => VesselReading {
  const reliefC = boilingC(vessel.reliefMPa, vessel.propaneShare);
  const inflowC = vessel.inflowC ?? vessel.startC;
  const start: VesselState = {
    liquidKg: (vessel.startPct / 100) * vessel.volumeM3 * liquidDensity(vessel.startC),
    temperatureC: vessel.startC,
    relievedKg: 0,
  };
  const state = evolve(start, ({ liquidKg, temperatureC, relievedKg }, t, h) => {
    const flowedKg = (vessel.inflowKgPerS?.(t + h / 2) ?? 0) * h;
    const pumped = Math.max(0, liquidKg + flowedKg);
    const mixedC = flowedKg > 0 ? (temperatureC * liquidKg + inflowC * flowedKg) / pumped : temperatureC;
    if (pumped <= 0) return { liquidKg: 0, temperatureC: mixedC, relievedKg };
    const heatedC = mixedC + ((vessel.heatKw?.(t + h / 2) ?? 0) * h) / (pumped * HEAT_KJ_PER_KG_K);
    if (heatedC <= reliefC) return { liquidKg: pumped, temperatureC: heatedC, relievedKg };
    // What is above the relief's temperature boils away.
    const boiledKg = Math.min(pumped, ((heatedC - reliefC) * pumped * HEAT_KJ_PER_KG_K) / EVAPORATION_KJ_PER_KG);
    return { liquidKg: pumped - boiledKg, temperatureC: reliefC, relievedKg: relievedKg + boiledKg };
  });
  return (t) => {
    const { liquidKg, temperatureC, relievedKg } = state(t);
    return {
      pressureMPa: lpgGaugeMPa(temperatureC, vessel.propaneShare),
      levelPct: (100 * liquidKg) / (liquidDensity(temperatureC) * vessel.volumeM3),
      temperatureC,
      relievedKg,
    };
  };
}
