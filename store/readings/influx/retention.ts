/**
 * How long the databases keep what is in them. InfluxDB 1.x lets that be set from here; the later generations have it set by whoever runs them.
 */
import type { Expired, Retention } from '../../../model/ports/reading-store.ts';
import type { EpochMs } from '../../../model/time.ts';
import type { Asker } from './ask.ts';
import type { DueBook } from './due-book.ts';
import { rollUpDatabase } from './roll-up-lines.ts';
import type { InfluxSettings } from './settings.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Sets the retention of the three databases; of the raw one never shorter than what is still to be rolled up.
 * @param prepare makes the databases of the roll-ups, so that their retention is set from the first start on; rejects where they are to be
 *   made by hand.
 */
export async function setRetention(
  settings: InfluxSettings,
  asker: Asker,
  due: DueBook,
  now: EpochMs,
  keep: Retention,
  prepare: () => Promise<void>,
): Promise<Expired> {
  const oldest = due.oldest();
  // The hour that is due ends an hour later, and what is past its days goes by the shard, seldom at once: a day more is enough.
  const dueDays = oldest === null ? 0 : Math.ceil((now - oldest * HOUR_MS) / DAY_MS) + 1;
  const wanted: readonly (readonly [database: string, days: number])[] = [
    [settings.database, Math.max(keep.rawDays, dueDays)],
    [rollUpDatabase(settings.database, 'minute'), keep.minuteDays],
    [rollUpDatabase(settings.database, 'hour'), keep.hourDays],
  ];
  const byHand: string[] = [];
  try {
    await prepare();
  } catch (error) {
    byHand.push(error instanceof Error ? error.message : String(error));
  }
  for (const [database, days] of wanted) {
    if (database === settings.database && due.begin() !== null) {
      byHand.push(`"${database}" (${days} days) holds readings from before there were roll-ups`);
      continue;
    }
    try {
      await asker.setRetention(database, days);
    } catch (error) {
      byHand.push(`"${database}" (${days} days): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { deleted: 0, byHand: byHand.length === 0 ? null : `retention to be set by hand: ${byHand.join('; ')}` };
}
