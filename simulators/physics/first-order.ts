/** Lag of the first order, τ·dy/dt = u − y: a sensing element behind its filter, a thermometer in its pocket, a cable in its duct. */
import { evolve, type Signal } from './signal.ts';

/** Time constant of an element that shows 90 % of a step after `t90S`: t90 = τ·ln 10. */
export function tauOfT90(t90S: number): number {
  return t90S / Math.LN10;
}

export interface Lag {
  /** Time constant, s; a signal where it changes (a detector in a faster gas stream). Infinite = stands still. */
  readonly tauS: number | Signal;
  /** Value at time 0; absent = settled on the input. */
  readonly initial?: number;
}

/** The lagged input. Between seconds the input counts as a straight line, for which the step is exact. */
export function firstOrder(input: Signal, lag: Lag): Signal {
  const { tauS } = lag;
  const tauAt = typeof tauS === 'number' ? () => tauS : tauS;
  return evolve(lag.initial ?? input(0), (y, t, h) => {
    const tau = tauAt(t + h / 2);
    const from = input(t);
    const to = input(t + h);
    if (!(tau > 0)) return to;
    if (tau === Number.POSITIVE_INFINITY) return y;
    const lagging = (tau * (to - from)) / h;
    return to - lagging + (y - from + lagging) * Math.exp(-h / tau);
  });
}
