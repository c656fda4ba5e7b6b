import { pointKey, type Sample } from '../model/reading.ts';
import type { DoubtCode, Refusal } from '../model/rejection.ts';

/**
 * What of an accepted message was kept but not simply believed (semantics 1): a value outside its profile's range, a stamp that was
 * replaced by the arrival, a stamp that could not be read (refused by itself; its values count). Its line in the ledger says so, or the
 * sender would take "accepted" for "good". Pure.
 */
export interface Doubt {
  readonly reason: DoubtCode;
  /** Values and stamps that were doubted, the first few by name. */
  readonly detail: string;
}

/** Doubts told by name; the rest is counted. */
const TOLD = 3;

/**
 * @param refused what of the same message was refused
 * @param rangeOf smallest and largest value of a measurement in the profile's unit, where known
 */
export function doubtsOf(
  samples: readonly Sample[],
  refused: readonly Refusal[],
  rangeOf: (device: string, measurement: string) => readonly [number, number] | undefined,
): Doubt | null {
  let told: string[] | null = null;
  let count = 0;
  let outside = false;
  let unread = false;
  for (const { code } of refused) {
    if (code !== 'BAD_TIMESTAMP') continue;
    unread = true;
    count += 1;
    told ??= [];
    if (told.length < TOLD) told.push('ts: judged by arrival');
  }
  for (const { device, sampleAt, stampedAt, values } of samples) {
    if (stampedAt !== null && stampedAt !== sampleAt) {
      count += 1;
      told ??= [];
      if (told.length < TOLD) told.push(`ts: ${new Date(stampedAt).toISOString()} replaced by the arrival`);
    }
    for (const { measurement, channel, value, flags } of values) {
      if (!flags.includes('out-of-range')) continue;
      count += 1;
      outside = true;
      told ??= [];
      if (told.length >= TOLD) continue;
      const range = rangeOf(device, measurement);
      told.push(`${pointKey(measurement, channel)}: ${value}${range === undefined ? '' : ` is outside ${range[0]} to ${range[1]}`}`);
    }
  }
  if (told === null) return null;
  const more = count - told.length;
  return {
    reason: outside ? 'OUT_OF_RANGE' : unread ? 'BAD_TIMESTAMP' : 'CLOCK_REPLACED',
    detail: [...told, ...(more > 0 ? [`and ${more} more doubted`] : [])].join('; '),
  };
}
