import type { Clock } from '../model/ports/clock.ts';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 30 * 60_000;

/** Growth of a size over the last half hour, bytes per hour; 0 while unknown or shrinking. */
export function watchGrowth(clock: Clock): { perHour(bytes: number): number } {
  const seen: { at: number; bytes: number }[] = [];
  return {
    perHour(bytes) {
      const at = clock.mono();
      const last = seen.at(-1);
      if (last === undefined || at - last.at >= 60_000) seen.push({ at, bytes });
      while (seen.length > 1 && at - (seen[0]?.at ?? at) > WINDOW_MS) seen.shift();
      const first = seen[0];
      if (first === undefined || at - first.at < 60_000 || bytes <= first.bytes) return 0;
      return ((bytes - first.bytes) * HOUR_MS) / (at - first.at);
    },
  };
}
