import { describe, expect, it } from 'vitest';
import { firstLocale } from '../i18n.ts';
import { BLIND_AFTER_MS, linkAge, linkState } from '../live/link.ts';
import { append, toSeries } from '../trend/series.ts';
import { shownNumber, shownValue } from './number.ts';
import { createTimes, shownDuration } from './time.ts';
import { shownUnit } from './unit.ts';

describe('what people read', () => {
  it("times are 24 h with seconds in the installation's zone, with the date when it is not today", () => {
    const times = createTimes('Asia/Shanghai');
    const at = Date.UTC(2026, 10, 22, 16, 0, 5);
    expect(times.stamp(at, at)).toBe('00:00:05');
    expect(times.stamp(at, at + 86_400_000)).toBe('11-23 00:00:05');
    expect(times.full(at)).toBe('2026-11-23 00:00:05');
  });
  it('durations carry their sign when overdue', () => {
    expect(shownDuration(15_999)).toBe('0:15');
    expect(shownDuration(-1_504_000)).toBe('-25:04');
    expect(shownDuration(3_729_000)).toBe('1:02:09');
  });
  it('numbers and units are short', () => {
    expect([61, 12.345, 0.0123, 1234.5, -0.5].map(shownNumber)).toEqual(['61', '12.35', '0.012', '1235', '-0.5']);
    expect(shownValue(null)).toBe('?');
    expect(['%{LEL}', 'Cel', '[ppm]', 'kPa', '{count}'].map(shownUnit)).toEqual(['%LEL', '°C', 'ppm', 'kPa', '']);
  });
  it("the language is the kept one, else the browser's first of ours", () => {
    expect(firstLocale('en', ['zh-CN'])).toBe('en');
    expect(firstLocale(null, ['de', 'en-GB', 'zh'])).toBe('en');
    expect(firstLocale('xx', ['fr'])).toBe('zh-CN');
  });
});

describe('the link', () => {
  it('is slow from 7 s and blind from 15 s', () => {
    expect([0, 6_999, 7_000, 14_999, BLIND_AFTER_MS].map((ms) => linkState(true, ms))).toEqual(['live', 'live', 'slow', 'slow', 'blind']);
    expect(linkState(false, 0)).toBe('connecting');
  });
  it('believes the worse of two clocks: a sleeping laptop, a clock set back', () => {
    expect(linkAge({ mono: 0, wall: 0 }, { mono: 10, wall: 60_000 })).toBe(60_000);
    expect(linkAge({ mono: 0, wall: 100_000 }, { mono: 20_000, wall: 0 })).toBe(20_000);
  });
});

describe('a trend', () => {
  it('breaks its line at a gap and at a bad value', () => {
    const series = toSeries(
      {
        unit: '',
        through: 0,
        points: [
          [1_000, 1, 'good'],
          [2_000, 5, 'bad'],
          [60_000, 2, 'good'],
        ],
      },
      10_000,
    );
    expect(series.mean).toEqual([1, null, null, 2]);
    expect(series.gaps).toEqual([[2, 60]]);
  });
  it('takes live values in order only', () => {
    const series = toSeries({ unit: '', through: 0, bucketMs: 1_000, points: [[1_000, 1, 3, 2, 4]] }, 10_000);
    expect(append(series, 1_000, 9, 10_000)).toBe(series);
    expect(append(series, 2_000, 9, 10_000)).toMatchObject({ times: [1, 2], max: [3, 9], min: [1, 9] });
    expect(append(series, 50_000, 9, 10_000).mean).toEqual([2, null, 9]);
  });
});
