import { describe, expect, it } from 'vitest';
import type { RollUpStep } from '../../model/ports/reading-store.ts';
import { createUpkeep } from './upkeep.ts';

const NOON = Date.UTC(2025, 10, 23, 12);

describe('the upkeep of the store', () => {
  it('goes on at once only while nothing arrives', async () => {
    const upkeep = createUpkeep({ rollUp: async (): Promise<RollUpStep> => ({ rolled: 3, more: true, oldestDue: NOON }) });
    expect(await upkeep.turn(NOON, true)).toBe(false);
    expect(await upkeep.turn(NOON, false)).toBe(true);
    expect(upkeep.dueFrom()).toBe(NOON);
  });

  it('lets a store that fails alone for a while, says why, and tries again, also after the clock was set back', async () => {
    let calls = 0;
    const upkeep = createUpkeep({
      rollUp: async () => {
        calls += 1;
        if (calls < 3) throw new Error('no room');
        return { rolled: 0, more: false, oldestDue: null };
      },
    });
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
