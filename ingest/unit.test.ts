import { describe, expect, it } from 'vitest';
import { convert, convertible } from './unit.ts';

describe('declared units', () => {
  it.each([
    [32, '[degF]', 'Cel', 0],
    [212, '[degF]', 'Cel', 100],
    [273.15, 'K', 'Cel', 0],
    [25, 'Cel', 'K', 298.15],
    [1, 'MPa', 'kPa', 1000],
    [10, 'bar', 'MPa', 1],
    [500, 'Pa', 'kPa', 0.5],
    [0.5, '1', '%', 50],
    [36, 'km/h', 'm/s', 10],
    [1, '%{VOL}', '[ppm]', 10_000],
    [2, 'A', 'mA', 2000],
    [7.3, 'Cel', 'Cel', 7.3],
  ])('%d %s in %s… is %d', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBe(expected);
    expect(convertible(from, to)).toBe(true);
  });

  it.each([
    ['[ppm]', 'mg/m3'],
    ['%{LEL}', '%{VOL}'],
    ['%', '%{VOL}'],
    ['Cel', 'Pa'],
    ['toString', 'Cel'],
    ['Cel', ''],
  ])('%s is never turned into %s', (from, to) => {
    expect(convertible(from, to)).toBe(false);
    expect(convert(1, from, to)).toBeNull();
  });
});
