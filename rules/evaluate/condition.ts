import { type ArmedLimit, hasLeft, isTrue } from './plan.ts';

/**
 * One limit's own condition: off, waiting for its on-delay, on, or leaving through its off-delay. An excursion out of the
 * condition restarts the on-delay, one back over the return value restarts the off-delay (fact book 1.3).
 */
export type Phase = 0 | 1 | 2 | 3;
export const OFF = 0;
export const WAITING = 1;
export const ON = 2;
export const LEAVING = 3;

/** What of a limit its delays take. */
export type Delays = Pick<ArmedLimit, 'onDelayMs' | 'offDelayMs'>;

export interface Condition {
  phase: Phase;
  /** How much of the present delay has run, ms. */
  ran: number;
}

export function isOn(condition: Condition): boolean {
  return condition.phase >= ON;
}

/** Judges one value. Returns true when the limit went on or off by it. */
export function judge(condition: Condition, limit: ArmedLimit, value: number): boolean {
  const off = condition.phase === OFF || condition.phase === WAITING;
  return off ? take(condition, limit, isTrue(limit.test, value), false) : take(condition, limit, true, hasLeft(limit.test, value));
}

/** The same where the answers are known: it is true (asked while off), it is past the way back (asked while on). */
export function take(condition: Condition, limit: Delays, isTrueNow: boolean, hasLeftNow: boolean): boolean {
  switch (condition.phase) {
    case OFF:
      if (!isTrueNow) return false;
      condition.ran = 0;
      condition.phase = limit.onDelayMs > 0 ? WAITING : ON;
      return condition.phase === ON;
    case WAITING:
      if (isTrueNow) return false;
      condition.phase = OFF;
      condition.ran = 0;
      return false;
    case ON:
      if (!hasLeftNow) return false;
      condition.ran = 0;
      condition.phase = limit.offDelayMs > 0 ? LEAVING : OFF;
      return condition.phase === OFF;
    case LEAVING:
      if (hasLeftNow) return false;
      condition.phase = ON;
      condition.ran = 0;
      return false;
  }
}

/**
 * Brings the escalations among some limits to what those they rise from are now. Returns true when one went on or off by it: off with
 * its base, on through its time where lasting is what raises it; what else raises it is judged elsewhere.
 */
export function followBases(limits: readonly ArmedLimit[], conditions: readonly Condition[], from: number): boolean {
  let changed = false;
  for (let i = from; i < limits.length; i += 1) {
    const limit = limits[i];
    const condition = conditions[i];
    if (limit === undefined || condition === undefined || limit.test.kind !== 'follows') continue;
    const base = conditions[limit.test.base];
    const on = base !== undefined && isOn(base);
    if (take(condition, limit, on && limit.test.lasts, !on)) changed = true;
  }
  return changed;
}

/** Milliseconds until its delay ends, or -1 when none runs. */
export function remaining(condition: Condition, limit: Delays): number {
  if (condition.phase === WAITING) return Math.max(0, limit.onDelayMs - condition.ran);
  if (condition.phase === LEAVING) return Math.max(0, limit.offDelayMs - condition.ran);
  return -1;
}

/** Lets the delay run. Returns true when the limit went on or off by it. */
export function run(condition: Condition, limit: Delays, ms: number): boolean {
  const left = remaining(condition, limit);
  if (left < 0) return false;
  if (ms < left) {
    condition.ran += ms;
    return false;
  }
  condition.phase = condition.phase === WAITING ? ON : OFF;
  condition.ran = 0;
  return true;
}
