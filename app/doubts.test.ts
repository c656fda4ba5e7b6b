import { describe, expect, it } from 'vitest';
import type { Sample, SampleValue } from '../model/reading.ts';
import { doubtsOf } from './doubts.ts';

const NOON = Date.UTC(2026, 10, 28, 12);
const value = (measurement: string, of: number, flags: SampleValue['flags'] = []): SampleValue => ({
  measurement,
  channel: null,
  value: of,
  quality: flags.length === 0 ? 'good' : 'uncertain',
  flags,
});
const sample = (values: readonly SampleValue[], stampedAt: number | null = null): Sample => ({
  device: 'd',
  sampleAt: NOON,
  stampedAt,
  values,
});
const range = (): readonly [number, number] => [0, 100];

describe('what was doubted of an accepted message', () => {
  it('is nothing where all is good, also with a stamp of its own that was believed', () => {
    expect(doubtsOf([sample([value('lel', 12)]), sample([value('lel', 12)], NOON)], [], range)).toBeNull();
  });
  it('is a value outside its range, with the range', () => {
    expect(doubtsOf([sample([value('lel', 105, ['out-of-range'])])], [], range)).toEqual({
      reason: 'OUT_OF_RANGE',
      detail: 'lel: 105 is outside 0 to 100',
    });
    expect(doubtsOf([sample([value('lel', 105, ['out-of-range'])])], [], () => undefined)?.detail).toBe('lel: 105');
  });
  it('is a stamp that was replaced, with the stamp as it was sent', () => {
    expect(doubtsOf([sample([value('lel', 3)], NOON + 86_400_000)], [], range)).toEqual({
      reason: 'CLOCK_REPLACED',
      detail: 'ts: 2026-11-29T12:00:00.000Z replaced by the arrival',
    });
  });
  it('is a stamp that was not understood: it is refused by itself, and the values beside it count', () => {
    const refused = [{ code: 'BAD_TIMESTAMP', device: 'd', at: 'ts' } as const];
    expect(doubtsOf([sample([value('lel', 3)])], refused, range)).toEqual({
      reason: 'BAD_TIMESTAMP',
      detail: 'ts: judged by arrival',
    });
    expect(doubtsOf([sample([value('lel', 3)])], [{ code: 'WRONG_TYPE', device: 'd', at: 'co' }], range)).toBeNull();
  });
  it('is the value before the stamp where both are doubted, and more than three are counted', () => {
    const wide = ['a', 'b', 'c', 'd'].map((key) => value(key, -5, ['out-of-range']));
    expect(doubtsOf([sample(wide, NOON + 86_400_000)], [], range)).toEqual({
      reason: 'OUT_OF_RANGE',
      detail:
        'ts: 2026-11-29T12:00:00.000Z replaced by the arrival; a: -5 is outside 0 to 100; b: -5 is outside 0 to 100; and 2 more doubted',
    });
  });
  it('is not a fault the device itself reports: that has its own alarm', () => {
    expect(doubtsOf([sample([value('lel', 3, ['sensor', 'warm-up'])])], [], range)).toBeNull();
  });
});
