/**
 * Detectors of flammable gas as they are: slow, drifting, and each with its own blindness.
 *
 * Catalytic (pellistor): the gas burns on a bead, so what it shows follows the burning, not the gas. Above the stoichiometric mixture
 * oxygen is short and the reading falls again: pure gas reads nothing. That is why IEC 60079-29-1 has such instruments latch their
 * over-range. Silicones and sulphur poison the bead, and nothing in the signal tells: a poisoned one reads a calm zero.
 *
 * Infrared: absorption needs no oxygen and no reaction; it neither falls above 100 %LEL nor is poisoned, says by itself when its
 * optics are dirty, and does not see hydrogen at all.
 */
import { firstOrder, tauOfT90 } from './first-order.ts';
import { type Gas, OXYGEN_IN_AIR, percentLelOf } from './gas.ts';
import { latched, type Signal } from './signal.ts';

const DAY_S = 86_400;
/** Top of the scale, %LEL. */
export const SCALE_TOP_PERCENT_LEL = 100;

/** What a detector sends: the value it believes in and the fault codes it knows of. */
export interface GasReading {
  /** %LEL. */
  readonly lel: number;
  /** F04 over range, F05 below zero, F13 dirty optics, F22 warming up. */
  readonly faults: readonly string[];
}

export interface GasSensorOptions {
  readonly gas: Gas;
  /** Time to 90 % of a step, s; IEC 60079-29-1 allows 60 s, good ones have 10 to 20. */
  readonly t90S: number;
  /** Moves the zero, %LEL a day; negative = down. Default 0. */
  readonly zeroDriftPerDay?: number;
  /** Switched on at this time, s; default: long before the run. */
  readonly poweredAtS?: number;
  /** Says of itself that it warms up for so long, s; default 120. */
  readonly warmUpS?: number;
}

export interface CatalyticOptions extends GasSensorOptions {
  /** Share of sensitivity lost a day by age; default 0. */
  readonly sensitivityLossPerDay?: number;
  /** Vapours of silicone or sulphur: while they last, sensitivity halves every `halvingS`. */
  readonly poisonings?: readonly { readonly fromS: number; readonly toS: number; readonly halvingS: number }[];
  /** Whether it holds an over-range until reset, as the standard asks; an old one does not. Default true. */
  readonly latchesOverRange?: boolean;
  /** When somebody resets the latch, s. */
  readonly resetsS?: readonly number[];
}

/** What burns on the bead, told in %LEL: the gas while oxygen suffices, else the oxygen. `fraction` is the volume fraction, 0 to 1. */
export function catalyticPercentLel(gas: Gas, fraction: number): number {
  return percentLelOf(gas, Math.min(fraction, (OXYGEN_IN_AIR * (1 - fraction)) / gas.oxygenPerFuel));
}

/** Share of sensitivity left, 0 to 1. */
export function sensitivityLeft(options: CatalyticOptions, elapsedS: number): number {
  const aged = Math.max(0, 1 - ((options.sensitivityLossPerDay ?? 0) * Math.max(0, elapsedS)) / DAY_S);
  return (options.poisonings ?? []).reduce((left, { fromS, toS, halvingS }) => {
    const exposedS = Math.max(0, Math.min(elapsedS, toS) - fromS);
    return left * 2 ** (-exposedS / halvingS);
  }, aged);
}

/** @param fraction volume fraction of the gas at the detector */
export function catalyticSensor(fraction: Signal, options: CatalyticOptions): (elapsedS: number) => GasReading {
  const burning = firstOrder((t) => catalyticPercentLel(options.gas, fraction(t)), { tauS: tauOfT90(options.t90S) });
  const shown = (t: number): number => burning(t) * sensitivityLeft(options, t) + zeroAt(options, t);
  const over = (t: number): boolean => shown(t) >= SCALE_TOP_PERCENT_LEL;
  const held = options.latchesOverRange === false ? over : latched(over, options.resetsS);
  return (t) => reading(options, t, shown(t), held(t), []);
}

export interface InfraredOptions extends GasSensorOptions {
  /** Share of light that dirt takes away, 0 to 1; the reference beam loses as much, so the reading stays until light is short. */
  readonly dirt?: Signal;
}

/** Above this share of light lost an infrared detector says that its optics are dirty. */
const DIRTY = 0.4;

/** @param fraction volume fraction of the gas at the detector */
export function infraredSensor(fraction: Signal, options: InfraredOptions): (elapsedS: number) => GasReading {
  const { gas, dirt } = options;
  const seen = firstOrder((t) => (gas.absorbsInfrared ? percentLelOf(gas, fraction(t)) : 0), { tauS: tauOfT90(options.t90S) });
  return (t) => {
    const shown = seen(t) + zeroAt(options, t);
    return reading(options, t, shown, shown >= SCALE_TOP_PERCENT_LEL, dirt !== undefined && dirt(t) > DIRTY ? ['F13'] : []);
  };
}

const zeroAt = (options: GasSensorOptions, t: number): number => ((options.zeroDriftPerDay ?? 0) * Math.max(0, t)) / DAY_S;

/** Fault F05: a zero more than 5 % of the span below nothing. */
const UNDER_RANGE = -5;

function reading(options: GasSensorOptions, t: number, shown: number, over: boolean, own: readonly string[]): GasReading {
  const poweredAtS = options.poweredAtS ?? Number.NEGATIVE_INFINITY;
  const faults = [...own];
  if (over) faults.push('F04');
  if (shown < UNDER_RANGE) faults.push('F05');
  if (t >= poweredAtS && t < poweredAtS + (options.warmUpS ?? 120)) faults.push('F22');
  return { lel: over ? SCALE_TOP_PERCENT_LEL : Math.max(0, shown), faults };
}
