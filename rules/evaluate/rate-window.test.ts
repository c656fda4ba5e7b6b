import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, newRateWindow, type Rise, riseOf } from './rate-window.ts';

const W = 60_000;

type Sample = readonly [at: number, value: number];

function after(samples: readonly Sample[]): Rise | null {
  const window = newRateWindow();
  for (const [at, value] of samples) addSample(window, W, at, value);
  return riseOf(window, W);
}

/** The same from all samples at once, without forgetting anything: slow, and written from the words of rate-window.ts alone. */
function reference(samples: readonly Sample[]): number | null {
  const cells: { times: number[]; values: number[] }[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const [at, value] of samples) {
    const time = Math.max(at, previous);
    if (time - previous > 1.5 * W) cells.length = 0;
    const open = cells.at(-1);
    if (open !== undefined && time === previous) {
      open.values[open.values.length - 1] = value;
    } else if (open !== undefined && time - (open.times[0] ?? 0) < W / 24) {
      open.times.push(time);
      open.values.push(value);
    } else cells.push({ times: [time], values: [value] });
    previous = time;
  }
  const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
  const all = cells.map(({ times, values }) => ({ t: mean(times), v: mean(values) }));
  // What may be forgotten does not change the answer but the spacing of what is kept: forget as told.
  const newest = all.at(-2)?.t ?? 0;
  while (all.length > 2 && (all[2]?.t ?? 0) < newest - W) all.shift();
  if (all.length < 2) return null;
  const spacing = ((all.at(-1)?.t ?? 0) - (all[0]?.t ?? 0)) / (all.length - 1);
  const smooth = spacing * 6 <= W;
  const course = smooth
    ? all
        .slice(1, -1)
        .map(({ t }, i) => ({ t, v: [all[i], all[i + 1], all[i + 2]].map((one) => one?.v ?? 0).sort((a, b) => a - b)[1] ?? 0 }))
    : all;
  const last = course.at(-1);
  if (last === undefined || course.length < 2) return null;
  const begin = last.t - W;
  const next = course.findIndex(({ t }, i) => i > 0 && (t > begin || i === course.length - 1));
  const [a, b] = [course[next - 1], course[next]];
  if (a === undefined || b === undefined) return null;
  const start = begin <= a.t ? a.v : a.v + ((b.v - a.v) * (begin - a.t)) / (b.t - a.t);
  return last.v - start;
}

const steady = (everyMs: number, count: number, course: (s: number) => number): Sample[] =>
  Array.from({ length: count }, (_, i) => [i * everyMs, course((i * everyMs) / 1_000)] as const);

describe('the rise over a window', () => {
  it.each<[string, readonly Sample[], number | null]>([
    ['nothing known', [], null],
    ['one sample', [[0, 20]], null],
    ['three dense samples are no course yet', steady(5_000, 3, (s) => s), null],
    ['a ramp of 10 K/min, every 5 s', steady(5_000, 40, (s) => s / 6), 10],
    ['the same every second', steady(1_000, 200, (s) => s / 6), 10],
    ['the same every 100 ms: cells, not samples, are kept', steady(100, 2_000, (s) => s / 6), 10],
    ['the same every 30 s: two samples a window', steady(30_000, 10, (s) => s / 6), 10],
    ['a fall is a negative rise', steady(5_000, 40, (s) => 100 - s / 6), -10],
    ['steady', steady(5_000, 40, () => 20), 0],
    ['half a window of a ramp: what is there counts', steady(5_000, 8, (s) => s / 6), (5 * 5_000) / 6_000],
    ['a single wild sample moves nothing', steady(5_000, 40, (s) => (s === 100 ? 500 : 20)), 0],
    ['a wild last sample moves nothing', steady(5_000, 40, (s) => (s === 195 ? 500 : 20)), 0],
    [
      'a gap of more than one and a half windows begins anew',
      [
        [0, 20],
        [5_000, 20],
        [10_000, 20],
        [105_000, 90],
      ],
      null,
    ],
    [
      'a step between sparse samples counts over its own time',
      [
        [0, 20],
        [75_000, 40],
      ],
      16,
    ],
    [
      'of two values of one time the later one stands',
      [
        [0, 20],
        [30_000, 24],
        [30_000, 26],
        [60_000, 90],
        [60_000, 30],
      ],
      10,
    ],
  ])('%s', (_name, samples, rise) => {
    const got = after(samples);
    if (rise === null) expect(got).toBeNull();
    else expect(got?.rise).toBeCloseTo(rise, 6);
  });

  it('a step is seen as soon as the middle one of the newest three cells shows it', () => {
    const window = newRateWindow();
    const seen: number[] = [];
    for (const [at, value] of steady(5_000, 40, (s) => (s >= 150 ? 35 : 20))) {
      addSample(window, W, at, value);
      const rise = riseOf(window, W)?.rise ?? 0;
      if (rise >= 10) seen.push(at / 1_000);
    }
    expect(seen[0]).toBe(155);
  });

  it('memory is bounded, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -500, max: 100_000 }), fc.double({ noNaN: true })), { maxLength: 500 }), (steps) => {
        const window = newRateWindow();
        let at = 0;
        for (const [step, value] of steps) {
          at += step;
          addSample(window, W, at, value);
          expect(window.t.length).toBeLessThanOrEqual(40);
          expect(window.v.length).toBe(window.t.length);
        }
      }),
    );
  });

  const irregular = fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -50, max: 150 })), {
    minLength: 2,
    maxLength: 120,
  });

  it('is what the slow reference says, for irregular times and any values', () => {
    fc.assert(
      fc.property(irregular, (steps) => {
        let at = 0;
        const samples: Sample[] = steps.map(([step, value]) => [(at += step), value]);
        const expected = reference(samples);
        const got = after(samples);
        if (expected === null) expect(got).toBeNull();
        else expect(got?.rise).toBeCloseTo(expected, 5);
      }),
      { numRuns: 500 },
    );
  });

  it('samples within ±a of a steady course never show more than its rise and 2a', () => {
    const noisy = fc.record({
      perWindow: fc.double({ min: -30, max: 30, noNaN: true }),
      noise: fc.double({ min: 0, max: 5, noNaN: true }),
      steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.double({ min: -1, max: 1, noNaN: true })), { maxLength: 150 }),
    });
    fc.assert(
      fc.property(noisy, ({ perWindow, noise, steps }) => {
        const window = newRateWindow();
        let at = 0;
        for (const [step, share] of steps) {
          at += step;
          addSample(window, W, at, 20 + (perWindow * at) / W + noise * share);
          const rise = riseOf(window, W)?.rise ?? 0;
          expect(rise).toBeLessThanOrEqual(Math.max(0, perWindow) + 2 * noise + 1e-6);
          expect(rise).toBeGreaterThanOrEqual(Math.min(0, perWindow) - 2 * noise - 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});
