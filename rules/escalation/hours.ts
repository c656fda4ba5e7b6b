import type { BusinessHours } from '../../model/asset.ts';
import type { LocalTime } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import { offsetMs } from '../time/local-time.ts';

/** Whether somebody is at work at an enterprise, by its business hours. Pure: how local time runs comes with the start entry. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_DAY = 4;
/** Hours that go on into each other are followed this often; past it somebody is always there. */
const MAX_STEPS = 64;

/** Minutes since midnight of `HH:MM`, or null. */
export function minutesOf(text: string): number | null {
  const parts = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (parts === null) return null;
  const minutes = Number(parts[1]) * 60 + Number(parts[2]);
  return minutes <= 24 * 60 ? minutes : null;
}

/** 1 = Monday … 7 = Sunday of a day since 1970. */
function weekday(day: number): number {
  return ((((day + FIRST_DAY - 1) % 7) + 7) % 7) + 1;
}

/** End, in local time, of the hours that hold at a local time, or null where none do. */
function endAt(hours: readonly BusinessHours[], localMs: number): number | null {
  let end: number | null = null;
  const today = Math.floor(localMs / DAY_MS);
  for (const { days, from, to } of hours) {
    const begins = minutesOf(from);
    const ends = minutesOf(to);
    if (begins === null || ends === null) continue;
    const lastsMs = (ends > begins ? ends - begins : ends - begins + 24 * 60) * MINUTE_MS;
    for (const day of [today - 1, today]) {
      const start = day * DAY_MS + begins * MINUTE_MS;
      if (!days.includes(weekday(day)) || localMs < start || localMs >= start + lastsMs) continue;
      if (end === null || start + lastsMs > end) end = start + lastsMs;
    }
  }
  return end;
}

/**
 * When the business hours that hold now end, wall ms; null = nobody is at work now. Without hours, or while local time is not known,
 * nobody ever is.
 */
export function atWorkUntil(hours: readonly BusinessHours[] | undefined, local: LocalTime | null, at: EpochMs): EpochMs | null {
  if (hours === undefined || hours.length === 0 || local === null) return null;
  let until: EpochMs | null = null;
  let next = at;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const end = endAt(hours, next + offsetMs(local, next));
    if (end === null) return until;
    // The offset of the end, where local time steps before it.
    const guess = end - offsetMs(local, next);
    next = end - offsetMs(local, guess);
    // Local time steps back over the end: it comes once more.
    if (next <= (until ?? at)) return guess > at ? guess : at + MINUTE_MS;
    until = next;
  }
  return until;
}
