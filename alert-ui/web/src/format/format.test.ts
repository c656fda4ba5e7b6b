import { describe, expect, it } from 'vitest';
import { firstLocale } from '../i18n.ts';
import { BLIND_AFTER_MS, linkAge, linkState } from '../live/link.ts';
import { findLastGood, newestGood } from '../trend/last-good.ts';
import { pickPoint } from '../trend/pick.ts';
import { append, edgeGaps, lonely, toSeries } from '../trend/series.ts';
import { shownNumber, shownValue } from './number.ts';
import { createTimes, shownDuration } from './time.ts';
import { builtInCatalogue } from '../../../../rules/catalogue/built-in.ts';
import type { ReadingsBody } from '../../../protocol/http.ts';
import type { Answer, Api } from '../api/client.ts';
import { shownUnit, withUnit } from './unit.ts';

describe('what people read', () => {
  it("times are 24 h with seconds in the installation's zone, with the date when it is not today", () => {
    const times = createTimes('Asia/Shanghai');
    const at = Date.UTC(2026, 10, 22, 16, 0, 5);
    expect(times.stamp(at, at)).toBe('00:00:05');
    expect(times.stamp(at, at + 86_400_000)).toBe('11-23 00:00:05');
    expect(times.full(at)).toBe('2026-11-23 00:00:05');
  });
  it('a day begins at midnight of the installation, whatever zone the browser is in and whether or not the clock changes that day', () => {
    expect(createTimes('Asia/Shanghai').dayStart('2026-11-23')).toBe(Date.UTC(2026, 10, 22, 16));
    const berlin = createTimes('Europe/Berlin');
    for (const day of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-25', '2026-10-26']) {
      const at = berlin.dayStart(day) ?? Number.NaN;
      expect(berlin.full(at)).toBe(`${day} 00:00:00`);
    }
    expect([createTimes('UTC').dayStart(''), createTimes('UTC').dayStart('2026-13-45')]).toEqual([null, null]);
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
  it('no unit of the catalogue is shown as its code', () => {
    const units = new Set(builtInCatalogue.profiles.flatMap((p) => p.measurements.map((m) => m.ucum)));
    expect([...units].map(shownUnit).filter((unit) => /[{}[\]]|^\/|Cel|deg/.test(unit))).toEqual([]);
    expect(['%{VOL}', '{LEL}.m', '{dBm}', 'deg', 'm3/h', '{halfcycle}/s'].map(shownUnit)).toEqual([
      '%VOL',
      'LEL·m',
      'dBm',
      '°',
      'm³/h',
      '1/s',
    ]);
    expect([withUnit('12.5', '%{LEL}'), withUnit('3', '{count}')]).toEqual(['12.5 %LEL', '3']);
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
        source: 'raw',
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
    const series = toSeries({ unit: '', source: 'raw', through: 0, bucketMs: 1_000, points: [[1_000, 1, 3, 2, 4]] }, 10_000);
    expect(append(series, 1_000, 9, 10_000)).toBe(series);
    expect(append(series, 2_000, 9, 10_000)).toMatchObject({ times: [1, 2], max: [3, 9], min: [1, 9] });
    expect(append(series, 50_000, 9, 10_000).mean).toEqual([2, null, 9]);
  });
  it('marks from the first bad sample to the next good one, and leaves the last span open', () => {
    const body: ReadingsBody = {
      unit: '',
      source: 'raw',
      through: 0,
      points: [
        [1_000, 12.5, 'good'],
        [2_000, null, 'bad'],
        [3_000, 4, 'bad'],
        [4_000, 5, 'good'],
        [5_000, null, 'bad'],
      ],
    };
    const series = toSeries(body, 10_000);
    expect(series.bad).toEqual([
      [2, 4],
      [5, Number.POSITIVE_INFINITY],
    ]);
    expect(append(series, 6_000, null, 10_000).bad).toEqual(series.bad);
    expect(append(series, 7_000, 6, 10_000).bad.at(-1)).toEqual([5, 7]);
    expect(append(append(series, 7_000, 6, 10_000), 8_000, null, 10_000).bad).toHaveLength(3);
  });
  it('tells bad quality from silence in buckets too, also where good values came beside it', () => {
    const body: ReadingsBody = {
      unit: '',
      source: 'hour',
      through: 0,
      bucketMs: 1_000,
      bad: [
        [1_000, 2],
        [2_000, 60],
        [3_000, 60],
        [60_000, 1],
      ],
      points: [
        [0, 1, 3, 2, 60],
        [1_000, 1, 3, 2, 58],
        [4_000, 1, 3, 2, 60],
      ],
    };
    const series = toSeries(body, 10_000);
    expect(series.mean).toEqual([2, 2, null, null, 2, null, null]);
    expect(series.gaps).toEqual([[4, 60]]);
    expect(series.bad).toEqual([
      [1, 2],
      [2, 4],
      [60, Number.POSITIVE_INFINITY],
    ]);
  });
  it('tells the silence of a device that has gone quiet, and that of a window without data', () => {
    expect(edgeGaps([10, 20], 0, 100_000, 15_000)).toEqual([[20, 100]]);
    expect(edgeGaps([50, 95], 0, 100_000, 15_000)).toEqual([[0, 50]]);
    expect(edgeGaps([5, 95], 0, 100_000, 15_000)).toEqual([]);
    expect(edgeGaps([], 0, 100_000, 15_000)).toEqual([[0, 100]]);
    // Samples that are all older than the window: all of it is silent.
    expect(edgeGaps([-30], 0, 100_000, 15_000)).toEqual([[0, 100]]);
    expect(edgeGaps([], 100_000, 100_000, 15_000)).toEqual([]);
  });
  it('draws as a dot what has no neighbour to draw a line to', () => {
    expect(lonely([1, null, 2, 3, null, undefined, 4])).toEqual([0, 6]);
    expect(lonely([12.5, null])).toEqual([0]);
  });
  it('is of the first point that can be drawn, also when its latest value is bad or missing', () => {
    const rows = [
      { key: 'state', measurement: 'state', value: 'producing' },
      { key: 'lel', measurement: 'lel', value: null },
      { key: 'temp', measurement: 'temp', value: 21 },
    ];
    const typeOf = (key: string): 'string' | 'number' => (key === 'state' ? 'string' : 'number');
    expect(pickPoint(rows, null, typeOf)?.key).toBe('lel');
    expect(pickPoint(rows, 'temp', typeOf)?.key).toBe('temp');
    expect(pickPoint(rows, 'gone', typeOf)?.key).toBe('lel');
    expect(pickPoint(rows, null, () => undefined)?.key).toBe('lel');
    expect(pickPoint([], null, typeOf)).toBeNull();
  });
});

describe('the last good value of a point that is bad now', () => {
  const raw = (points: ReadingsBody['points'], more: Partial<ReadingsBody> = {}): ReadingsBody => ({
    unit: '',
    source: 'raw',
    through: 0,
    points,
    ...more,
  });
  /** A reading store that answers as told, and keeps what it was asked. */
  function store(answers: readonly (ReadingsBody | null)[]): { readonly api: Api; readonly asked: Readonly<Record<string, unknown>>[] } {
    const asked: Readonly<Record<string, unknown>>[] = [];
    const get = async (_path: string, query?: Readonly<Record<string, unknown>>): Promise<Answer<unknown>> => {
      const body = answers[asked.length];
      asked.push(query ?? {});
      if (body === null || body === undefined) return { ok: false, problem: { type: '', title: '', status: 503, code: 'unavailable' } };
      return { ok: true, body, etag: null };
    };
    return { api: { get } as unknown as Api, asked };
  }

  it('is the newest that was not bad, whatever came after it', () => {
    expect(
      newestGood(
        raw([
          [1, 5, 'good'],
          [2, 12.5, 'good'],
          [3, null, 'bad'],
          [4, 99, 'bad'],
        ]),
      ),
    ).toEqual({ value: 12.5, quality: 'good', at: 2 });
    expect(newestGood(raw([[3, null, 'bad']]))).toBeNull();
  });
  it('is looked for in the last bucket that holds one, to its last page', async () => {
    const { api, asked } = store([
      raw(
        [
          [0, 1, 1, 1, 1],
          [60_000, 2, 12.5, 7, 2],
        ],
        { bucketMs: 60_000 },
      ),
      raw([[60_100, 2, 'good']], { next: 60_200 }),
      raw([
        [60_300, 12.5, 'good'],
        [60_400, null, 'bad'],
      ]),
    ]);
    expect(await findLastGood(api, 'GD', 'lel', null, 600_000)).toEqual({ value: 12.5, quality: 'good', at: 60_300 });
    expect(asked[1]).toMatchObject({ from: 60_000, to: 120_000 });
    expect(asked[2]).toMatchObject({ cursor: 60_200 });
  });
  it('says that there is none, or that it cannot be read, never a wrong number', async () => {
    expect(await findLastGood(store([raw([])]).api, 'GD', 'lel', null, 0)).toBe('none');
    expect(await findLastGood(store([null]).api, 'GD', 'lel', null, 0)).toBe('unread');
    expect(await findLastGood(store([raw([[0, 1, 1, 1, 1]], { bucketMs: 10 }), null]).api, 'GD', 'lel', null, 0)).toBe('unread');
  });
});
