// What our own absences put off (decision 3). While we were away a word may have been lost: the first absence after the last word gives one
// whole period, and each later one ten minutes to come back, or the whole period where that is shorter. An absence that ends in the very moment
// of the word, in engine time, has taken nothing from it and is not the first.
import type { Entry } from '../../../model/entry.ts';
import { type EngineMs, OUTAGE_GAP_MS } from '../../../model/time.ts';

const TIME_TO_COME_BACK_MS = 10 * 60_000;

export class Absences {
  private readonly ended: EngineMs[] = [];
  private last: Entry | null = null;

  /** The next entry, of engine time `now`. @returns whether we were away before it */
  see(entry: Entry, now: EngineMs): boolean {
    const { last } = this;
    this.last = entry;
    const away = last !== null && (last.boot !== entry.boot || entry.mono - last.mono > OUTAGE_GAP_MS);
    if (away) this.ended.push(now);
    return away;
  }

  wasAway(): boolean {
    return this.ended.length > 0;
  }

  /** When a dead-man of `periodMs` runs out that nothing has fed since `word`, as far as we are concerned. */
  runsOut(word: EngineMs, periodMs: number): EngineMs {
    return Math.max(word + periodMs, this.putOffUntil(word, periodMs));
  }

  /** Until then our absences alone put it off; -Infinity = they do not. */
  putOffUntil(word: EngineMs, periodMs: number): EngineMs {
    let due = -Infinity;
    let isFirst = true;
    for (const end of this.ended) {
      if (end <= word) continue;
      due = Math.max(due, end + (isFirst ? periodMs : Math.min(periodMs, TIME_TO_COME_BACK_MS)));
      isFirst = false;
    }
    return due;
  }
}
