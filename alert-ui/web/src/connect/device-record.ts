/** What is typed into the record of a device, and what of it is another thing than it was. Days are those of the installation's zone. Pure. */
import type { Device, DeviceMode } from '../../../../model/asset.ts';
import type { Profile } from '../../../../model/profile.ts';
import type { Times } from '../format/time.ts';

export const MODES = ['live', 'commissioning', 'test'] as const satisfies readonly DeviceMode[];

export interface Typed {
  name: string;
  mode: DeviceMode;
  /** As a date field has it; empty = not known. */
  installed: string;
  calibrated: string;
}

type Days = Pick<Times, 'full' | 'dayStart'>;

/** `2026-11-28`; empty where there is none. */
export function dayOf(times: Days, ms: number | null): string {
  return ms === null ? '' : times.full(ms).slice(0, 10);
}

/** Only what was touched: a day that stays keeps its hour, and what may not be changed is not sent. */
export function changedFields(times: Days, base: Device, typed: Typed): Partial<Device> {
  const name = typed.name.trim();
  const day = (field: 'installedAt' | 'calibratedAt', text: string): Partial<Device> =>
    text === dayOf(times, base[field]) ? {} : { [field]: times.dayStart(text) };
  return {
    ...(name === base.name ? {} : { name }),
    ...(typed.mode === base.mode ? {} : { mode: typed.mode }),
    ...day('installedAt', typed.installed),
    ...day('calibratedAt', typed.calibrated),
  };
}

const DAY_MS = 86_400_000;

/** When it is to be calibrated next, by the days of its kind (`rules/health/due-dates.ts`; a test holds the two together); null = never, or not known. */
export function calibrationDueAt(
  { calibratedAt, installedAt }: Pick<Device, 'calibratedAt' | 'installedAt'>,
  profile: Pick<Profile, 'calibrationDays'> | undefined,
): number | null {
  const from = calibratedAt ?? installedAt;
  return from === null || profile?.calibrationDays === undefined ? null : from + profile.calibrationDays * DAY_MS;
}
