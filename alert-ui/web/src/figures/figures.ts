/** How the figures of the alarm system are asked for and written. Pure. */
import type { Figures, Target } from '../../../../model/performance.ts';
import { LEVELS, type Level } from '../../../../model/level.ts';
import type { EpochMs } from '../../../../model/time.ts';
import { shownNumber } from '../format/number.ts';

const DAY_MS = 86_400_000;

export const PERIOD_DAYS = [1, 7, 30] as const;
export type PeriodDays = (typeof PERIOD_DAYS)[number];

/**
 * The last `days` days, but none before the first enterprise was registered: a time when nothing could ring would make every rate look better
 * than it was.
 * @param since when the first enterprise was registered; null = not known
 */
export function periodOf(days: PeriodDays, now: EpochMs, since: EpochMs | null): { readonly from: EpochMs; readonly to: EpochMs } {
  // The page's clock is the server's by estimate, with a fraction that no address takes.
  const to = Math.floor(now);
  const from = to - days * DAY_MS;
  return { from: since !== null && since > from && since < to ? since : from, to };
}

/** When the first enterprise was registered, before which nothing could ring; null until any is known. */
export function beganAt(enterprises: Iterable<{ readonly createdAt: EpochMs }>): EpochMs | null {
  let began: EpochMs | null = null;
  for (const { createdAt } of enterprises) if (began === null || createdAt < began) began = createdAt;
  return began;
}

const WORTH_SAYING_MS = 60_000;

/** For how long of the period nothing could ring, ms; 0 where that is not worth a word. */
export function unobserved({ from, to, observedMs }: Pick<Figures, 'from' | 'to' | 'observedMs'>): number {
  const missing = to - from - observedMs;
  return missing < WORTH_SAYING_MS ? 0 : missing;
}

/** Measures that are shares, 0…1; the others are counts and rates. */
const SHARES: ReadonlySet<string> = new Set(['hoursAbove30', 'tenMinutesAbove10', 'floodShare', 'worstShare']);

/** `12 %`, `0.4 %`; what is above nothing is never written as nothing. */
export function shownShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${shownNumber(Number(percent.toFixed(1)))} %`;
}

/** A rate or count: one decimal where there are any. */
export function shownRate(rate: number): string {
  return rate > 0 && rate < 0.1 ? '< 0.1' : shownNumber(Number(rate.toFixed(1)));
}

export function shownMeasure(name: string, value: number): string {
  return SHARES.has(name) ? shownShare(value) : shownRate(value);
}

/**
 * How well a measure does: as it should be, still manageable, or beyond that; unknown where nothing could ring, which meets no target.
 * @param observedMs for how long of the period something could ring
 */
export function standOf({ value, manageable, met }: Target, observedMs: number): 'met' | 'manageable' | 'missed' | 'unknown' {
  if (observedMs <= 0) return 'unknown';
  if (met) return 'met';
  return manageable !== null && value <= manageable ? 'manageable' : 'missed';
}

/** How the annunciated alarms are spread over the levels, each with its share of those that have one. */
export function spreadOf(
  byLevel: Figures['byLevel'],
): readonly { readonly level: Level; readonly count: number; readonly share: number }[] {
  const all = LEVELS.reduce((sum, level) => sum + byLevel[level], 0);
  return LEVELS.map((level) => ({ level, count: byLevel[level], share: all === 0 ? 0 : byLevel[level] / all }));
}
