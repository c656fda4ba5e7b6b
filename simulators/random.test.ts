import { describe, expect, it } from 'vitest';
import { gaussianAt, roundTo, seedOf, uniformAt } from './random.ts';

const SAMPLES = 20_000;
const table = Array.from({ length: SAMPLES }, (_, i) => i);

describe('seeded chance', () => {
  it('is the same for the same seed and another for another', () => {
    expect(table.slice(0, 50).map((i) => uniformAt(7, i))).toEqual(table.slice(0, 50).map((i) => uniformAt(7, i)));
    expect(table.filter((i) => uniformAt(7, i) === uniformAt(8, i)).length).toBeLessThan(5);
    expect(seedOf(1, 'a')).not.toBe(seedOf(1, 'b'));
    expect(seedOf(1, 'a')).not.toBe(seedOf(2, 'a'));
  });

  it('is uniform: every tenth of [0, 1) gets a tenth', () => {
    const bins = Array.from({ length: 10 }, () => 0);
    for (const i of table) {
      const u = uniformAt(42, i);
      expect(u).toBeGreaterThanOrEqual(0);
      expect(u).toBeLessThan(1);
      const bin = Math.floor(u * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // Five standard deviations of a bin: √(20000 · 0.1 · 0.9) ≈ 42.
    for (const count of bins) expect(Math.abs(count - SAMPLES / 10)).toBeLessThan(212);
  });

  it('has mean 0 and variance 1 where it is normal, and neighbours that do not follow each other', () => {
    const values = table.map((i) => gaussianAt(42, i));
    const mean = values.reduce((sum, v) => sum + v, 0) / SAMPLES;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / SAMPLES;
    const lag = values.slice(1).reduce((sum, v, i) => sum + v * (values[i] ?? 0), 0) / SAMPLES;
    expect(Math.abs(mean)).toBeLessThan(0.036);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(Math.abs(lag)).toBeLessThan(0.036);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('rounds to a resolution', () => {
    expect(roundTo(12.345, 0.1)).toBe(12.3);
    expect(roundTo(12.345, 0.01)).toBe(12.35);
    expect(roundTo(12.345, 5)).toBe(10);
    expect(roundTo(0.1 + 0.2, 0.1)).toBe(0.3);
  });
});
