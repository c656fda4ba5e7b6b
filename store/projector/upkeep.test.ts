import { describe, expect, it } from 'vitest';
import type { Expired, RollUpStep } from '../../model/ports/reading-store.ts';
import { createUpkeep } from './upkeep.ts';

const NOON = Date.UTC(2025, 10, 23, 12);

const KEEP = { rawDays: 90, minuteDays: 400, hourDays: 3_660 };
const never = {
  expire: async (): Promise<Expired> => {
    throw new Error('there is more to roll up');
  },
};

describe('the upkeep of the store', () => {
  it('goes on at once only while nothing arrives', async () => {
    const upkeep = createUpkeep(
      { ...never, rollUp: async (): Promise<RollUpStep> => ({ rolled: 3, more: true, oldestDue: NOON }) },
      KEEP,
      30,
    );
    expect(await upkeep.turn(NOON, true)).toBe(false);
    expect(await upkeep.turn(NOON, false)).toBe(true);
    expect(upkeep.dueFrom()).toBe(NOON);
  });

  it('deletes once an hour, when all that is over is rolled up, and passes on what is to be done by hand', async () => {
    const expired: number[] = [];
    const rollUp = { rolled: 0, more: false, oldestDue: null };
    const upkeep = createUpkeep(
      {
        rollUp: async () => rollUp,
        expire: async (now, keep) => {
          expect(keep).toBe(KEEP);
          expired.push(now);
          return { deleted: 0, byHand: 'the retention of the bucket' };
        },
      },
      KEEP,
      30,
    );
    for (const after of [0, 250, 3_599_999, 3_600_000, 3_700_000, -10_000_000]) await upkeep.turn(NOON + after, false);
    expect(expired).toEqual([NOON, NOON + 3_600_000, NOON - 10_000_000]);
    expect(upkeep.byHand()).toBe('the retention of the bucket');
  });

  it('lets a store that fails alone for a while, says why, and tries again, also after the clock was set back', async () => {
    let calls = 0;
    const upkeep = createUpkeep(
      {
        expire: async () => ({ deleted: 0, byHand: null }),
        rollUp: async () => {
          calls += 1;
          if (calls < 3) throw new Error('no room');
          return { rolled: 0, more: false, oldestDue: null };
        },
      },
      KEEP,
      30,
    );
    expect(await upkeep.turn(NOON, false)).toBe(false);
    expect(upkeep.trouble()).toContain('no room');
    await upkeep.turn(NOON + 1_000, false);
    expect(calls).toBe(1);
    await upkeep.turn(NOON + 30_000, false);
    expect(calls).toBe(2);
    await upkeep.turn(NOON - 3_600_000, false);
    expect(calls).toBe(3);
    expect(upkeep.trouble()).toBeNull();
  });
});
