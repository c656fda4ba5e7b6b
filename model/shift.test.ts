import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShiftPlan, USUAL_SHIFTS } from './shift.ts';

describe('a plan of shifts', () => {
  it.each([
    [USUAL_SHIFTS, ['night 0', 'day 480', 'evening 960']],
    ['day=08:00', ['day 480']],
    [' 白班 = 08:30 , 夜班=20:30 ', ['白班 510', '夜班 1230']],
    ['a=23:30,b=00:30', ['b 30', 'a 1410']],
  ])('%s', (text, shifts) => {
    expect(parseShiftPlan(text)?.map(({ name, startMinute }) => `${name} ${startMinute}`)).toEqual(shifts);
  });

  it.each([
    ['nothing', ''],
    ['no time', 'day'],
    ['no name', '=08:00'],
    ['a name of spaces', '  =08:00'],
    ['a time that is none', 'day=24:00'],
    ['half a time', 'day=8:00'],
    ['a name twice', 'day=08:00,day=16:00'],
    ['one start twice', 'day=08:00,late=08:00'],
    ['too close together', 'day=08:00,late=08:59'],
    ['too close over midnight', 'a=23:30,b=00:29'],
    ['a comma too much', 'day=08:00,'],
    ['a line in a name', 'da\ny=08:00'],
    ['a name too long', `${'x'.repeat(31)}=08:00`],
    ['thirteen', Array.from({ length: 13 }, (_, n) => `s${n}=${String(n).padStart(2, '0')}:00`).join(',')],
  ])('is none with %s', (_what, text) => {
    expect(parseShiftPlan(text)).toBeNull();
  });

  it('whatever it is, is in order and an hour apart, or none', () => {
    const start = fc.integer({ min: 0, max: 1_439 });
    fc.assert(
      fc.property(fc.uniqueArray(start, { minLength: 1, maxLength: 6 }), (starts) => {
        const two = (n: number): string => String(n).padStart(2, '0');
        const plan = parseShiftPlan(starts.map((at, n) => `s${n}=${two(Math.floor(at / 60))}:${two(at % 60)}`).join(','));
        const sorted = [...starts].sort((a, b) => a - b);
        const gaps = sorted.map((at, i) => (i === 0 ? at + 1_440 - (sorted.at(-1) ?? 0) : at - (sorted[i - 1] ?? 0)));
        expect(plan?.map(({ startMinute }) => startMinute) ?? null).toEqual(gaps.every((gap) => gap >= 60) ? sorted : null);
      }),
    );
  });
});
