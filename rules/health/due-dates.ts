import type { Device } from '../../model/asset.ts';
import type { Profile } from '../../model/profile.ts';

/**
 * Calibration overdue (F08) and end of life (F06), by the calendar: the day of calibration, or of installation where it was never
 * calibrated since, and the profile's days. A day that is not filled in makes nothing due.
 */
const DAY_MS = 86_400_000;

export interface Due {
  readonly code: 'F06' | 'F08';
  /** On the line, which follows the wall clock and no step of it. */
  readonly at: number;
}

export function dueDates(asset: Device, profile: Profile): readonly Due[] {
  const dues: Due[] = [];
  const calibrated = asset.calibratedAt ?? asset.installedAt;
  if (profile.calibrationDays !== undefined && calibrated !== null)
    dues.push({ code: 'F08', at: calibrated + profile.calibrationDays * DAY_MS });
  if (profile.lifeDays !== undefined && asset.installedAt !== null)
    dues.push({ code: 'F06', at: asset.installedAt + profile.lifeDays * DAY_MS });
  return dues;
}

const NOTHING: readonly string[] = Object.freeze([]);

/** Codes that are due at a place on the line, and when the next becomes so (-1 = never). */
export function dueNow(dues: readonly Due[], line: number): { readonly codes: readonly string[]; readonly next: number } {
  if (dues.length === 0) return { codes: NOTHING, next: -1 };
  const codes: string[] = [];
  let next = -1;
  for (const { code, at } of dues) {
    if (at <= line) codes.push(code);
    else if (next < 0 || at < next) next = at;
  }
  return { codes: codes.length === 0 ? NOTHING : codes.sort(), next };
}
