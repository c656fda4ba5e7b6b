/** Numbers of readings for people. Pure. */
import type { Value } from '../../../../model/reading.ts';

/** At most four significant digits, no exponent, trailing zeros of a fixed number kept: 61 → `61.0` with `digits` 1. */
export function shownNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5;
  return String(Number(value.toFixed(digits)));
}

/** A value of a reading; null (a bad sample without a value) is `?`. */
export function shownValue(value: Value | undefined): string {
  if (value === null || value === undefined) return '?';
  return typeof value === 'number' ? shownNumber(value) : value;
}
