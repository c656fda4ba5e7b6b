import { describe, expect, it } from 'vitest';
import { PERMIT_REVIEW_MS, type Suppression, takenOutAt, wantsReview } from './alarm.ts';
import type { LimitLevel } from './level.ts';
import { canBeRed } from './red.ts';
import { exampleAlarm } from './testing/example-alarm.ts';

describe('a permit', () => {
  const flag = (which: Suppression['flag'], since: number): Suppression => ({ flag: which, since, until: null, by: 'li', reason: 'x' });

  it('is looked at again from the seventh day on, whatever else hides the alarm', () => {
    const alarm = exampleAlarm({ suppressions: [flag('shelved', 0), flag('out-of-service', 1_000)] });
    expect(takenOutAt(alarm)).toBe(1_000);
    expect([PERMIT_REVIEW_MS - 1, PERMIT_REVIEW_MS].map((ms) => wantsReview(alarm, 1_000 + ms))).toEqual([false, true]);
  });

  it('that there is none of is never looked at', () => {
    expect(wantsReview(exampleAlarm({ suppressions: [flag('by-design', 0)] }), 1e15)).toBe(false);
    expect([takenOutAt(exampleAlarm()), wantsReview(exampleAlarm(), 1e15)]).toEqual([null, false]);
  });
});

describe('an alarm can be red', () => {
  const alarm = exampleAlarm({ level: 'orange', measurement: 'lel', channel: 2, ladder: 'hi' });
  const limit = { measurement: 'lel', channel: 2, ladder: 'hi', level: 'red' as LimitLevel, armed: true };

  it.each([
    ['an armed red limit of its ladder', limit, true],
    ['one that is not armed', { ...limit, armed: false }, false],
    ['one that is orange', { ...limit, level: 'orange' as LimitLevel }, false],
    ['one that is logged alone', { ...limit, level: 'none' as LimitLevel }, false],
    ['one of another ladder', { ...limit, ladder: 'lo' }, false],
    ['one of another channel', { ...limit, channel: null }, false],
    ['one of another measurement', { ...limit, measurement: 'temp' }, false],
  ])('by %s: %o', (_, one, expected) => {
    expect(canBeRed(alarm, [{ ...limit, level: 'yellow' }, one])).toBe(expected);
  });

  it.each([
    ['of its point, whatever the ladder', { measurement: 'lel', channel: 2, ladder: 'BAD' }, true],
    ['of its device, where it names no point', { measurement: null, channel: null, ladder: 'F01' }, true],
    ['of another point alone', { measurement: 'temp', channel: null, ladder: 'BAD' }, false],
  ])('about an instrument by an armed red limit %s', (_, about, expected) => {
    const broken = exampleAlarm({ kind: 'instrument', level: 'yellow', ...about });
    expect(canBeRed(broken, [limit])).toBe(expected);
    for (const other of [{ armed: false }, { level: 'orange' as LimitLevel }])
      expect(canBeRed(broken, [{ ...limit, ...other }])).toBe(false);
  });

  it('when it is, whatever limits stand', () => {
    expect(canBeRed({ ...alarm, level: 'red' }, [])).toBe(true);
    expect(canBeRed(alarm, [])).toBe(false);
  });
});
