import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../model/time.ts';
import { RateCounter } from './rates.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A whole hour, so that the clock's periods begin with it. */
const NOON = Date.UTC(2026, 10, 23, 4);

function ratesOf(times: readonly number[], to = NOON + 24 * HOUR, observed: readonly Stretch[] = [[NOON, to]]) {
  const counter = new RateCounter(to, observed);
  for (const at of times) counter.add(at);
  return counter.rates();
}
const every = (n: number, stepMs: number, from = NOON): number[] => Array.from({ length: n }, (_, i) => from + i * stepMs);

/** The same said plainly and slowly: the state of the flood at each moment at which the window changes. */
function slowly(times: readonly number[], to: number): { floods: number; floodMs: number; most: number } {
  const moments = [...new Set([...times, ...times.map((at) => at + 10 * MINUTE)])].filter((at) => at <= to).sort((a, b) => a - b);
  const inWindow = (at: number, withNew: boolean): number =>
    times.filter((one) => one > at - 10 * MINUTE && (withNew ? one <= at : one < at)).length;
  let since: number | null = null;
  let floods = 0;
  let floodMs = 0;
  for (const at of moments) {
    if (since !== null && inWindow(at, false) < 5) {
      floodMs += at - since;
      since = null;
    }
    if (since === null && inWindow(at, true) > 10) {
      since = at;
      floods += 1;
    }
  }
  if (since !== null) floodMs += to - since;
  return { floods, floodMs, most: Math.max(0, ...times.map((at) => inWindow(at, true))) };
}

describe('rates and floods', () => {
  it('a quiet day', () => {
    expect(ratesOf(every(24, HOUR))).toEqual({
      annunciated: 24,
      perHour: 1,
      perTenMinutes: 1 / 6,
      hoursAbove30: 0,
      tenMinutesAbove10: 0,
      maxInTenMinutes: 1,
      floods: 0,
      floodMs: 0,
      floodShare: 0,
    });
  });

  it('ten in ten minutes are no flood, eleven are', () => {
    expect(ratesOf(every(10, MINUTE - 1)).floods).toBe(0);
    expect(ratesOf(every(11, MINUTE - 1))).toMatchObject({ floods: 1, maxInTenMinutes: 11 });
  });

  it('a flood lasts until fewer than five of the last ten minutes are left, wherever the clock stands', () => {
    // The eleventh comes at 100 s; the seventh leaves the window at 660 s, and four are left.
    const rates = ratesOf(every(11, 10_000));
    expect(rates).toMatchObject({ floods: 1, floodMs: 660_000 - 100_000 });
    expect(rates.floodShare).toBeCloseTo(560_000 / (24 * HOUR), 12);
  });

  it('a flood that runs on at the end counts up to it', () => {
    expect(ratesOf(every(11, 1_000), NOON + MINUTE)).toMatchObject({ floods: 1, floodMs: 50_000 });
  });

  it('hours with more than 30 and ten minutes with more than 10 are those of the clock', () => {
    const busy = [...every(31, 100_000), ...every(11, 1_000, NOON + 5 * HOUR)];
    const rates = ratesOf(busy.sort((a, b) => a - b));
    expect(rates.hoursAbove30).toBeCloseTo(1 / 24, 12);
    expect(rates.tenMinutesAbove10).toBeCloseTo(1 / 144, 12);
  });

  it('are over the time observed: hours in which nothing could ring make nothing better', () => {
    // One a minute in the last hour of the day, which is the only one in which we ran but for its middle.
    const at = NOON + 23 * HOUR;
    const rates = ratesOf(every(60, MINUTE, at), NOON + 24 * HOUR, [
      [at, at + 20 * MINUTE],
      [at + 40 * MINUTE, at + HOUR],
    ]);
    expect(rates).toMatchObject({ perHour: 90, perTenMinutes: 15, hoursAbove30: 1, tenMinutesAbove10: 0, floods: 0 });
    expect(ratesOf([], NOON + 24 * HOUR, [])).toMatchObject({ annunciated: 0, perHour: 0, hoursAbove30: 0, floodShare: 0 });
  });

  it('equals the plain and slow way of saying it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 200 }), fc.integer({ min: 1, max: 4 }), (gaps, scale) => {
        let at = NOON;
        const times = gaps.map((gap) => {
          at += gap * scale * 1_000;
          return at;
        });
        const to = at + HOUR;
        const { floods, floodMs, maxInTenMinutes, annunciated } = ratesOf(times, to);
        expect({ floods, floodMs, most: maxInTenMinutes }).toEqual(slowly(times, to));
        expect(annunciated).toBe(times.length);
      }),
      { numRuns: 300 },
    );
  });

  it('a long flood costs a window, not all of it', () => {
    const rates = ratesOf(every(50_000, 1_000), NOON + 50_000_000);
    expect(rates).toMatchObject({ annunciated: 50_000, floods: 1, maxInTenMinutes: 600, floodMs: 50_000_000 - 10_000 });
  });
});
