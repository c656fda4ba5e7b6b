import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShiftPlan, USUAL_SHIFTS } from '../../../model/shift.ts';
import { ShiftCalendar } from './calendar.ts';

function calendar(zone: string, plan = USUAL_SHIFTS): ShiftCalendar {
  return new ShiftCalendar(parseShiftPlan(plan) ?? [], zone);
}
const at = (text: string): number => Date.parse(text);
const span = (of: ShiftCalendar, time: string): string => {
  const { name, from, to } = of.at(at(time));
  return `${name} ${new Date(from).toISOString().slice(0, 16)} ${(to - from) / 3_600_000} h`;
};

describe('the shift that a time lies in', () => {
  it.each([
    ['2026-11-28T07:59:59.999+08:00', 'night 2026-11-27T16:00 8 h'],
    ['2026-11-28T08:00:00+08:00', 'day 2026-11-28T00:00 8 h'],
    ['2026-11-28T15:59:59+08:00', 'day 2026-11-28T00:00 8 h'],
    ['2026-11-28T23:00:00+08:00', 'evening 2026-11-28T08:00 8 h'],
    ['2026-11-29T00:00:00+08:00', 'night 2026-11-28T16:00 8 h'],
  ])('at %s in Shanghai', (time, expected) => {
    expect(span(calendar('Asia/Shanghai'), time)).toBe(expected);
  });

  it.each([
    // Berlin leaps from 02:00 to 03:00 on 29 March and goes back from 03:00 to 02:00 on 25 October.
    ['2026-03-29T00:30:00Z', 'night 2026-03-28T23:00 7 h'],
    ['2026-10-25T00:30:00Z', 'night 2026-10-24T22:00 9 h'],
    ['2026-10-25T05:30:00Z', 'night 2026-10-24T22:00 9 h'],
    ['2026-10-25T07:00:00Z', 'day 2026-10-25T07:00 8 h'],
  ])('over a change of the clocks, at %s in Berlin', (time, expected) => {
    expect(span(calendar('Europe/Berlin'), time)).toBe(expected);
  });

  it('that begins where the clocks leap begins with the leap, and once where they show it twice', () => {
    const berlin = calendar('Europe/Berlin', 'early=02:30,late=14:00');
    expect(span(berlin, '2026-03-29T02:00:00Z')).toBe('early 2026-03-29T01:30 10.5 h');
    expect(span(berlin, '2026-10-25T01:45:00Z')).toBe('early 2026-10-25T00:30 12.5 h');
  });

  it('of a plan with one shift is the day', () => {
    expect(span(calendar('Asia/Shanghai', 'day=08:00'), '2026-11-28T07:00:00+08:00')).toBe('day 2026-11-27T00:00 24 h');
  });

  it('of somebody who takes over half an hour early is the next one', () => {
    const shanghai = calendar('Asia/Shanghai');
    expect([
      shanghai.takenOverAt(at('2026-11-28T07:29:59+08:00')).name,
      shanghai.takenOverAt(at('2026-11-28T07:30:00+08:00')).name,
    ]).toEqual(['night', 'day']);
  });

  it('holds it, ends where the next begins, and lasts a day and a bit at most; in every zone, at every time', () => {
    const plans = ['day=08:00', USUAL_SHIFTS, 'a=02:30,b=03:30,c=23:59'];
    const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
    const calendars = zones.flatMap((zone) => plans.map((plan) => calendar(zone, plan)));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: calendars.length - 1 }), fc.integer({ min: 1e12, max: 2e12 }), (n, time) => {
        const one = calendars[n] ?? calendar('UTC');
        const now = one.at(time);
        expect(now.from <= time && time < now.to).toBe(true);
        expect(now.to - now.from).toBeLessThanOrEqual(25 * 3_600_000);
        expect([one.at(now.from), one.at(now.to).from]).toEqual([now, now.to]);
      }),
    );
  });
});
