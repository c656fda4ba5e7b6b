import { describe, expect, it } from 'vitest';
import { createTimes } from '../format/time.ts';
import { axisTime } from './axis-time.ts';
import { readingsTable } from './readings-table.ts';

const DAY_MS = 86_400_000;

describe('the window of a trend', () => {
  it('is labelled as closely as it needs', () => {
    const times = createTimes('Asia/Shanghai');
    const at = Date.UTC(2026, 10, 22, 16, 0, 5);
    const labels = [600_000, 8 * 3_600_000, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS].map((span) => axisTime(times, at, span));
    expect(labels).toEqual(['00:00:05', '00:00', '11-23 00:00', '11-23', '2026-11-23']);
  });

  it('is had as a table with the same source', () => {
    const of = { device: 'a/b', measurement: 'cable_temp', from: 0.5, to: 9.5, source: 'hour', lang: 'zh-CN' } as const;
    expect(readingsTable({ ...of, channel: 2 })).toBe(
      '/api/v1/devices/a%2Fb/readings.csv?measurement=cable_temp&channel=2&from=0&to=10&source=hour&lang=zh-CN',
    );
    expect(readingsTable({ ...of, channel: null })).not.toContain('channel');
  });
});
