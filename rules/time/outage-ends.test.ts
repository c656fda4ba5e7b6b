import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDS_KEPT, ENDS_KEPT_MS, noteEnd, putOffUntil } from './outage-ends.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ends(...times: readonly number[]): number[] {
  const all: number[] = [];
  for (const time of times) noteEnd(all, time);
  return all;
}

describe('what our outages put off', () => {
  it.each([
    ['none was', [], 0, DAY, 0],
    ['all ended before the word', [HOUR, 2 * HOUR], 2 * HOUR, DAY, 0],
    ['the first after the word gives a whole period', [HOUR], 0, DAY, HOUR + DAY],
    ['those before the word do not make it the second', [1, 2, HOUR], 2, DAY, HOUR + DAY],
    ['a later one gives no second period', [HOUR, 20 * HOUR], 0, DAY, HOUR + DAY],
    ['a later one gives time to come back', [HOUR, DAY + HOUR - 1], 0, DAY, DAY + HOUR - 1 + 10 * MINUTE],
    ['so does each', [HOUR, DAY + HOUR - 1, DAY + HOUR + 5 * MINUTE], 0, DAY, DAY + HOUR + 15 * MINUTE],
    ['but no more than a period', [HOUR, HOUR + 50_000], 0, MINUTE, HOUR + 50_000 + MINUTE],
    ['up to ten minutes all are alike', [HOUR, HOUR + 9 * MINUTE], 0, 10 * MINUTE, HOUR + 19 * MINUTE],
    ['one in the moment of the word is not the first', [HOUR, 2 * HOUR], HOUR, DAY, 2 * HOUR + DAY],
  ] as const)('%s', (_, times, since, periodMs, until) => {
    expect(putOffUntil(ends(...times), since, periodMs)).toBe(until);
  });

  it('is what a look at every outage says', () => {
    const time = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 12 }), time, fc.integer({ min: 1, max: 3 * 600_000 }), (times, since, periodMs) => {
        const all = [...times].sort((a, b) => a - b);
        const after = all.filter((one) => one > since);
        const first = after.slice(0, 1).map((one) => one + periodMs);
        const later = after.map((one) => one + Math.min(periodMs, 600_000));
        expect(putOffUntil(ends(...all), since, periodMs)).toBe(Math.max(0, ...first, ...later));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

describe('which ends are kept', () => {
  it('one of outages that no engine time lies between', () => {
    expect(ends(5, 5, 7, 7)).toEqual([5, 7]);
  });

  it('those of 93 days', () => {
    expect(ends(1, 2, ENDS_KEPT_MS + 1)).toEqual([1, 2, ENDS_KEPT_MS + 1]);
    expect(ends(1, 2, ENDS_KEPT_MS + 2)).toEqual([2, ENDS_KEPT_MS + 2]);
    expect(ends(1, 2, 3 * ENDS_KEPT_MS)).toEqual([3 * ENDS_KEPT_MS]);
  });

  it('the newest of a process that is started over and over; what is forgotten gives more time', () => {
    const all = ends(...Array.from({ length: ENDS_KEPT + 5 }, (_, n) => n * MINUTE + 1));
    expect(all).toHaveLength(ENDS_KEPT);
    expect(all[0]).toBe(5 * MINUTE + 1);
    expect(putOffUntil(all, 0, DAY)).toBe(5 * MINUTE + 1 + DAY);
  });
});
