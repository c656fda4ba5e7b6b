import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../model/time.ts';
import { lengthOf, observedIn, periodsOf } from './observed.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 10, 1);
const TO = FROM + 30 * DAY;
const period = { from: FROM, to: TO };
const seen = (more: { since?: number; until?: number; outages?: readonly Stretch[] } = {}) => ({
  since: 0,
  until: Number.MAX_SAFE_INTEGER,
  outages: [],
  ...more,
});

describe('what of a period was observed', () => {
  it('is all of it where we were there before and after, without a break', () => {
    expect(observedIn(period, seen())).toEqual([[FROM, TO]]);
  });
  it('begins with what is asked about, ends now, and leaves our outages out', () => {
    const outages: readonly Stretch[] = [
      [FROM - DAY, FROM + DAY],
      [FROM + 9 * DAY, FROM + 11 * DAY],
      [FROM + 19 * DAY, FROM + 40 * DAY],
    ];
    expect(observedIn(period, seen({ outages }))).toEqual([
      [FROM + DAY, FROM + 9 * DAY],
      [FROM + 11 * DAY, FROM + 19 * DAY],
    ]);
    expect(observedIn(period, seen({ outages, since: FROM + 10 * DAY, until: FROM + 12 * DAY }))).toEqual([
      [FROM + 11 * DAY, FROM + 12 * DAY],
    ]);
  });
  it('is nothing of a time before there was anything, or after now', () => {
    expect(observedIn(period, seen({ since: TO }))).toEqual([]);
    expect(observedIn(period, seen({ until: FROM }))).toEqual([]);
    expect(observedIn(period, seen({ outages: [[FROM - 1, TO + 1]] }))).toEqual([]);
  });

  it('equals looking at each moment by itself, also where outages overlap', () => {
    const stretch = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 30 })).map(([at, n]): Stretch => [at, at + n]);
    fc.assert(
      fc.property(
        fc.array(stretch, { maxLength: 8 }),
        fc.nat(60),
        fc.nat(60),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (outages, since, until, from, to) => {
          const observed = observedIn({ from, to }, { since, until, outages });
          const moments = Array.from({ length: 100 }, (_, at) => at).filter(
            (at) => at >= from && at < to && at >= since && at < until && !outages.some(([left, back]) => at >= left && at < back),
          );
          expect(lengthOf(observed)).toBe(moments.length);
          expect(periodsOf(observed, 7)).toBe(new Set(moments.map((at) => Math.floor(at / 7))).size);
        },
      ),
      { numRuns: 500 },
    );
  });
});
