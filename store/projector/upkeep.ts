/**
 * What the projector does for its store while it rests: hours that are over are rolled up, a little at a time. A store that fails at it
 * is tried again later; its readings are not held up by that, and what is due stays due.
 */
import type { ReadingStore } from '../../model/ports/reading-store.ts';
import type { EpochMs } from '../../model/time.ts';
import { asStoreFailure } from '../readings/failure.ts';

/** Of each quarter of a second, so that rolling up takes an eighth of the thread at most while readings come in. */
const BUDGET_MS = 30;
const PAUSE_AFTER_FAILURE_MS = 30_000;

export interface Upkeep {
  /**
   * Never rejects.
   * @param busy readings came in since the turn before.
   * @returns there is more to do, and time for it.
   */
  turn(now: EpochMs, busy: boolean): Promise<boolean>;
  /** Beginning of the oldest hour that is not rolled up, as far as the last turn knew. */
  dueFrom(): EpochMs | null;
  /** Why the last turn failed; null when well. */
  trouble(): string | null;
}

export function createUpkeep(store: Pick<ReadingStore, 'rollUp'>): Upkeep {
  let dueFrom: EpochMs | null = null;
  let trouble: string | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;

  return {
    async turn(now, busy) {
      // A clock that was set back does not hold it up for longer than the pause.
      if (now < notBefore && notBefore - now <= PAUSE_AFTER_FAILURE_MS) return false;
      try {
        const step = await store.rollUp(now, BUDGET_MS);
        dueFrom = step.oldestDue;
        trouble = null;
        return step.more && !busy;
      } catch (error) {
        trouble = asStoreFailure(error).message;
        notBefore = now + PAUSE_AFTER_FAILURE_MS;
        return false;
      }
    },
    dueFrom: () => dueFrom,
    trouble: () => trouble,
  };
}
