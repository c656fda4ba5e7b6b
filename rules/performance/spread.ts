import type { Spread } from '../../model/performance.ts';

/** Spread of durations, ms; percentiles by nearest rank, so that each is a duration that really was. Sorts what it is given. */
export function spreadOf(durations: number[]): Spread {
  const count = durations.length;
  if (count === 0) return { count, mean: null, p50: null, p90: null, p95: null, max: null };
  durations.sort((a, b) => a - b);
  const rank = (p: number): number | null => durations[Math.max(0, Math.ceil((p / 100) * count) - 1)] ?? null;
  const sum = durations.reduce((total, one) => total + one, 0);
  return { count, mean: sum / count, p50: rank(50), p90: rank(90), p95: rank(95), max: durations.at(-1) ?? null };
}
