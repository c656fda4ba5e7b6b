import { describe, expect, it } from 'vitest';
import { createEngine, restoreEngine } from '../../rules/engine.ts';
import { holdAgainst, seedsFrom } from './check.ts';
import { Tally } from './tally.ts';

/** So many worlds; `BEACON_SIM_SEEDS=20000` for a night. */
const SEEDS = Number(process.env['BEACON_SIM_SEEDS'] ?? 1_800);
/** In parts, so that a runner sees progress and a slow machine no time-out. */
const PART = 180;

describe(`${SEEDS} simulated worlds`, () => {
  const tally = new Tally();
  for (let first = 1_001; first < 1_001 + SEEDS; first += PART) {
    const count = Math.min(PART, 1_001 + SEEDS - first);
    it(`seeds ${first} to ${first + count - 1}`, { timeout: 600_000 }, () => {
      holdAgainst(seedsFrom(first, count), { createEngine, restoreEngine }, tally);
    });
  }

  it('have met what they are made for', () => {
    expect(tally.missing(SEEDS)).toEqual([]);
  });
});
