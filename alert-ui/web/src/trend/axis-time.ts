/** How a moment stands under the trend: as closely as the window needs it. Pure. */
import type { Times } from '../format/time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** @param spanMs length of the window. */
export function axisTime(times: Times, at: number, spanMs: number): string {
  if (spanMs > 100 * DAY_MS) return times.full(at).slice(0, 10);
  if (spanMs > 8 * DAY_MS) return times.full(at).slice(5, 10);
  if (spanMs > DAY_MS) return times.full(at).slice(5, 16);
  return times.clock(at).slice(0, spanMs > 30 * MINUTE_MS ? 5 : 8);
}
