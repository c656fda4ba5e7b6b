import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

describe('the pace of the projector', () => {
  it('writes everything at once while few readings arrive', () => {
    const pace = createPace(80_000);
    expect(pace.least(0)).toBe(0);
    for (let t = 0; t < 5_000; t += 250) {
      pace.wrote(600, t);
      pace.wrote(0, t + 10);
      expect(pace.least(t + 250)).toBe(0);
    }
  });

  it('lets many gather, but not for long, and goes back to writing at once when they have ceased', () => {
    const pace = createPace(80_000);
    pace.wrote(30_000, 1_000);
    expect([1_000, 1_250, 1_500, 1_740].map((t) => pace.least(t))).toEqual([80_000, 80_000, 80_000, 80_000]);
    expect(pace.least(1_750)).toBe(0);
    pace.wrote(10, 1_750);
    expect(pace.least(1_760)).toBe(0);
  });
});
