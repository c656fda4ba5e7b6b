import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atRest, judge, lowersAt, PERSISTENCE_MS } from './step.ts';

const MIN = 60_000;
/** 1 blue, 2 yellow, 3 orange, 4 red. */
type Row = readonly [atMin: number, computed: number, shown: number];

function run(rows: readonly Row[]): void {
  const shown = atRest();
  for (const [atMin, computed, expected] of rows) {
    judge(shown, computed, atMin * MIN, false);
    expect([atMin, shown.rank]).toEqual([atMin, expected]);
  }
}

describe('the level', () => {
  it('rises at once, by one or by three', () =>
    run([
      [0, 1, 1],
      [1, 2, 2],
      [2, 4, 4],
    ]));
  it('falls after five minutes of calm, not before', () =>
    run([
      [0, 4, 4],
      [1, 1, 4],
      [5.99, 1, 4],
      [6, 1, 1],
    ]));
  it('falls in steps, each after its own five minutes', () =>
    run([
      [0, 4, 4],
      [1, 3, 4],
      [4, 1, 4],
      [6, 1, 3],
      [8.9, 1, 3],
      [9, 1, 1],
    ]));
  it('what comes again begins anew', () =>
    run([
      [0, 4, 4],
      [1, 1, 4],
      [5, 4, 4],
      [6, 1, 4],
      [10.9, 1, 4],
      [11, 1, 1],
    ]));
  it('what comes again lower keeps what was calm above it', () =>
    run([
      [0, 4, 4],
      [1, 1, 4],
      [5, 2, 4],
      [6, 2, 2],
      [7, 1, 2],
      [12, 1, 1],
    ]));
  it('flickering between blue and orange below red falls to orange alone', () =>
    run([
      [0, 4, 4],
      [1, 3, 4],
      [2, 1, 4],
      [3, 3, 4],
      [4, 1, 4],
      [5, 3, 4],
      [6, 1, 3],
    ]));

  it('judging the same again at the same time changes nothing, and a fall is told when it is due', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 400_000 }), fc.integer({ min: 1, max: 4 })), { maxLength: 40 }), (moves) => {
        const shown = atRest();
        let now = 0;
        let last = 1;
        const seen: [number, number][] = [];
        for (const [wait, computed] of moves) {
          const due = lowersAt(shown);
          now += wait;
          // A tick comes when it is due, with what the inputs said until then.
          if (due >= 0 && due < now) {
            const before = shown.rank;
            judge(shown, last, due, false);
            expect(shown.rank).toBeLessThan(before);
          }
          judge(shown, computed, now, false);
          last = computed;
          seen.push([now, computed]);
          const once = JSON.stringify(shown);
          judge(shown, computed, now, false);
          expect(JSON.stringify(shown)).toBe(once);
          // Never below what the inputs say, nor what they said within the last five minutes.
          const recent = seen.filter(([at], i) => now - at < PERSISTENCE_MS || now - (seen[i + 1]?.[0] ?? now) < PERSISTENCE_MS);
          expect(shown.rank).toBeGreaterThanOrEqual(computed);
          expect(shown.rank).toBeLessThanOrEqual(Math.max(...seen.map(([, rank]) => rank)));
          expect(shown.rank).toBeGreaterThanOrEqual(Math.min(...recent.map(([, rank]) => rank)));
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
