import { describe, expect, it } from 'vitest';
import { localDays } from './performance.ts';

describe('the local day of a time', () => {
  it.each([
    ['Asia/Shanghai', '2026-11-27T15:59:59.999Z', '2026-11-26T16:00:00.000Z'],
    ['Asia/Shanghai', '2026-11-27T16:00:00.000Z', '2026-11-27T16:00:00.000Z'],
    ['UTC', '2026-11-27T16:00:00.001Z', '2026-11-27T00:00:00.000Z'],
    ['America/St_Johns', '2026-11-27T03:29:00.000Z', '2026-11-26T03:30:00.000Z'],
    // Days of 23 and of 25 hours.
    ['Europe/Berlin', '2026-03-29T12:00:00.000Z', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T12:00:00.000Z', '2026-10-24T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T22:59:00.000Z', '2026-10-24T22:00:00.000Z'],
  ])('in %s of %s begins at %s', (zone, at, begin) => {
    expect(new Date(localDays(zone)(Date.parse(at))).toISOString()).toBe(begin);
  });
});
