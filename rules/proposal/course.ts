import type { AntiChatter, LimitCourse } from '../../model/proposal.ts';
import type { EpochMs } from '../../model/time.ts';
import { type Condition, isOn, remaining, run, take } from '../evaluate/condition.ts';
import { CHATTERING_TIMES, CHATTERING_WITHIN_MS, FLEETING_BELOW_MS } from '../../model/performance.ts';

/** A stored reading; null = bad or none: it holds the condition, and no delay runs. */
export type HistoryPoint = readonly [at: EpochMs, value: number | null];

/** A `hi` or `lo` limit with a number as set point. */
export interface SimpleLimit {
  readonly dir: 'hi' | 'lo';
  readonly setPoint: number;
}

/** One limit judged on a history, oldest first, by the engine's own condition: how often it went on, chattered and was over at once. */
export function courseOf(
  points: readonly HistoryPoint[],
  limit: SimpleLimit,
  { deadband, onDelayMs, offDelayMs }: AntiChatter,
): LimitCourse {
  const sign = limit.dir === 'hi' ? 1 : -1;
  const edge = limit.setPoint * sign;
  const delays = { onDelayMs, offDelayMs };
  const condition: Condition = { phase: 0, ran: 0 };
  let alarms = 0;
  let chattering = 0;
  let fleeting = 0;
  let onAt: EpochMs | null = null;
  let recent: EpochMs[] = [];
  const went = (at: EpochMs): void => {
    if (isOn(condition)) {
      alarms += 1;
      onAt = at;
      recent = [...recent, at].slice(-CHATTERING_TIMES);
      if (recent.length < CHATTERING_TIMES || at - (recent[0] ?? at) > CHATTERING_WITHIN_MS) return;
      chattering += 1;
      recent = [];
    } else if (onAt !== null && at - onAt < FLEETING_BELOW_MS) fleeting += 1;
  };
  let before: EpochMs | null = null;
  let held = false;
  for (const [at, value] of points) {
    const left = remaining(condition, delays);
    if (before !== null && !held && left >= 0 && run(condition, delays, at - before)) went(before + left);
    before = at;
    held = value === null;
    if (value === null) continue;
    const was = isOn(condition);
    take(condition, delays, value * sign >= edge, value * sign <= edge - deadband);
    if (was !== isOn(condition)) went(at);
  }
  return { alarms, chattering, fleeting };
}
