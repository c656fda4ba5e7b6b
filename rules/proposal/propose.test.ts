import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { device, limit, measurement, Plant, profile } from '../testing/plant.ts';
import { courseOf, type HistoryPoint } from './course.ts';
import { propose, type ProposalOf } from './propose.ts';

const HI = { dir: 'hi', setPoint: 25 } as const;
const PRESENT = { deadband: 1, onDelayMs: 0, offDelayMs: 0 };
const OF: ProposalOf = { ...HI, present: PRESENT, range: [0, 100], resolution: 0.1, mayDelay: false };
const every = (ms: number, values: readonly (number | null)[]): HistoryPoint[] => values.map((value, n) => [n * ms, value]);
const alternating = (n: number, low: number, high: number): number[] => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? low : high));

describe('a proposal', () => {
  it('of a calm limit proposes nothing', () => {
    const calm = propose(every(5_000, [20, 26, 26, 26, 26, 20, 20]), OF);
    expect(calm).toMatchObject({ now: { alarms: 1, chattering: 0, fleeting: 0 }, proposed: PRESENT, steps: [] });
    expect(propose([], OF)).toMatchObject({ samples: 0, noise: 0, steps: [] });
  });

  it('is a deadband of three sigmas where noise about the set point is all there is, rounded up to what can be shown', () => {
    const { noise, steps, now, after } = propose(every(5_000, [...alternating(60, 24.6, 25.1), 10]), {
      ...OF,
      present: { ...PRESENT, deadband: 0.2 },
    });
    expect(noise).toBeCloseTo((0.5 * 1.4826) / Math.SQRT2, 6);
    expect(now.chattering).toBeGreaterThan(5);
    expect(steps.map(({ part, value }) => [part, value])).toEqual([['deadband', 1.6]]);
    expect(after).toEqual({ alarms: 1, chattering: 0, fleeting: 0 });
  });

  it('is the shortest off-delay that ends what a deadband of 5 % of the span leaves', () => {
    const { now, after, proposed, steps } = propose(every(4_000, [...alternating(30, 10, 40), 10]), OF);
    expect(now.chattering).toBeGreaterThan(2);
    expect(steps.map(({ part }) => part)).toEqual(['offDelayMs']);
    expect(proposed).toEqual({ ...PRESENT, offDelayMs: 5_000 });
    expect(after).toEqual({ alarms: 1, chattering: 0, fleeting: 0 });
  });

  it('has an on-delay only where the limit may come later', () => {
    const spikes = every(
      1_000,
      Array.from({ length: 1_200 }, (_, n) => (n % 400 === 7 ? 30 : 10)),
    );
    const allowed = propose(spikes, { ...OF, mayDelay: true });
    expect(allowed.now).toEqual({ alarms: 3, chattering: 0, fleeting: 3 });
    expect([allowed.proposed, allowed.after.alarms]).toEqual([{ ...PRESENT, onDelayMs: 2_000 }, 0]);
    const kept = propose(spikes, OF);
    expect([kept.proposed, kept.after]).toEqual([
      { ...PRESENT, offDelayMs: 10_000 },
      { alarms: 3, chattering: 0, fleeting: 0 },
    ]);
  });

  it('never makes it worse, never comes later without leave, and stays within its bounds', () => {
    let proposed = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom(1_000, 3_000, 10_000, 70_000), fc.option(fc.double({ min: 15, max: 35, noNaN: true }), { freq: 8 })),
          {
            maxLength: 150,
            size: 'max',
          },
        ),
        fc.constantFrom('hi' as const, 'lo' as const),
        fc.constantFrom(0, 1, 3),
        fc.constantFrom(0, 5_000),
        fc.boolean(),
        (moves, dir, deadband, delay, mayDelay) => {
          let at = 0;
          const points = moves.map(([ms, value]): HistoryPoint => [(at += ms), value]);
          const present = { deadband, onDelayMs: 0, offDelayMs: delay };
          const found = propose(points, { ...OF, dir, present, mayDelay });
          const bad = ({ chattering, fleeting }: { chattering: number; fleeting: number }): number => chattering + fleeting;
          expect(bad(found.after)).toBeLessThanOrEqual(bad(found.now));
          expect(found.after).toEqual(courseOf(points, { dir, setPoint: 25 }, found.proposed));
          expect(found.now).toEqual(courseOf(points, { dir, setPoint: 25 }, present));
          if (!mayDelay) expect(found.proposed.onDelayMs).toBe(0);
          expect(found.proposed.onDelayMs).toBeLessThanOrEqual(10_000);
          expect(found.proposed.deadband).toBeLessThanOrEqual(Math.max(5, deadband));
          for (const part of ['deadband', 'onDelayMs', 'offDelayMs'] as const)
            expect(found.proposed[part]).toBeGreaterThanOrEqual(present[part]);
          if (bad(found.now) === 0) expect(found.steps).toEqual([]);
          proposed += found.steps.length;
        },
      ),
      { numRuns: 200, seed: 61 },
    );
    expect(proposed).toBeGreaterThan(100);
  });

  it('counts as the engine does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(1_000, 4_000, 9_000), fc.constantFrom(20, 23.5, 24.5, 26, 30)), { minLength: 5, maxLength: 40 }),
        fc.constantFrom(0, 5_000),
        fc.constantFrom(0, 8_000),
        (moves, onDelayMs, offDelayMs) => {
          const gas = profile('gas', [measurement('lel', [limit('L1', 'yellow', 25, { deadband: 1, onDelayMs, offDelayMs })])], {
            faults: [],
          });
          const plant = new Plant().setUp([gas], [device('d0', 'gas', { heartbeatMs: 86_400_000 })]);
          const points: HistoryPoint[] = [];
          for (const [ms, value] of moves) {
            plant.pass(ms);
            plant.send('d0', 'lel', value);
            points.push([plant.now, value]);
          }
          const told = plant.alarmEvents().filter(([, { type }]) => type === 'raised' || type === 're-announced');
          expect(courseOf(points, HI, { deadband: 1, onDelayMs, offDelayMs }).alarms).toBe(told.length);
        },
      ),
      { numRuns: 80, seed: 67 },
    );
  });
});
