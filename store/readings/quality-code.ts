/**
 * Quality and flags as one small number. The numbers are part of the day files' format: never given again, never reordered.
 */
import { FLAGS, type Flag, type Quality, QUALITIES } from '../../model/reading.ts';

const QUALITY_CODE: Readonly<Record<Quality, number>> = { good: 0, uncertain: 1, bad: 2, test: 3, maintenance: 4, substituted: 5 };
const FLAG_BIT: Readonly<Record<Flag, number>> = {
  sensor: 1,
  communication: 2,
  'out-of-range': 4,
  'warm-up': 8,
  clock: 16,
  'stale-retained': 32,
};

/** Low three bits: quality; the flags' bits from 8 on. */
const FLAG_SHIFT = 8;

/** Of `counts` in `grid.ts`, in SQL: the quality part of `code` is not this. */
export const BAD_CODE = QUALITY_CODE.bad;

export function qualityCode(quality: Quality, flags: readonly Flag[]): number {
  let bits = 0;
  for (const flag of flags) bits |= FLAG_BIT[flag];
  return QUALITY_CODE[quality] + bits * FLAG_SHIFT;
}

const QUALITY_BY_CODE: readonly (Quality | undefined)[] = Array.from({ length: FLAG_SHIFT }, (_, code) =>
  QUALITIES.find((quality) => QUALITY_CODE[quality] === code),
);

/** @throws RangeError for a number this build does not know: the file was written by a newer one. */
export function qualityOf(code: number): Quality {
  const found = QUALITY_BY_CODE[code % FLAG_SHIFT];
  if (found === undefined) throw new RangeError(`unknown quality code ${code} in a stored reading`);
  return found;
}

export function flagsOf(code: number): readonly Flag[] {
  const bits = Math.floor(code / FLAG_SHIFT);
  return bits === 0 ? [] : FLAGS.filter((flag) => (bits & FLAG_BIT[flag]) !== 0);
}
