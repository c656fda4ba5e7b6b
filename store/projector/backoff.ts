const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/**
 * Pause before the next attempt, ms. Doubles from 250 ms to 30 s; the jitter (half to whole) keeps several platforms from falling
 * upon a database that has just come back at the same instant.
 * @param attempts failed ones in a row, ≥ 1.
 * @param chance in [0, 1).
 */
export function backoffMs(attempts: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, Math.max(0, attempts - 1)));
  return Math.round(whole * (0.5 + 0.5 * chance));
}
