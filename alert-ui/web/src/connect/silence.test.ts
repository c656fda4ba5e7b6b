import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silencePeriod } from '../../../../rules/presence.ts';
import { silentAfterMs, typedMs } from './silence.ts';

describe('what the page says of silence', () => {
  it('is what the platform does', () => {
    assert(property(integer({ min: 100, max: 31 * 86_400_000 }), (ms) => silentAfterMs(ms) === silencePeriod(ms)));
    expect([silentAfterMs(10_000), silentAfterMs(3_600_000)]).toEqual([60_000, 10_800_000]);
  });
  it('takes seconds, and nothing for what the profile says', () => {
    expect([typedMs(10), typedMs(0.25), typedMs(''), typedMs(null)]).toEqual([10_000, 250, null, null]);
  });
});
