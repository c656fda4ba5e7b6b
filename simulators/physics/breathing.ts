/**
 * An atmospheric tank breathes: filling pushes vapour out, emptying draws air in, and so do a warm day and a cold shower of rain. Its
 * pressure and vacuum valve keeps the difference within its settings.
 */
import { evolve, type Signal } from './signal.ts';

const ATMOSPHERE_KPA = 101.325;
const KELVIN = 273.15;

/** Thermal breathing that the valve must be able to pass, m³/h of air, after ISO 28300 / API 2000 (6th edition), annex A. */
export interface ThermalBreathing {
  readonly outM3PerH: number;
  readonly inM3PerH: number;
}

/** Y of ISO 28300, table 1, by latitude. */
const OUT_FACTOR = { below42: 0.32, from42to58: 0.25, above58: 0.2 } as const;
/** C of ISO 28300, table 2, for a vapour pressure like hexane's or lower and storage below 25 °C. */
const IN_FACTOR = { below42: 4, from42to58: 3, above58: 2.5 } as const;

/** Out: Y·V^0.9; in: C·V^0.7 (uninsulated tank of V m³). */
export function thermalBreathing(volumeM3: number, latitude: keyof typeof OUT_FACTOR): ThermalBreathing {
  return { outM3PerH: OUT_FACTOR[latitude] * volumeM3 ** 0.9, inM3PerH: IN_FACTOR[latitude] * volumeM3 ** 0.7 };
}

export interface BreathingTank {
  /** Room above the liquid, m³, over time. */
  readonly vapourM3: Signal;
  /** Temperature of the vapour, °C, over time. */
  readonly vapourC: Signal;
  /** The valve opens outwards at this gauge pressure, kPa. */
  readonly pressureSetKPa: number;
  /** And inwards at this vacuum, kPa below the atmosphere (a positive number). */
  readonly vacuumSetKPa: number;
  /** The valve is stuck: it neither lets out nor in from here on, s. */
  readonly stuckFromS?: number;
}

interface Breath {
  /** n·R in kJ/K: pressure·volume/temperature. */
  readonly gas: number;
  readonly outM3: number;
  readonly inM3: number;
}
export interface BreathingReading {
  /** Gauge pressure of the vapour space, kPa. */
  readonly gaugeKPa: number;
  /** Breathed out and in so far, m³ at the conditions of the moment. */
  readonly outM3: number;
  readonly inM3: number;
}

/** Ideal gas in the vapour space, with a valve that holds exactly what it is set to. */
export function breathingTank(tank: BreathingTank): (elapsedS: number) => BreathingReading {
  const kelvin = (t: number): number => tank.vapourC(t) + KELVIN;
  const gauge = (gas: number, t: number): number => (gas * kelvin(t)) / tank.vapourM3(t) - ATMOSPHERE_KPA;
  const holding = (gaugeKPa: number, t: number): number => ((gaugeKPa + ATMOSPHERE_KPA) * tank.vapourM3(t)) / kelvin(t);
  const start: Breath = { gas: holding(0, 0), outM3: 0, inM3: 0 };
  const state = evolve(start, (before: Breath, t, h) => {
    const now = t + h;
    const free = gauge(before.gas, now);
    if (now > (tank.stuckFromS ?? Number.POSITIVE_INFINITY)) return before;
    const held = Math.min(tank.pressureSetKPa, Math.max(-tank.vacuumSetKPa, free));
    if (held === free) return before;
    const gas = holding(held, now);
    const movedM3 = (Math.abs(gas - before.gas) * kelvin(now)) / (held + ATMOSPHERE_KPA);
    return free > held ? { ...before, gas, outM3: before.outM3 + movedM3 } : { ...before, gas, inM3: before.inM3 + movedM3 };
  });
  return (t) => {
    const { gas, outM3, inM3 } = state(t);
    return { gaugeKPa: gauge(gas, Math.max(0, t)), outM3, inM3 };
  };
}
