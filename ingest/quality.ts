// What a device says about its own values: a quality per key and fault codes.
import type { Flag, Quality } from '../model/reading.ts';

export interface Mark {
  readonly quality: Quality;
  readonly flags: readonly Flag[];
}

/** Shared by all plainly good values. */
export const NO_FLAGS: readonly Flag[] = Object.freeze([]);

const mark = (quality: Quality, ...flags: Flag[]): Mark => ({ quality, flags });

/** Words of the `quality` field. */
const WORDS: ReadonlyMap<unknown, Mark> = new Map([
  ['good', { quality: 'good' as Quality, flags: NO_FLAGS }],
  ['uncertain', mark('uncertain')],
  ['bad', mark('bad')],
  ['bad_sensor', mark('bad', 'sensor')],
  ['bad_comm', mark('bad', 'communication')],
  ['out_of_range', mark('uncertain', 'out-of-range')],
  ['warm_up', mark('uncertain', 'warm-up')],
  ['warm-up', mark('uncertain', 'warm-up')],
  ['test', mark('test')],
  ['maintenance', mark('maintenance')],
  ['substituted', mark('substituted')],
]);

export function qualityOf(word: unknown): Mark | undefined {
  return WORDS.get(word);
}

/** What a fault code of one point says about that point's value: open and short circuit leave none to judge. */
const FAULT_MARKS: ReadonlyMap<string, Mark> = new Map([
  ['F01', mark('bad', 'communication')],
  ['F02', mark('bad', 'sensor')],
  ['F03', mark('bad', 'sensor')],
  ['F04', mark('uncertain', 'out-of-range')],
  ['F05', mark('uncertain', 'out-of-range')],
  ['F06', mark('uncertain', 'sensor')],
  ['F07', mark('uncertain', 'sensor')],
  ['F21', mark('uncertain', 'sensor')],
  ['F22', mark('uncertain', 'warm-up')],
]);

export function faultMark(code: string): Mark | undefined {
  return FAULT_MARKS.get(code);
}

/** F01 … F22 of the fault table. */
export function isFaultCode(value: unknown): value is string {
  return typeof value === 'string' && /^F(0[1-9]|1\d|2[0-2])$/.test(value);
}

/** A worse quality is never covered by a better one; test, maintenance and substituted were said on purpose. */
const SEVERITY: Readonly<Record<Quality, number>> = { good: 0, uncertain: 1, substituted: 2, test: 3, maintenance: 4, bad: 5 };

export function combine(a: Mark, b: Mark): Mark {
  const quality = SEVERITY[a.quality] >= SEVERITY[b.quality] ? a.quality : b.quality;
  const flags = [...a.flags, ...b.flags.filter((flag) => !a.flags.includes(flag))];
  return { quality, flags };
}
