import { describe, expect, it } from 'vitest';
import type { BusinessHours } from '../model/asset.ts';
import { atWorkUntil, minutesOf } from '../rules/escalation/hours.ts';
import { offsetMs } from '../rules/time/local-time.ts';
import { localTimeOf } from './local-time.ts';

const at = (text: string): number => Date.parse(text);
const NOW = at('2026-03-01T00:00:00Z');
const daily = (from: string, to: string, days = [1, 2, 3, 4, 5, 6, 7]): readonly BusinessHours[] => [{ days, from, to }];

describe('local time as steps', () => {
  it('a zone without summer time is one step', () => {
    expect(localTimeOf('Asia/Shanghai', NOW).offsets).toEqual([[NOW - 86_400_000, 480]]);
  });

  it('every change of the clocks of ten years is in it, to the minute', () => {
    const berlin = localTimeOf('Europe/Berlin', NOW);
    expect(berlin.offsets.slice(1, 3)).toEqual([
      [at('2026-03-29T01:00:00Z'), 120],
      [at('2026-10-25T01:00:00Z'), 60],
    ]);
    expect(berlin.offsets).toHaveLength(21);
    expect(offsetMs(berlin, at('2026-03-29T00:59:59.999Z'))).toBe(3_600_000);
    expect(offsetMs(berlin, at('2026-03-29T01:00:00Z'))).toBe(7_200_000);
    expect(localTimeOf('Asia/Kolkata', NOW).offsets[0]?.[1]).toBe(330);
  });
});

describe('business hours', () => {
  const berlin = localTimeOf('Europe/Berlin', NOW);
  const china = localTimeOf('Asia/Shanghai', NOW);

  it('begin at the first minute and end before the last, in local time', () => {
    const hours = daily('09:00', '21:00', [1, 2, 3, 4, 5]);
    // A Monday.
    expect(atWorkUntil(hours, china, at('2026-03-02T00:59:59.999Z'))).toBeNull();
    expect(atWorkUntil(hours, china, at('2026-03-02T01:00:00Z'))).toBe(at('2026-03-02T13:00:00Z'));
    expect(atWorkUntil(hours, china, at('2026-03-02T12:59:59.999Z'))).toBe(at('2026-03-02T13:00:00Z'));
    expect(atWorkUntil(hours, china, at('2026-03-02T13:00:00Z'))).toBeNull();
    // A Saturday.
    expect(atWorkUntil(hours, china, at('2026-03-07T02:00:00Z'))).toBeNull();
  });

  it('past midnight they belong to the day they began on', () => {
    const hours = daily('18:00', '02:00', [5]);
    // Friday night into Saturday.
    expect(atWorkUntil(hours, china, at('2026-03-06T17:00:00Z'))).toBe(at('2026-03-06T18:00:00Z'));
    expect(atWorkUntil(hours, china, at('2026-03-05T17:00:00Z'))).toBeNull();
  });

  it('hours that meet go on; where somebody is always there they do not end soon', () => {
    const shifts = [...daily('06:00', '14:00'), ...daily('14:00', '22:00', [1])];
    expect(atWorkUntil(shifts, china, at('2026-03-02T00:00:00Z'))).toBe(at('2026-03-02T14:00:00Z'));
    expect(atWorkUntil(daily('00:00', '24:00'), china, NOW)).toBeGreaterThan(NOW + 30 * 86_400_000);
  });

  it('end by the clock on the wall where it changes meanwhile', () => {
    // 02:00 becomes 03:00 in that night: six hours on the wall are five.
    expect(atWorkUntil(daily('00:00', '06:00'), berlin, at('2026-03-28T23:30:00Z'))).toBe(at('2026-03-29T04:00:00Z'));
    // 03:00 becomes 02:00 in that one: they are seven.
    expect(atWorkUntil(daily('00:00', '06:00'), berlin, at('2026-10-24T22:30:00Z'))).toBe(at('2026-10-25T05:00:00Z'));
    // The hour that comes twice: it ends, and is there once more.
    const twice = daily('01:00', '02:30');
    expect(atWorkUntil(twice, berlin, at('2026-10-25T00:45:00Z'))).toBeNull();
    expect(atWorkUntil(twice, berlin, at('2026-10-25T01:15:00Z'))).toBe(at('2026-10-25T01:30:00Z'));
  });

  it('without hours, or while local time is not known, nobody is ever there', () => {
    expect(atWorkUntil([], china, NOW)).toBeNull();
    expect(atWorkUntil(undefined, china, NOW)).toBeNull();
    expect(atWorkUntil(daily('00:00', '24:00'), null, NOW)).toBeNull();
  });

  it.each([
    ['00:00', 0],
    ['09:30', 570],
    ['24:00', 1_440],
    ['24:01', null],
    ['9:00', null],
    ['12:60', null],
  ])('%s is minute %s', (text, minutes) => {
    expect(minutesOf(text)).toBe(minutes);
  });
});
