/**
 * Which file a reading is in: one per UTC day of its sample time. By sample time, because then a reading written again falls on its
 * earlier row, a range opens only its own days, and deleting a day of raw data is deleting a file.
 */
import type { EpochMs } from '../../../model/time.ts';

/** Whole days since 1970-01-01 UTC. */
export type Day = number;

export const DAY_MS = 86_400_000;
/**
 * Samples stamped before 2000-01-01 (a device that starts in 1970, a forged year 1) share one file: otherwise a single device could
 * make hundreds of thousands of files.
 */
export const FIRST_DAY: Day = 10_957;
const EARLY_NAME = 'before-2000.db';

export function dayOf(at: EpochMs): Day {
  const day = Math.floor(at / DAY_MS);
  return day < FIRST_DAY ? FIRST_DAY - 1 : day;
}

export function fileNameOf(day: Day): string {
  return day < FIRST_DAY ? EARLY_NAME : `${new Date(day * DAY_MS).toISOString().slice(0, 10)}.db`;
}

/** The day of a file name, or null for any other file. */
export function dayOfFileName(name: string): Day | null {
  if (name === EARLY_NAME) return FIRST_DAY - 1;
  if (!/^\d{4}-\d{2}-\d{2}\.db$/.test(name)) return null;
  const at = Date.parse(`${name.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? null : at / DAY_MS;
}
