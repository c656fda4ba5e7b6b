import type { Alarm } from '../../../../model/alarm.ts';
import type { LimitDir } from '../../../../model/profile.ts';

type Peak = Alarm['peak'];

/** The one furthest out in the direction of the limit; the first that is known where the limit has no direction, or none is known yet. */
export function furthest(dir: LimitDir | undefined, peaks: readonly Peak[]): Peak {
  let out: Peak = null;
  for (const one of peaks) {
    if (one === null) continue;
    if (out === null || (dir === 'hi' && one.value > out.value) || (dir === 'lo' && one.value < out.value)) out = one;
  }
  return out;
}
