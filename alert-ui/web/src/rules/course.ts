/** The result of a backtest as people ask for it: what would have come, not come, or come at another time or level. Pure. */
import type { Alarm } from '../../../../model/alarm.ts';
import type { BacktestAlarm, BacktestResult } from '../../../../model/backtest.ts';

/** One alarm of the present rules beside the one the change would have given in its place. */
export interface Moved {
  readonly before: BacktestAlarm;
  readonly after: BacktestAlarm;
}
export interface Told {
  readonly added: readonly BacktestAlarm[];
  readonly removed: readonly BacktestAlarm[];
  /** Another time of coming or going, another level, another number of annunciations; by the time it came. */
  readonly moved: readonly Moved[];
}

function identity({ deviceId, hazardSourceId, measurement, channel, ladder }: Alarm): string {
  return JSON.stringify([deviceId, deviceId === null ? hazardSourceId : null, measurement, channel, ladder]);
}
/** Both were there at some moment. */
function overlap(a: Alarm, b: Alarm): boolean {
  return a.raisedAt <= (b.returnedAt ?? Number.POSITIVE_INFINITY) && b.raisedAt <= (a.returnedAt ?? Number.POSITIVE_INFINITY);
}
const byTime = (a: BacktestAlarm, b: BacktestAlarm): number => a.alarm.raisedAt - b.alarm.raisedAt;

/** The platform tells alarms apart by when they came; one that came a moment later over the same exceedance is the same for people. */
export function toldOf({ added, removed, changed }: Pick<BacktestResult, 'added' | 'removed' | 'changed'>): Told {
  const waiting = new Map<string, BacktestAlarm[]>();
  for (const one of [...added].sort(byTime)) {
    const key = identity(one.alarm);
    waiting.set(key, [...(waiting.get(key) ?? []), one]);
  }
  const moved: Moved[] = [...changed];
  const gone: BacktestAlarm[] = [];
  for (const before of [...removed].sort(byTime)) {
    const candidates = waiting.get(identity(before.alarm)) ?? [];
    const i = candidates.findIndex((one) => overlap(one.alarm, before.alarm));
    const [after] = i < 0 ? [] : candidates.splice(i, 1);
    if (after === undefined) gone.push(before);
    else moved.push({ before, after });
  }
  return {
    added: [...waiting.values()].flat().sort(byTime),
    removed: gone,
    moved: moved.sort((a, b) => byTime(a.before, b.before)),
  };
}
