import { describe, expect, it } from 'vitest';
import { firstOrder, tauOfT90 } from './first-order.ts';
import { evolve, latched } from './signal.ts';

describe('a state that evolves', () => {
  it('is the same asked forwards, backwards, once or twice', () => {
    const make = (): ((t: number) => number) => evolve(1, (y, t, h) => y + h * Math.sin(t) * y);
    const times = [0, 0.4, 3, 7.25, 7.25, 100, 63.9];
    const forwards = make();
    const backwards = make();
    const answers = times.map(forwards);
    const reversed = times.toReversed().map(backwards).toReversed();
    expect(answers).toEqual(reversed);
    expect(times.map(forwards)).toEqual(answers);
    expect(forwards(-5)).toBe(1);
  });

  it('takes grid steps and the rest, never longer ones', () => {
    const steps: number[] = [];
    const state = evolve(
      0,
      (n, _t, h) => {
        steps.push(h);
        return n + h;
      },
      2,
    );
    expect(state(5)).toBe(5);
    expect(steps).toEqual([2, 2, 1]);
    expect(state(5.5)).toBe(5.5);
    expect(steps).toEqual([2, 2, 1, 1.5]);
  });
});

describe('a condition that latches', () => {
  it('stays on until a reset finds it gone', () => {
    const on = latched((t) => t >= 10 && t < 30, [20, 50]);
    expect([9, 10, 25, 30, 49, 50, 60].map(on)).toEqual([false, true, true, true, true, false, false]);
  });
});

describe('lag of the first order', () => {
  it('shows 90 % of a step after t90, and 63 % after τ', () => {
    const step = firstOrder(() => 50, { tauS: tauOfT90(30), initial: 0 });
    expect(step(30)).toBeCloseTo(45, 9);
    expect(step(tauOfT90(30))).toBeCloseTo(50 * (1 - 1 / Math.E), 9);
    expect(step(0)).toBe(0);
  });

  it('runs behind a ramp by τ, in the end', () => {
    const ramp = firstOrder((t) => 2 * t, { tauS: 7 });
    // y = 2·(t − τ·(1 − e^(−t/τ)))
    expect(ramp(5.5)).toBeCloseTo(2 * (5.5 - 7 * (1 - Math.exp(-5.5 / 7))), 9);
    expect(ramp(500)).toBeCloseTo(2 * (500 - 7), 6);
  });

  it('stands still where τ is infinite and follows at once where it is nothing', () => {
    expect(firstOrder((t) => t, { tauS: Number.POSITIVE_INFINITY, initial: 3 })(100)).toBe(3);
    expect(firstOrder((t) => t, { tauS: 0 })(42.5)).toBe(42.5);
    const free = firstOrder(() => 1, { tauS: (t) => (t < 10 ? Number.POSITIVE_INFINITY : 5), initial: 0 });
    expect(free(10)).toBe(0);
    expect(free(15)).toBeCloseTo(1 - 1 / Math.E, 9);
  });
});
