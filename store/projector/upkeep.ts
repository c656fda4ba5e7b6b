/**
 * What the projector does for its store while it rests: hours that are over are rolled up, a little at a time, and once an hour what is
 * past its days is deleted. A store that fails at it
 * is tried again later; its readings are not held up by that, and what is due stays due.
 */
import type { ReadingStore, Retention } from '../../model/ports/reading-store.ts';
import type { EpochMs } from '../../model/time.ts';
import { asStoreFailure } from '../readings/failure.ts';

const PAUSE_AFTER_FAILURE_MS = 30_000;
const EXPIRE_EVERY_MS = 3_600_000;

export interface Upkeep {
  /**
   * Never rejects.
   * @param busy readings came in since the turn before.
   * @returns there is more to do, and time for it.
   */
  turn(now: EpochMs, busy: boolean): Promise<boolean>;
  /** Beginning of the oldest hour that is not rolled up, as far as the last turn knew. */
  dueFrom(): EpochMs | null;
  /** What the store wants set by hand, as it last said; null = nothing. */
  byHand(): string | null;
  /** Why the last turn failed; null when well. */
  trouble(): string | null;
}

/**
 * @param keep null: nothing is ever deleted.
 * @param budgetMs of one turn.
 */
export function createUpkeep(store: Pick<ReadingStore, 'rollUp' | 'expire'>, keep: Retention | null, budgetMs: number): Upkeep {
  let dueFrom: EpochMs | null = null;
  let trouble: string | null = null;
  let byHand: string | null = null;
  let expiredAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;

  return {
    async turn(now, busy) {
      // A clock that was set back does not hold it up for longer than the pause.
      if (now < notBefore && notBefore - now <= PAUSE_AFTER_FAILURE_MS) return false;
      try {
        const step = await store.rollUp(now, budgetMs);
        dueFrom = step.oldestDue;
        if (keep !== null && !step.more && Math.abs(now - expiredAt) >= EXPIRE_EVERY_MS) {
          ({ byHand } = await store.expire(now, keep));
          expiredAt = now;
        }
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
    byHand: () => byHand,
  };
}
