import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off.ts';

const WAITS = { firstMs: 500, longestMs: 10_000, steadyMs: 10_000 };

describe('waits between attempts', () => {
  it('double up to the longest, and begin anew after a steady connection', () => {
    const backOff = new BackOff(WAITS, () => 0);
    expect([0, 0, 0, 9_999, 0, 0, 0].map((upMs) => backOff.next(upMs))).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backOff.next(10_000)).toBe(500);
  });

  it('are never shorter than half of the whole wait nor longer than the longest, for ever', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 1_200 }),
        (chances) => {
          let at = 0;
          const backOff = new BackOff(WAITS, () => chances[at] ?? 0);
          for (at = 0; at < chances.length; at += 1) {
            const wait = backOff.next(0);
            const whole = Math.min(10_000, 500 * 2 ** Math.min(at, 30));
            expect(wait).toBeGreaterThan(whole / 2 - 1);
            expect(wait).toBeLessThanOrEqual(whole);
          }
        },
      ),
    );
  });
});
