import type { Drift } from './point-health.ts';

/**
 * Slow drift of the calm baseline of a gas sensor, by a two-sided CUSUM over means of one hour. The first day after installation or
 * calibration is the baseline (a background that is always there belongs to it). An hour counts by how far its mean is from the
 * baseline, in per cent of the span, at most 3; what exceeds the allowance of 1 is summed, and 24 raises: 2 % of the span for a day, 3 %
 * for half a day. Samples further than 5 % away are cut to that, so that a release is one hour's news and no drift.
 * Returns when the sum has run out again, or with a new calibration.
 */
const BLOCK_MS = 3_600_000;
/** Fewer samples make no mean: the hour is put to the next. */
const LEAST = 3;
const BASE_BLOCKS = 24;
const ALLOWANCE = 1;
const AT_MOST = 3;
const RAISES_AT = 24;
const CUT = 5;

export function newDrift(line: number): Drift {
  return { from: line, sum: 0, count: 0, base: 0, learned: 0, up: 0, down: 0 };
}

/** Takes one good value at its place on the line; `unit` is one per cent of the span. Returns whether the baseline has moved. */
export function stepDrift(drift: Drift, unit: number, value: number, line: number, found: boolean): boolean {
  let now = found;
  if (line - drift.from >= BLOCK_MS) {
    if (drift.count >= LEAST) now = endBlock(drift, unit, found);
    if (drift.count >= LEAST || line - drift.from >= BASE_BLOCKS * BLOCK_MS) {
      drift.from = line;
      drift.sum = 0;
      drift.count = 0;
    }
  }
  const off = drift.learned < BASE_BLOCKS ? value : Math.max(drift.base - CUT * unit, Math.min(drift.base + CUT * unit, value));
  drift.sum += off;
  drift.count += 1;
  return now;
}

function endBlock(drift: Drift, unit: number, found: boolean): boolean {
  const mean = drift.sum / drift.count;
  if (drift.learned < BASE_BLOCKS) {
    drift.base = Number(((drift.base * drift.learned + mean) / (drift.learned + 1)).toPrecision(9));
    drift.learned += 1;
    return false;
  }
  const off = Math.max(-AT_MOST, Math.min(AT_MOST, (mean - drift.base) / unit));
  drift.up = sum(drift.up, off);
  drift.down = sum(drift.down, -off);
  const most = Math.max(drift.up, drift.down);
  return most >= RAISES_AT || (found && most > 0);
}

/** Never more than twice the limit, so that a drift that was mended is seen to be after two days at most. */
function sum(before: number, off: number): number {
  return Math.min(2 * RAISES_AT, Math.max(0, Number((before + off - ALLOWANCE).toFixed(3))));
}
