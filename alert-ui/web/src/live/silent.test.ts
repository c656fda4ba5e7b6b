import { describe, expect, it } from 'vitest';
import { silentSince } from './silent.ts';

describe('the silence of a device', () => {
  it('begins where it was last heard', () => {
    expect(silentSince({ online: false, lastSeenAt: 5_000 }, undefined)).toBe(5_000);
    expect(silentSince(undefined, { online: false, lastSeenAt: 4_000 })).toBe(4_000);
  });
  it('is over with the first word, whatever a list said before', () => {
    expect(silentSince({ online: true, lastSeenAt: 6_000 }, { online: false, lastSeenAt: 5_000 })).toBeNull();
    expect(silentSince({ online: false, lastSeenAt: 6_000 }, { online: true, lastSeenAt: 5_000 })).toBe(6_000);
  });
  it('is no claim about a device nobody knows, or one that never spoke', () => {
    expect(silentSince(undefined, undefined)).toBeNull();
    expect(silentSince({ online: false, lastSeenAt: null }, undefined)).toBeNull();
  });
});
