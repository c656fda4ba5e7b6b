/** Pressure of a fire main at a hydrant or at the last sprinkler: source, height and friction. */
import type { Signal } from './signal.ts';

/** ρ·g of water, MPa per metre. */
const MPA_PER_M = 0.00980665;

export interface WaterMain {
  /** Pressure at the source (pump, tank), MPa gauge, over time. */
  readonly sourceMPa: Signal;
  /** The outlet lies so much above the source, m. */
  readonly riseM: number;
  readonly lengthM: number;
  readonly diameterM: number;
  /** Hazen–Williams' coefficient: 150 plastic, 120 steel, 100 old steel. */
  readonly roughnessC: number;
  /** Taken out at the end, m³/s, over time: hoses, sprinklers, a burst. */
  readonly flowM3PerS: Signal;
  /** A valve on the way is shut from here to there, s: what is left in the pipe runs down to nothing with the time constant. */
  readonly shut?: { readonly fromS: number; readonly toS: number; readonly runsDownS: number };
}

/** Head lost to friction, m (Hazen–Williams, SI): 10.67·L·Q^1.852/(C^1.852·d^4.8704). */
export function frictionM(main: Pick<WaterMain, 'lengthM' | 'diameterM' | 'roughnessC'>, flowM3PerS: number): number {
  return (10.67 * main.lengthM * Math.max(0, flowM3PerS) ** 1.852) / (main.roughnessC ** 1.852 * main.diameterM ** 4.8704);
}

/** Gauge pressure at the outlet, MPa, never below nothing. */
export function outletMPa(main: WaterMain, elapsedS: number): number {
  const open = (t: number): number => Math.max(0, main.sourceMPa(t) - MPA_PER_M * (main.riseM + frictionM(main, main.flowM3PerS(t))));
  const { shut } = main;
  if (shut === undefined || elapsedS < shut.fromS || elapsedS >= shut.toS) return open(elapsedS);
  return open(shut.fromS) * Math.exp(-(elapsedS - shut.fromS) / shut.runsDownS);
}
