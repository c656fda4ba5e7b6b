import { describe, expect, it } from 'vitest';
import { outOfServiceBody, shelveBody } from './alarm.ts';

describe('what people send about an alarm', () => {
  it.each([
    [{ minutes: 30 }, true],
    [{ oneShot: true }, true],
    [{ minutes: 30, oneShot: false }, true],
    [{ minutes: 30, oneShot: true }, false],
    [{ oneShot: false }, false],
    [{}, false],
    [{ minutes: 480 }, true],
    [{ minutes: 481 }, false],
    [{ minutes: 0 }, false],
  ])('shelving for %j: %s', (body, good) => {
    expect(shelveBody.safeParse({ ...body, reason: 'noisy' }).success).toBe(good);
  });

  it('the planned end of out of service is ms or ISO 8601 with offset, as that of a factor is', () => {
    const end = (until: unknown): unknown => outOfServiceBody.safeParse({ permit: 'P-1', reason: 'work', until }).data?.until;
    expect(end(1_793_510_412_000)).toBe(1_793_510_412_000);
    expect(end('2026-11-01T12:00:12+08:00')).toBe(Date.parse('2026-11-01T04:00:12Z'));
    expect(end('2026-11-01T12:00:12')).toBeUndefined();
    expect(end('tomorrow')).toBeUndefined();
  });
});
