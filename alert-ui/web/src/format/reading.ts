/** A value of a reading as its kind of measurement wants it: a switch by its words, a status word by the names of its bits, a number with the decimals of its resolution. Pure. */
import type { MeasurementDef } from '../../../../model/profile.ts';
import type { Value } from '../../../../model/reading.ts';
import { shownNumber, shownValue } from './number.ts';

/** Words that depend on the language. */
export interface ReadingWords {
  /** What a switch says when it is 1 or 0. */
  switched(key: string, on: boolean): string;
  /** The bits that are set, lowest first; `code` is the limit that watches the bit, if one does. */
  bits(set: readonly { readonly bit: number; readonly code: string | null }[], def: Pick<MeasurementDef, 'ucum'>): string;
}

type Def = Pick<MeasurementDef, 'key' | 'valueType' | 'resolution' | 'limits' | 'ucum'>;

/** Decimals of a resolution: 0.1 → 1, 0.01 → 2, 1 and 5 → 0. */
export function decimalsOf(resolution: number): number {
  if (!(resolution > 0) || resolution >= 1) return 0;
  return Math.min(4, Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9)));
}

/** At least the decimals of the resolution, so that figures of one point stand under each other: 1 → `1.0`; a finer value is not cut to it. */
function padded(value: number, resolution: number): string {
  const text = shownNumber(value);
  const decimals = decimalsOf(resolution);
  return (text.split('.')[1]?.length ?? 0) >= decimals ? text : value.toFixed(decimals);
}

function setBits(value: number, limits: Def['limits']): { bit: number; code: string | null }[] {
  const set: { bit: number; code: string | null }[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (Math.floor(value / 2 ** bit) % 2 === 1) set.push({ bit, code: limits.find((l) => l.setPoint === `bit${bit}`)?.code ?? null });
  }
  return set;
}

/** @param def what the profile says of the measurement; undefined while it is not known. A null value (a bad sample without one) is `?`. */
export function shownReading(value: Value | undefined, def: Def | undefined, words: ReadingWords): string {
  if (typeof value !== 'number' || def === undefined) return shownValue(value);
  if (def.valueType === 'boolean' && (value === 0 || value === 1)) return words.switched(def.key, value === 1);
  if (def.valueType === 'bitmask' && Number.isInteger(value) && value >= 0) return words.bits(setBits(value, def.limits), def);
  return def.valueType === 'number' ? padded(value, def.resolution) : shownNumber(value);
}
