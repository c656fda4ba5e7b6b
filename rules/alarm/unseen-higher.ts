import type { Alarm } from '../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AlarmFacts } from './step.ts';

/**
 * The worst level that an alarm was at and fell back from before anybody acknowledged it, and until when. Its level is that of what is on
 * (semantics 6), so whoever looks now would take it for milder than it was; an acknowledgement covers no level that nobody saw.
 */
export interface UnseenHigher {
  readonly level: Level;
  readonly until: EpochMs;
}

/**
 * What nobody saw, after a judgement. What was acknowledged meanwhile is forgotten here and not at once: a withdrawal brings it back.
 * @param until when the level of before was last there
 */
export function unseenHigherAfter(
  known: UnseenHigher | undefined,
  before: AlarmFacts,
  after: AlarmFacts,
  until: EpochMs,
): UnseenHigher | undefined {
  const kept = before.acknowledged ? undefined : known;
  const was = before.shown.level;
  const seen = before.acknowledgedLevel;
  const fell = LEVEL_RANK[after.shown.level] < LEVEL_RANK[was];
  if (!fell || (seen !== null && LEVEL_RANK[was] <= LEVEL_RANK[seen])) return kept;
  return kept !== undefined && LEVEL_RANK[kept.level] > LEVEL_RANK[was] ? kept : { level: was, until };
}

/** As the outside sees it: while nobody has it, and it is milder than it was. */
export function shownUnseenHigher(facts: AlarmFacts, known: UnseenHigher | undefined): Pick<Alarm, 'unseenHigher'> {
  if (known === undefined || facts.acknowledged || LEVEL_RANK[known.level] <= LEVEL_RANK[facts.shown.level]) return {};
  return { unseenHigher: known };
}
