import { describe, expect, it } from 'vitest';
import { beganAt, periodOf, shownMeasure, shownRate, shownShare, spreadOf, standOf, unobserved } from './figures.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 28);

describe('the figures of the alarm system', () => {
  it('leave out the time before the first enterprise: eleven alarms in the first ten minutes are not 0.015 an hour', () => {
    const began = NOW - 600_000;
    expect(periodOf(30, NOW, began)).toEqual({ from: began, to: NOW });
    expect(periodOf(30, NOW, NOW - 40 * DAY_MS)).toEqual({ from: NOW - 30 * DAY_MS, to: NOW });
    expect(periodOf(7, NOW, null)).toEqual({ from: NOW - 7 * DAY_MS, to: NOW });
    expect(periodOf(1, NOW + 0.75, null)).toEqual({ from: NOW - DAY_MS, to: NOW });
    // A clock that went back: an empty period would be refused.
    expect(periodOf(1, NOW, NOW + 1)).toEqual({ from: NOW - DAY_MS, to: NOW });
  });
  it('say for how long of the period nothing could ring, where that is worth a word', () => {
    const of = (observedMs: number) => unobserved({ from: NOW - DAY_MS, to: NOW, observedMs });
    expect([of(DAY_MS), of(DAY_MS - 59_999), of(DAY_MS - 60_000), of(0)]).toEqual([0, 0, 60_000, DAY_MS]);
  });
  it('begin with the first enterprise', () => {
    expect([beganAt([]), beganAt([{ createdAt: 7 }, { createdAt: 3 }, { createdAt: 5 }])]).toEqual([null, 3]);
  });
  it('are written short, and what is more than nothing is never written as nothing', () => {
    expect([0, 0.0000004, 0.004, 0.123456, 1].map(shownShare)).toEqual(['0 %', '< 0.1 %', '0.4 %', '12.3 %', '100 %']);
    expect([0, 0.015, 0.16, 6, 12.34].map(shownRate)).toEqual(['0', '< 0.1', '0.2', '6', '12.3']);
    expect([shownMeasure('floodShare', 0.5), shownMeasure('perHour', 0.5)]).toEqual(['50 %', '0.5']);
  });
  it('say whether a target is met, missed but manageable, or missed', () => {
    const of = (value: number, manageable: number | null) =>
      standOf({ name: 'perHour', value, target: 6, manageable, met: value <= 6 }, DAY_MS);
    expect([of(6, 12), of(12, 12), of(12.1, 12), of(7, null)]).toEqual(['met', 'manageable', 'missed', 'missed']);
    expect(standOf({ name: 'perHour', value: 0, target: 6, manageable: 12, met: true }, 0)).toBe('unknown');
  });
  it('are spread over the levels, worst first; nothing at all is no division by nothing', () => {
    expect(spreadOf({ red: 1, orange: 1, yellow: 2, blue: 0 }).map(({ level, share }) => [level, share])).toEqual([
      ['red', 0.25],
      ['orange', 0.25],
      ['yellow', 0.5],
      ['blue', 0],
    ]);
    expect(spreadOf({ red: 0, orange: 0, yellow: 0, blue: 0 }).map(({ share }) => share)).toEqual([0, 0, 0, 0]);
  });
});
