/** What an electrical fire monitor watches: current leaking to earth, and joints and cables that grow warm with the square of their load. */
import { firstOrder } from './first-order.ts';
import type { Signal } from './signal.ts';

export interface Insulation {
  /** Phase to earth, V. */
  readonly phaseV: number;
  readonly frequencyHz: number;
  /** Capacity of cables and filters to earth, µF: leaks at all times, and trips nothing. */
  readonly capacityUF: number;
  /** Insulation resistance to earth, Ω, over time; infinite = sound. */
  readonly resistanceOhm: Signal;
}

/** Residual current, mA: the capacitive part and that of the insulation stand at right angles, I = U·√((2πfC)² + 1/R²). */
export function residualMa(insulation: Insulation, elapsedS: number): number {
  const capacitive = 2 * Math.PI * insulation.frequencyHz * insulation.capacityUF * 1e-6;
  return 1_000 * insulation.phaseV * Math.hypot(capacitive, 1 / insulation.resistanceOhm(elapsedS));
}

export interface Cable {
  readonly ambientC: Signal;
  /** Rise over ambient at rated current, K: 30 K for PVC laid in air of 40 °C (70 °C at the conductor, GB/T 16895.6 / IEC 60364-5-52). */
  readonly ratedRiseK: number;
  readonly ratedA: number;
  readonly currentA: Signal;
  /** Thermal time constant, s; a 95 mm² cable about 1,200. */
  readonly timeConstantS: number;
  /** Resistance of the joint relative to a sound one; 1 = sound. A loose terminal has many times that. Default 1. */
  readonly jointFactor?: Signal;
}

/** Temperature of the cable or joint, °C: ambient + rated rise · (I/Iₙ)² · joint, lagging by the time constant. */
export function cableC(cable: Cable): Signal {
  const rise = firstOrder((t) => cable.ratedRiseK * (cable.currentA(t) / cable.ratedA) ** 2 * (cable.jointFactor?.(t) ?? 1), {
    tauS: cable.timeConstantS,
  });
  return (t) => cable.ambientC(t) + rise(t);
}
