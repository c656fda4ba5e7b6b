import type { LocalTime } from '../model/entry.ts';
import type { EpochMs } from '../model/time.ts';

/**
 * How local time runs in a time zone, as the steps that the start entry carries. The engine needs no table of time zones then, and a
 * replay under a newer table finds the business hours that held.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** No zone changes twice within this. */
const STRIDE_MS = 7 * DAY_MS;
/** Past it the last step goes on; every start looks anew. */
const AHEAD_MS = 3_653 * DAY_MS;

/** @param now steps from a day before it (our clock may be set back) to ten years on */
export function localTimeOf(zone: string, now: EpochMs): LocalTime {
  const minutesAt = offsetsOf(zone);
  const begin = Math.floor((now - DAY_MS) / MINUTE_MS) * MINUTE_MS;
  const offsets: [EpochMs, number][] = [[begin, minutesAt(begin)]];
  for (let at = begin; at < begin + AHEAD_MS; at += STRIDE_MS) {
    const after = minutesAt(at + STRIDE_MS);
    if (after === minutesAt(at)) continue;
    let low = at;
    let high = at + STRIDE_MS;
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (minutesAt(middle) === after) high = middle;
      else low = middle;
    }
    offsets.push([high, after]);
  }
  return { zone, offsets };
}

/** Minutes that local time is ahead of UTC, at a whole minute. */
function offsetsOf(timeZone: string): (at: EpochMs) => number {
  const clock = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = part;
    return Math.round((Date.UTC(year, month - 1, day, hour, minute) - at) / MINUTE_MS);
  };
}
