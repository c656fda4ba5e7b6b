/**
 * F05, zero drift beyond −5 % of the span (fact book 2.5). Three samples in a row, so that one disturbed conversion is no alarm: a
 * counter goes up below the limit and down above the return value, raises at its top and returns at its bottom. Between them it stays.
 */
const FULL = 3;

export function stepUnder(low: number, value: number, limits: { readonly enter: number; readonly leave: number }): number {
  if (value <= limits.enter) return Math.min(FULL, low + 1);
  return value >= limits.leave ? Math.max(0, low - 1) : low;
}

/** Found, well again, or as before. */
export function underFound(low: number, found: boolean): boolean {
  return low === FULL || (found && low > 0);
}
