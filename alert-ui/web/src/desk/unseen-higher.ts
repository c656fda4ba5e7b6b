import type { AlarmEvent } from '../../../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../../../model/level.ts';
import type { EpochMs } from '../../../../model/time.ts';

export interface UnseenHigher {
  readonly level: Level;
  readonly until: EpochMs;
}

/**
 * The worst level that an alarm was at and fell back from before anybody acknowledged it, and until when; null where there was none. Its
 * level is that of what is on (semantics 6): that it had been worse stands in its events alone.
 * @param level of the alarm now
 * @param events of one occurrence, oldest first
 */
export function unseenHigher(level: Level, events: readonly Pick<AlarmEvent, 'type' | 'at' | 'level'>[]): UnseenHigher | null {
  let at: Level | null = null;
  let worst: UnseenHigher | null = null;
  let returnedAt: EpochMs | null = null;
  /** Up to which rank somebody has it. */
  let seen = 0;
  for (const event of events) {
    const next: Level | null = event.level ?? at;
    if (at !== null && next !== null && LEVEL_RANK[next] < LEVEL_RANK[at] && LEVEL_RANK[at] > seen) {
      const until = event.type === 're-announced' && returnedAt !== null ? returnedAt : event.at;
      if (worst === null || LEVEL_RANK[at] >= LEVEL_RANK[worst.level]) worst = { level: at, until };
    }
    at = next;
    if (event.type === 'acknowledged' && at !== null) {
      worst = null;
      seen = LEVEL_RANK[at];
    }
    if (event.type === 'withdrawn' || event.type === 're-announced') seen = 0;
    if (event.type === 'returned') returnedAt = event.at;
  }
  return worst !== null && LEVEL_RANK[worst.level] > LEVEL_RANK[level] ? worst : null;
}
